package workload

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func TestAssessCertificate(t *testing.T) {
	is := func(status, reason, message string) board.Condition {
		return board.Condition{Type: "CertificateValid", Status: metav1.ConditionStatus(status), Reason: reason, Message: message}
	}
	check := func(fault handover.Fault, message string) handover.Check {
		return handover.Check{Subject: handover.SubjectCertificate, Fault: fault, Message: message}
	}
	waits := is("False", "Progressing", "The certificate is looked at once the pods run.")
	for name, tc := range map[string]struct {
		store string
		pods  []Pod
		want  board.Condition
	}{
		"none":       {"minimal", nil, is("True", "NotRequested", "zot serves no certificate: spec.http.tls is off.")},
		"no pod":     {"tls", nil, waits},
		"not looked": {"tls", []Pod{looked()}, waits},
		"valid": {
			"tls", []Pod{looked(check("", ""))}, is("True", "CertificateValid", "The certificate is valid, and for the names of the registry."),
		},
		"one has not looked": {"tls", []Pod{looked(check("", "")), looked()}, waits},
		"ends soon":          {"tls", []Pod{looked(check(handover.FaultExpiring, "Soon."))}, is("True", "CertificateExpiring", "Soon.")},
		"over":               {"tls", []Pod{looked(check(handover.FaultExpired, "Over."))}, is("False", "CertificateExpired", "Over.")},
		"of another":         {"tls", []Pod{looked(check(handover.FaultUnfit, "Other."))}, is("False", "CertificateUnfit", "Other.")},
		"one has the old one": {
			"tls",
			[]Pod{looked(check(handover.FaultExpiring, "Soon.")), looked(check(handover.FaultExpired, "Over."))},
			is("False", "CertificateExpired", "Over. Soon."),
		},
		"for the names from outside alone": {
			"tls",
			[]Pod{{Pod: runningPod(), Checks: []handover.Check{check("", "")}, CertificateHosts: []string{"registry.example.com"}}},
			is("True", "CertificatePartly", "The certificate is valid, and for the names from outside. It is not for tls.zot-system.svc: "+
				"clients inside of the cluster that call the registry so refuse it."),
		},
		"cert-manager has not renewed it": {
			"tls-issuer",
			[]Pod{looked(check(handover.FaultExpired, "Over."))},
			is("False", "CertificateExpired", "Over. cert-manager should have renewed it: `kubectl describe certificate tls-issuer-tls -n zot-system` says "+
				"what keeps it from that."),
		},
		"nor has the service CA": {
			"tls-service-ca",
			[]Pod{looked(check(handover.FaultExpiring, "Soon."))},
			is("True", "CertificateExpiring", "Soon. OpenShift's service CA should have renewed it: `oc get clusteroperator service-ca` says "+
				"what keeps it from that."),
		},
		"both say the same": {
			"tls",
			[]Pod{looked(check(handover.FaultExpired, "Over.")), looked(check(handover.FaultExpired, "Over."))},
			is("False", "CertificateExpired", "Over."),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, assessCertificate(load(t, tc.store), Facts{Pods: tc.pods})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// altered is a fixture with another spec.
func altered(t *testing.T, name string, how func(*v1alpha1.ZotArtifactStoreSpec)) component.Store {
	t.Helper()
	c := fixtures.Load(t, name)
	how(&c.Store.Spec)
	return component.Store{Object: c.Store, Spec: defaults.Effective(c.Store.Spec, defaults.Upstream())}
}

func TestNamesOfTheCertificate(t *testing.T) {
	valid := handover.Check{Subject: handover.SubjectCertificate}
	expired := handover.Check{Subject: handover.SubjectCertificate, Fault: handover.FaultExpired, Message: "Over."}
	external := func(spec *v1alpha1.ZotArtifactStoreSpec) {
		spec.ExternalURL = "https://Registry.example.com:8443"
		spec.Networking = &v1alpha1.NetworkingSpec{Service: &v1alpha1.ServiceSpec{Type: "NodePort"}}
	}
	balanced := func(spec *v1alpha1.ZotArtifactStoreSpec) {
		spec.Networking = &v1alpha1.NetworkingSpec{Service: &v1alpha1.ServiceSpec{Type: "LoadBalancer"}}
	}
	nothing := func(*v1alpha1.ZotArtifactStoreSpec) {}
	const inside = "tls.zot-system.svc"
	for name, tc := range map[string]struct {
		store   component.Store
		outside resources.Outside
		check   handover.Check
		hosts   []string
		fault   handover.Fault
		says    []string
	}{
		"the name of the Service": {altered(t, "tls", nothing), resources.Outside{}, valid, []string{inside}, "", nil},
		"by a wildcard":           {altered(t, "tls", nothing), resources.Outside{}, valid, []string{"*.zot-system.svc"}, "", nil},
		"for nobody":              {altered(t, "tls", nothing), resources.Outside{}, valid, nil, handover.FaultUnfit, []string{inside, "It is for no host."}},
		"what is over is worse":   {altered(t, "tls", nothing), resources.Outside{}, expired, nil, handover.FaultExpired, []string{"Over."}},
		"the name from outside":   {altered(t, "tls", external), resources.Outside{}, valid, []string{"registry.example.com"}, "", nil},
		"the inner name alone": {
			altered(t, "tls", external),
			resources.Outside{},
			valid,
			[]string{inside, "other"},
			handover.FaultUnfit,
			[]string{`Secret "registry-tls" is not for registry.example.com`, "It is for " + inside + ", other.", "Let it be made for registry.example.com too"},
		},
		"an address": {
			altered(t, "tls", balanced), resources.Outside{LoadBalancer: "192.0.2.7"}, valid, []string{inside, "192.0.2.7"}, "", nil,
		},
		"another address": {
			altered(t, "tls", balanced),
			resources.Outside{LoadBalancer: "192.0.2.7"},
			valid,
			[]string{inside},
			handover.FaultUnfit,
			[]string{"is not for 192.0.2.7", "If clients call it by another name, write that to spec.externalURL."},
		},
		"the issuer is at work": {
			load(t, "tls-issuer"),
			resources.Outside{},
			valid, nil, handover.FaultUnfit,
			[]string{`Secret "tls-issuer-tls"`, "`kubectl describe certificate tls-issuer-tls -n zot-system`"},
		},
		"the issuer was asked for others": {
			altered(t, "tls-issuer", func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.HTTP.TLS.DNSNames = []string{"other.example.com"} }),
			resources.Outside{},
			valid,
			[]string{"other.example.com"},
			handover.FaultUnfit,
			[]string{"Add registry.example.com to spec.http.tls.dnsNames."},
		},
		"the service CA cannot": {
			altered(t, "tls-service-ca", external),
			resources.Outside{},
			valid,
			[]string{"tls-service-ca.zot-system.svc"},
			handover.FaultUnfit,
			[]string{`Secret "tls-service-ca-serving-cert"`, "termination reencrypt"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			said := answer{checks: []handover.Check{{Subject: handover.SubjectStorage}, tc.check}, hosts: tc.hosts}
			got := named(tc.store, tc.outside, said)
			if len(got) != 2 || got[0] != said.checks[0] || got[1].Fault != tc.fault || (got[1].Message == "") != (tc.fault == "") {
				t.Fatalf("got %+v", got)
			}
			if said.checks[1] != tc.check {
				t.Error("what is remembered of the agent's words was changed")
			}
			for _, words := range tc.says {
				if !strings.Contains(got[1].Message, words) {
					t.Errorf("the message does not say %q: %s", words, got[1].Message)
				}
			}
		})
	}
	if got := named(load(t, "tls"), resources.Outside{}, answer{}); got != nil {
		t.Errorf("an agent that has not looked: %+v", got)
	}
}

func TestCertificateStatus(t *testing.T) {
	soon, later := time.Unix(1, 0).UTC(), time.Unix(2, 0).UTC()
	until := func(at time.Time) Pod { return Pod{CertificateUntil: at} }
	for name, tc := range map[string]struct {
		store string
		pods  []Pod
		want  *v1alpha1.CertificateStatus
	}{
		"no TLS":             {"minimal", nil, &v1alpha1.CertificateStatus{}},
		"not known":          {"tls", []Pod{{}}, nil},
		"one":                {"tls", []Pod{until(soon)}, &v1alpha1.CertificateStatus{NotAfter: &metav1.Time{Time: soon}}},
		"that of the oldest": {"tls", []Pod{until(later), {}, until(soon)}, &v1alpha1.CertificateStatus{NotAfter: &metav1.Time{Time: soon}}},
	} {
		if diff := cmp.Diff(tc.want, certificateStatus(load(t, tc.store), Facts{Pods: tc.pods})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// mounting is a StatefulSet whose pods have the Secret.
func mounting(secret string) *appsv1.StatefulSet {
	out := statefulSet(1, 1)
	out.Spec.Template.Spec.Volumes = []corev1.Volume{
		{Name: "secret-0", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: secret}}},
	}
	return out
}

// Pods are neither made nor changed for a certificate that nobody has made yet.
func TestWaitsForTheCertificate(t *testing.T) {
	for name, tc := range map[string]struct {
		store string
		facts Facts
		waits bool
	}{
		"none is made for it":       {"tls", Facts{}, false},
		"no TLS":                    {"minimal", Facts{}, false},
		"not issued":                {"tls-issuer", Facts{}, true},
		"issued":                    {"tls-issuer", Facts{Issued: true}, false},
		"to come to pods that run":  {"tls-issuer", Facts{Workload: mounting("other")}, true},
		"pods have it":              {"tls-issuer", Facts{Workload: mounting(names.Certificate("tls-issuer"))}, false},
		"not signed":                {"tls-service-ca", Facts{}, true},
		"signed":                    {"tls-service-ca", Facts{Issued: true}, false},
		"pods have that of another": {"tls-service-ca", Facts{Workload: mounting(names.Certificate("tls-service-ca"))}, true},
	} {
		t.Run(name, func(t *testing.T) {
			tc.facts.ClaimExists = true
			store := load(t, tc.store)
			plan, err := Component{AgentImage: "agent"}.Plan(store, tc.facts)
			if err != nil {
				t.Fatal(err)
			}
			if waits := len(plan.Then) == 0; waits != tc.waits {
				t.Errorf("makes or changes pods: %v", !waits)
			}
			got := assessWorkload(store, tc.facts, true)
			if told := got.Reason == v1alpha1.ReasonWaitingForCertificate; told != tc.waits {
				t.Errorf("tells %+v", got)
			}
			if tc.waits && strings.Contains(got.Message, "stay as they are") != (tc.facts.Workload != nil) {
				t.Errorf("says %s", got.Message)
			}
		})
	}
}

// Sign-in with Keycloak needs the host, and nothing else does.
func TestWaitsForTheExternalURL(t *testing.T) {
	signIn := func(spec *v1alpha1.ZotArtifactStoreSpec) {
		spec.Extensions = &v1alpha1.ExtensionsSpec{RBAC: &v1alpha1.RBACSpec{Keycloak: &v1alpha1.KeycloakSpec{
			URL: "https://sso.example.com", Realm: "zot", ClientID: "zot", ClientSecretName: "keycloak",
		}}}
	}
	generated := func(how ...func(*v1alpha1.ZotArtifactStoreSpec)) component.Store {
		return altered(t, "minimal", func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.Networking = &v1alpha1.NetworkingSpec{Route: &v1alpha1.RouteSpec{}}
			for _, change := range how {
				change(spec)
			}
		})
	}
	given := resources.Outside{Route: "store-zot-system.apps.example.com"}
	for name, tc := range map[string]struct {
		store   component.Store
		outside resources.Outside
		waits   bool
		url     string
	}{
		"without sign-in":            {generated(), resources.Outside{}, false, ""},
		"without sign-in, and given": {generated(), given, false, ""},
		"to come":                    {generated(signIn), resources.Outside{}, true, ""},
		"given":                      {generated(signIn), given, false, "https://" + given.Route},
		"no way from outside": {
			altered(t, "minimal", signIn), resources.Outside{}, false, "http://zot-artifact-store-minimal.zot-system.svc:8080",
		},
	} {
		t.Run(name, func(t *testing.T) {
			facts := Facts{Outside: tc.outside}
			if got := waitsForExternalURL(tc.store, facts); got != tc.waits {
				t.Errorf("waits: %v", got)
			}
			if got := reached(tc.store, facts).Spec.ExternalURL; got != tc.url {
				t.Errorf("zot is told %q", got)
			}
			waits := assessWaiting(tc.store, facts)
			if (waits != nil) != tc.waits || waits != nil && waits.Reason != v1alpha1.ReasonWaitingForExternalURL {
				t.Errorf("tells %+v", waits)
			}
		})
	}
}
