package networking_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/controllers/networking"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
)

func TestPlan(t *testing.T) {
	everything := networking.Facts{RouteAPI: true, HTTPRouteAPI: true, BackendTLSPolicyAPI: true, CertificateAPI: true}
	for name, tc := range map[string]struct {
		store         string
		facts         networking.Facts
		wants, absent []string
	}{
		"nothing more than the Service: old ones go": {
			"minimal", everything,
			[]string{"Service", "NetworkPolicy"},
			[]string{"Route", "Ingress", "HTTPRoute", "BackendTLSPolicy", "Certificate"},
		},
		"only what there can be goes": {"minimal", networking.Facts{}, []string{"Service", "NetworkPolicy"}, []string{"Ingress"}},
		"only what is there": {
			"minimal", networking.Facts{RouteAgain: time.Second}, []string{"Service", "NetworkPolicy"}, []string{"Ingress"},
		},
		"a Route": {
			"route", everything,
			[]string{"Service", "Route", "NetworkPolicy"},
			[]string{"Ingress", "HTTPRoute", "BackendTLSPolicy", "Certificate"},
		},
		"a Route, and there are none": {"route", networking.Facts{}, []string{"Service", "NetworkPolicy"}, []string{"Ingress"}},
		"an Ingress": {
			"ingress", everything,
			[]string{"Service", "Ingress", "NetworkPolicy"},
			[]string{"Route", "HTTPRoute", "BackendTLSPolicy", "Certificate"},
		},
		"an Ingress needs no API": {"ingress", networking.Facts{}, []string{"Service", "Ingress", "NetworkPolicy"}, nil},
		"an HTTPRoute": {
			"httproute", everything,
			[]string{"Service", "HTTPRoute", "NetworkPolicy"},
			[]string{"Route", "Ingress", "BackendTLSPolicy", "Certificate"},
		},
		"an HTTPRoute, and there are none": {"httproute", networking.Facts{}, []string{"Service", "NetworkPolicy"}, []string{"Ingress"}},
		"a BackendTLSPolicy": {
			"httproute-backend-tls", everything,
			[]string{"Service", "HTTPRoute", "BackendTLSPolicy", "NetworkPolicy"},
			[]string{"Route", "Ingress", "Certificate"},
		},
		"a BackendTLSPolicy, and there are none": {
			"httproute-backend-tls", networking.Facts{HTTPRouteAPI: true}, []string{"Service", "HTTPRoute", "NetworkPolicy"}, []string{"Ingress"},
		},
		"a Certificate": {
			"tls-issuer", everything,
			[]string{"Service", "Certificate", "NetworkPolicy"},
			[]string{"Route", "Ingress", "HTTPRoute", "BackendTLSPolicy"},
		},
		"a Certificate, and there are none": {"tls-issuer", networking.Facts{}, []string{"Service", "NetworkPolicy"}, []string{"Ingress"}},
		"no NetworkPolicy": {
			"network-policy-off", everything,
			[]string{"Service"},
			[]string{"Route", "Ingress", "HTTPRoute", "BackendTLSPolicy", "Certificate", "NetworkPolicy"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := networking.Component{}.Plan(load(t, tc.store), tc.facts)
			if err != nil {
				t.Fatal(err)
			}
			var wants, absent []string
			for _, intent := range plan.Apply {
				var meta metav1.TypeMeta
				data, err := json.Marshal(intent)
				if err != nil {
					t.Fatal(err)
				}
				if err := json.Unmarshal(data, &meta); err != nil {
					t.Fatal(err)
				}
				wants = append(wants, meta.Kind)
			}
			for _, ref := range plan.Absent {
				absent = append(absent, ref.Kind)
			}
			if diff := cmp.Diff(tc.wants, wants); diff != "" {
				t.Errorf("wants: %s", diff)
			}
			if diff := cmp.Diff(tc.absent, absent); diff != "" {
				t.Errorf("lets go: %s", diff)
			}
		})
	}
}

