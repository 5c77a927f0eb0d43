package networking_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/controllers/networking"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// certificate is one of generation 2 with these conditions.
func certificate(conditions ...map[string]any) *unstructured.Unstructured {
	out := resources.NewCertificate()
	out.SetGeneration(2)
	list := make([]any, len(conditions))
	for i := range conditions {
		list[i] = conditions[i]
	}
	out.Object["status"] = map[string]any{"conditions": list}
	return out
}

func TestAssessCertificate(t *testing.T) {
	says := func(kind, status string, generation int64, reason, message string) map[string]any {
		return map[string]any{"type": kind, "status": status, "observedGeneration": generation, "reason": reason, "message": message}
	}
	issued := says("Ready", "True", 2, "Ready", "Certificate is up to date and has not expired")
	missing := says("Ready", "False", 2, "DoesNotExist", "Issuing certificate as Secret does not exist")
	atWork := says("Issuing", "True", 2, "DoesNotExist", "Issuing certificate as Secret does not exist")
	failed := says("Issuing", "False", 2, "Failed", "The certificate request has failed to complete and will be retried: denied")
	older := says("Ready", "True", 1, "Ready", "")
	const silence = "cert-manager has not looked at Certificate store-tls yet. If it stays so, it does not run: `kubectl get pods -A -l " +
		"app.kubernetes.io/instance=cert-manager`."
	const more = " If it stays so: `kubectl describe certificate,certificaterequest -n team-a` says more."
	waits := func(message string) verdict { return verdict{"False", "WaitingForCertificate", message, "", 0} }
	for name, tc := range map[string]struct {
		facts networking.Facts
		want  verdict
	}{
		"missing": {networking.Facts{}, verdict{
			"False", "CertificateAPIMissing", "spec.http.tls.issuerRef asks for a Certificate, but this cluster does not have " +
				"cert-manager.io/v1. Install cert-manager, or set spec.http.tls.certSecretName in place of issuerRef.", "", 0,
		}},
		"announced": {networking.Facts{CertificateAgain: 2 * time.Second}, verdict{
			"False", "Progressing", "spec.http.tls.issuerRef asks for a Certificate. This cluster announces cert-manager.io and does not " +
				"serve Certificates now. If it stays so: `kubectl get crd certificates.cert-manager.io` says whether they are installed; it " +
				"takes Kubernetes 1.27 or later.", "", 2 * time.Second,
		}},
		"not made yet":            {networking.Facts{CertificateAPI: true}, verdict{"False", "Progressing", "The Certificate is being created.", "", 0}},
		"nobody has looked":       {networking.Facts{CertificateAPI: true, Certificate: certificate()}, waits(silence)},
		"an older one was issued": {networking.Facts{CertificateAPI: true, Certificate: certificate(older)}, waits(silence)},
		"at work": {
			networking.Facts{CertificateAPI: true, Certificate: certificate(missing, atWork)},
			waits("Issuer ca has not issued Certificate store-tls: Issuing certificate as Secret does not exist." + more),
		},
		"failed": {
			networking.Facts{CertificateAPI: true, Certificate: certificate(missing, failed)},
			verdict{"False", "CertificateNotIssued", "Issuer ca has not issued Certificate store-tls: The certificate request has failed to " +
				"complete and will be retried: denied." + more, "", 0},
		},
		"issued": {
			networking.Facts{CertificateAPI: true, Certificate: certificate(issued)},
			verdict{"True", "ServiceReady", "Service, Certificate and NetworkPolicy are in place.", "", 0},
		},
		"issued, and the renewal has failed": {
			networking.Facts{CertificateAPI: true, Certificate: certificate(issued, failed)},
			verdict{"True", "ServiceReady", "Service, Certificate and NetworkPolicy are in place.", "", 0},
		},
	} {
		withIssuer := func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{IssuerRef: &v1alpha1.IssuerReference{Name: "ca"}}}
		}
		if got := assessed(t, store(v1alpha1.NetworkingSpec{}, withIssuer), tc.facts); got != tc.want {
			t.Errorf("%s: %s", name, cmp.Diff(tc.want, got, cmp.AllowUnexported(verdict{})))
		}
	}
}

func TestAssessServiceCA(t *testing.T) {
	const beta = "service.beta.openshift.io/serving-cert-"
	says := func(annotations map[string]string) *corev1.Service {
		return &corev1.Service{ObjectMeta: metav1.ObjectMeta{Annotations: annotations}}
	}
	openShift := capabilities.Capabilities{Route: true, AssignedUID: true}
	ready := verdict{"True", "ServiceReady", "Service and NetworkPolicy are in place.", "", 0}
	waits := verdict{"False", "WaitingForCertificate", "The service CA has not signed a certificate for Service store yet. If it stays so: " +
		"`oc get clusteroperator service-ca`.", "", 0}
	for name, tc := range map[string]struct {
		facts networking.Facts
		want  verdict
	}{
		"signed": {networking.Facts{Capabilities: openShift, Service: says(map[string]string{beta + "signed-by": "signer@1"})}, ready},
		// Somebody may bring the service CA to another cluster.
		"signed elsewhere": {networking.Facts{Service: says(map[string]string{beta + "signed-by": "signer@1"})}, ready},
		"not signed":       {networking.Facts{Capabilities: openShift, Service: says(nil)}, waits},
		"no Service yet":   {networking.Facts{Capabilities: openShift}, waits},
		"no OpenShift": {networking.Facts{Service: says(nil)}, verdict{
			"False", "ServiceCAMissing", "spec.http.tls.serviceCA asks for a certificate of OpenShift's service CA, but this cluster is no " +
				"OpenShift: it has neither route.openshift.io nor security.openshift.io. Set spec.http.tls.issuerRef or certSecretName in " +
				"place of serviceCA.", "", 0,
		}},
		"refused": {
			networking.Facts{Capabilities: openShift, Service: says(map[string]string{beta + "generation-error": "secret a/b has another owner"})},
			verdict{
				"False", "CertificateNotIssued", "The service CA has not made the certificate of Service store: secret a/b has another " +
					"owner. Mend that, and then let it try again: `oc annotate service store " + beta + "generation-error- " + beta +
					"generation-error-num-`.", "", 0,
			},
		},
	} {
		withServiceCA := func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{ServiceCA: new(true)}}
		}
		if got := assessed(t, store(v1alpha1.NetworkingSpec{}, withServiceCA), tc.facts); got != tc.want {
			t.Errorf("%s: %s", name, cmp.Diff(tc.want, got, cmp.AllowUnexported(verdict{})))
		}
	}
}

