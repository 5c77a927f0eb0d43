package types

import (
	"slices"
	"strings"
	"testing"
)

const (
	kubernetes = "kubernetes-1.20"
	openshift  = "openshift-4.10"
)

// What these tests rest on is that the servers refuse what is too new for them, wherever it stands.
func TestServersRefuseWhatIsNewer(t *testing.T) {
	for _, c := range []struct {
		name, object string
		takenBy      []string
		// refusal is a part of the message of every other server.
		refusal string
	}{
		{
			name: "fields of 1.20", takenBy: []string{kubernetes, openshift},
			object: `{apiVersion: apps/v1, kind: StatefulSet, spec: {serviceName: s, template: {spec: {securityContext: {seccompProfile: {type: RuntimeDefault}},
				topologySpreadConstraints: [{maxSkew: 1}]}}}}`,
		},
		{
			name: "newer fields of the user's own", takenBy: []string{kubernetes, openshift},
			object: `{apiVersion: apps/v1, kind: StatefulSet, spec: {template: {spec: {
				topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, minDomains: 2}],
				affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, matchLabelKeys: [a]}]}}}}}}`,
		},
		{
			name: "the same field elsewhere", refusal: "minDomains",
			object: `{apiVersion: apps/v1, kind: StatefulSet, spec: {minDomains: 2}}`,
		},
		{
			name: "an unknown field beside the user's own", refusal: "maxDomains",
			object: `{apiVersion: apps/v1, kind: StatefulSet, spec: {template: {spec: {topologySpreadConstraints: [{minDomains: 1, maxDomains: 2}]}}}}`,
		},
		{
			name: "a field of 1.23", refusal: "persistentVolumeClaimRetentionPolicy",
			object: `{apiVersion: apps/v1, kind: StatefulSet, spec: {persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain}}}`,
		},
		{
			name: "a field of 1.23, deep inside", refusal: "grpc",
			object: `{apiVersion: apps/v1, kind: StatefulSet, spec: {template: {spec: {containers: [{name: zot, readinessProbe: {grpc: {port: 1}}}]}}}}`,
		},
		{
			name: "a field of 1.28", refusal: "restartPolicy",
			object: `{apiVersion: apps/v1, kind: StatefulSet, spec: {template: {spec: {initContainers: [{name: agent, restartPolicy: Always}]}}}}`,
		},
		{
			name: "a field of 1.21", refusal: "internalTrafficPolicy",
			object: `{apiVersion: v1, kind: Service, spec: {internalTrafficPolicy: Local}}`,
		},
		{
			name: "a field in other letters", refusal: "ServiceName",
			object: `{apiVersion: apps/v1, kind: StatefulSet, spec: {ServiceName: s}}`,
		},
		{
			name: "a field twice", refusal: "already set",
			object: "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\ndata: {a: c}\n",
		},
		{
			name: "a budget of the API of 1.21", takenBy: []string{openshift}, refusal: "no kind",
			object: `{apiVersion: policy/v1, kind: PodDisruptionBudget, spec: {maxUnavailable: 1}}`,
		},
		{
			name: "a field of 1.26 in a budget", refusal: "PodDisruptionBudget",
			object: `{apiVersion: policy/v1, kind: PodDisruptionBudget, spec: {unhealthyPodEvictionPolicy: AlwaysAllow}}`,
		},
		{
			name: "a Route", takenBy: []string{openshift}, refusal: "no kind",
			object: `{apiVersion: route.openshift.io/v1, kind: Route, spec: {to: {kind: Service, name: s}, tls: {termination: edge}}}`,
		},
		{
			name: "a newer field of a Route", refusal: "Route",
			object: `{apiVersion: route.openshift.io/v1, kind: Route, spec: {tls: {externalCertificate: {name: s}}}}`,
		},
		{
			name: "an API that neither serves", refusal: "no kind",
			object: `{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, server := range servers(t) {
				_, err := server.Decode([]byte(strings.ReplaceAll(c.object, "\t", " ")))
				switch takes := slices.Contains(c.takenBy, server.Name); {
				case takes && err != nil:
					t.Errorf("%s refuses it: %v", server.Name, err)
				case !takes && err == nil:
					t.Errorf("%s takes it", server.Name)
				case !takes && !strings.Contains(err.Error(), c.refusal):
					t.Errorf("%s refuses it with %q, want something about %q", server.Name, err, c.refusal)
				}
			}
		})
	}
}

func TestDecodeNamesEveryBadObjectOfAFile(t *testing.T) {
	file := `apiVersion: v1
kind: Service
metadata: {name: first}
spec: {trafficDistribution: PreferClose}
---
apiVersion: v1
kind: Service
metadata: {name: second}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: third}
tokens: []
`
	for _, server := range servers(t) {
		objects, err := server.Decode([]byte(file))
		if len(objects) != 1 || err == nil || !strings.Contains(err.Error(), "first") || !strings.Contains(err.Error(), "third") {
			t.Errorf("%s: %d objects, %v", server.Name, len(objects), err)
		}
	}
}