// A Service whose port somebody has given another number is mended.
func TestPlanMakesRoomForOurPort(t *testing.T) {
	live := &corev1.Service{Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "http", Port: 9999, Protocol: corev1.ProtocolTCP}}}}
	live.ManagedFields = []metav1.ManagedFieldsEntry{{
		Manager: "kubectl-edit", Operation: metav1.ManagedFieldsOperationUpdate,
		FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:ports":{"k:{\"port\":9999,\"protocol\":\"TCP\"}":{".":{}}}}}`),
	}}
	plan, err := networking.Component{}.Plan(load(t, "minimal"), networking.Facts{Service: live})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(plan.Apply[0])
	if err != nil {
		t.Fatal(err)
	}
	var service corev1.Service
	if err := json.Unmarshal(data, &service); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, port := range service.Spec.Ports {
		names = append(names, port.Name)
	}
	if diff := cmp.Diff([]string{"http", "http-tcp-9999"}, names); diff != "" {
		t.Error(diff)
	}
}

// What the cluster has given to the ways in is what the certificate is asked for.
func TestPlanAsksForNamesThatAreGiven(t *testing.T) {
	withIssuer := func(spec *v1alpha1.ZotArtifactStoreSpec) {
		spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{IssuerRef: &v1alpha1.IssuerReference{Name: "ca"}}}
	}
	spec := v1alpha1.NetworkingSpec{Route: &v1alpha1.RouteSpec{}, Service: &v1alpha1.ServiceSpec{Type: "LoadBalancer"}}
	facts := networking.Facts{
		RouteAPI: true, CertificateAPI: true, Service: &corev1.Service{},
		Route: &routev1.Route{Spec: routev1.RouteSpec{Host: "store-team-a.apps.example.com"}},
	}
	facts.Service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "192.0.2.7"}}
	plan, err := networking.Component{ClusterDomain: "cluster.example"}.Plan(store(spec, withIssuer), facts)
	if err != nil {
		t.Fatal(err)
	}
	for _, intent := range plan.Apply {
		var certificate struct {
			Kind string
			Spec struct{ DNSNames, IPAddresses []string }
		}
		data, err := json.Marshal(intent)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &certificate); err != nil {
			t.Fatal(err)
		}
		if certificate.Kind != "Certificate" {
			continue
		}
		want := []string{
			"store.team-a.svc", "store.team-a.svc.cluster.example", "store.team-a", "store", "store-team-a.apps.example.com",
		}
		if diff := cmp.Diff(want, certificate.Spec.DNSNames); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"192.0.2.7"}, certificate.Spec.IPAddresses); diff != "" {
			t.Error(diff)
		}
		return
	}
	t.Error("no Certificate is asked for")
}

// On a Kubernetes whose namespaces do not carry their names nobody could be let in by that of his namespace.
func TestPlanOfNetworkPolicyWithoutNames(t *testing.T) {
	for name, tc := range map[string]struct {
		able bool
		want map[string]string
	}{
		"with names": {true, map[string]string{"kubernetes.io/metadata.name": "operators"}}, "without": {false, nil},
	} {
		facts := networking.Facts{Capabilities: capabilities.Capabilities{NamedNamespaces: tc.able}}
		plan, err := networking.Component{Namespace: "operators"}.Plan(load(t, "minimal"), facts)
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(plan.Apply[1])
		if err != nil {
			t.Fatal(err)
		}
		var policy networkingv1.NetworkPolicy
		if err := json.Unmarshal(data, &policy); err != nil {
			t.Fatal(err)
		}
		peer := policy.Spec.Ingress[1].From[0]
		if diff := cmp.Diff(tc.want, peer.NamespaceSelector.MatchLabels); diff != "" || len(peer.PodSelector.MatchLabels) == 0 {
			t.Errorf("%s: %s, pods %v", name, diff, peer.PodSelector.MatchLabels)
		}
	}
}

// Services of members go with their members, and no other Service does.
func TestPlanOfMembers(t *testing.T) {
	facts := networking.Facts{Services: []string{"replicas", "replicas-member-0", "replicas-member-2", "replicas-member-3"}}
	plan, err := networking.Component{}.Plan(load(t, "replicas"), facts)
	if err != nil {
		t.Fatal(err)
	}
	var wants, absent []string
	for _, intent := range plan.Apply {
		if service, ok := intent.(*coreac.ServiceApplyConfiguration); ok {
			wants = append(wants, *service.Name)
		}
	}
	for _, ref := range plan.Absent {
		if ref.Kind == "Service" {
			absent = append(absent, ref.Name)
		}
	}
	if diff := cmp.Diff([]string{"replicas", "replicas-member-0", "replicas-member-1", "replicas-member-2"}, wants); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"replicas-member-3"}, absent); diff != "" {
		t.Error(diff)
	}
}