func TestAssessBackendTLSPolicy(t *testing.T) {
	policy := func(conditions ...metav1.Condition) *gatewayv1.BackendTLSPolicy {
		out := &gatewayv1.BackendTLSPolicy{ObjectMeta: metav1.ObjectMeta{Generation: 2}}
		if len(conditions) > 0 {
			out.Status.Ancestors = []gatewayv1.PolicyAncestorStatus{{
				AncestorRef: gatewayv1.ParentReference{Name: "edge"}, Conditions: conditions,
			}}
		}
		return out
	}
	is := func(kind string, status metav1.ConditionStatus, generation int64) metav1.Condition {
		return metav1.Condition{Type: kind, Status: status, ObservedGeneration: generation, Reason: "InvalidCACertificateRef", Message: "No ca.crt."}
	}
	ready := verdict{"True", "ServiceReady", "Service, HTTPRoute, BackendTLSPolicy and NetworkPolicy are in place.", "", 0}
	refused := verdict{"False", "BackendTLSPolicyNotAccepted", "The BackendTLSPolicy is not accepted. edge says: InvalidCACertificateRef No " +
		"ca.crt.", "", 0}
	missing := verdict{"False", "BackendTLSPolicyAPIMissing", "spec.networking.httpRoute.backendTLS asks for a BackendTLSPolicy, but this " +
		"cluster does not have those of gateway.networking.k8s.io/v1, which came with version 1.4 of the Gateway API. Install it, or take " +
		"backendTLS out and tell the Gateway in its own way.", "", 0}
	again := missing
	again.again = 4 * time.Second
	for name, tc := range map[string]struct {
		facts networking.Facts
		want  verdict
	}{
		"missing":                        {networking.Facts{}, missing},
		"missing, and the rest is there": {networking.Facts{BackendTLSPolicyAgain: 4 * time.Second}, again},
		"not made yet":                   {networking.Facts{BackendTLSPolicyAPI: true}, verdict{"False", "Progressing", "The BackendTLSPolicy is being created.", "", 0}},
		"nobody says anything":           {networking.Facts{BackendTLSPolicyAPI: true, BackendTLSPolicy: policy()}, ready},
		"accepted":                       {networking.Facts{BackendTLSPolicyAPI: true, BackendTLSPolicy: policy(is("Accepted", "True", 2))}, ready},
		"refused":                        {networking.Facts{BackendTLSPolicyAPI: true, BackendTLSPolicy: policy(is("Accepted", "False", 2))}, refused},
		"an older one was refused":       {networking.Facts{BackendTLSPolicyAPI: true, BackendTLSPolicy: policy(is("Accepted", "False", 1))}, ready},
		"its authority is not found": {
			networking.Facts{BackendTLSPolicyAPI: true, BackendTLSPolicy: policy(is("Accepted", "True", 2), is("ResolvedRefs", "False", 2))}, refused,
		},
	} {
		spec := v1alpha1.NetworkingSpec{HTTPRoute: &v1alpha1.HTTPRouteSpec{BackendTLS: &v1alpha1.BackendTLSSpec{}}}
		tc.facts.Capabilities, tc.facts.HTTPRouteAPI, tc.facts.HTTPRoute = gateways, true, &gatewayv1.HTTPRoute{}
		if got := assessed(t, store(spec, withTLS), tc.facts); got != tc.want {
			t.Errorf("%s: %s", name, cmp.Diff(tc.want, got, cmp.AllowUnexported(verdict{})))
		}
	}
}

// A store that does not ask for a part whose API may never come does not ask for that API either.
func TestAssessDoesNotAskForWhatNobodyNeeds(t *testing.T) {
	facts := networking.Facts{BackendTLSPolicyAgain: 2 * time.Second, CertificateAgain: 2 * time.Second}
	if got := assessed(t, store(v1alpha1.NetworkingSpec{}, nil), facts).again; got != 0 {
		t.Errorf("looks again after %s", got)
	}
}

// Without timeouts a transfer may break off, which nobody would look for here.
func TestAssessHTTPRouteWithoutTimeouts(t *testing.T) {
	facts := networking.Facts{HTTPRouteAPI: true, HTTPRoute: &gatewayv1.HTTPRoute{}}
	const told = "Service, HTTPRoute and NetworkPolicy are in place. The HTTPRoutes of this cluster have no timeouts, so that those of the " +
		"Gateway hold, which may be shorter than a large layer takes."
	spec := v1alpha1.NetworkingSpec{HTTPRoute: &v1alpha1.HTTPRouteSpec{}}
	if got := assessed(t, store(spec, nil), facts).message; got != told {
		t.Error(got)
	}
	spec.HTTPRoute.Timeouts = &v1alpha1.HTTPRouteTimeoutsSpec{Enabled: new(false)}
	if got := assessed(t, store(spec, nil), facts).message; got == told {
		t.Error("tells of the lack of what is not wanted")
	}
}
