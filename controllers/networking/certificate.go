package networking

import (
	"cmp"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// lookAtCertificate asks whether cert-manager has issued what is asked for now. What was issued before is in its Secret still.
func lookAtCertificate(in resources.Input, facts Facts) finding {
	switch {
	case facts.CertificateAgain > 0:
		return finding{reason: v1alpha1.ReasonProgressing, message: "spec.http.tls.issuerRef asks for a Certificate. This cluster " +
			"announces cert-manager.io and does not serve Certificates now. If it stays so: " +
			"`kubectl get crd certificates.cert-manager.io` says whether they are installed; it takes Kubernetes 1.27 or later."}
	case !facts.CertificateAPI:
		return finding{reason: v1alpha1.ReasonCertificateAPIMissing, message: "spec.http.tls.issuerRef asks for a Certificate, but this " +
			"cluster does not have cert-manager.io/v1. Install cert-manager, or set spec.http.tls.certSecretName in place of issuerRef."}
	case facts.Certificate == nil:
		return finding{reason: v1alpha1.ReasonProgressing, message: "The Certificate is being created."}
	}
	status := statusOf(facts.Certificate)
	ready, issuing := status.about("Ready"), status.about("Issuing")
	reason, words := v1alpha1.ReasonWaitingForCertificate, ready
	switch {
	case ready.Status == metav1.ConditionTrue && ready.current(facts.Certificate):
		return finding{}
	case ready.Status == "" || !ready.current(facts.Certificate):
		return finding{reason: v1alpha1.ReasonWaitingForCertificate, message: fmt.Sprintf(
			"cert-manager has not looked at Certificate %s yet. If it stays so, it does not run: `kubectl get pods -A -l "+
				"app.kubernetes.io/instance=cert-manager`.", names.Certificate(in.Name))}
	case issuing.Status == metav1.ConditionFalse:
		// The last attempt has failed. It is told until the next one begins, in an hour or later.
		reason, words = v1alpha1.ReasonCertificateNotIssued, issuing
	}
	issuer := in.Spec.HTTP.TLS.IssuerRef
	return finding{reason: reason, message: fmt.Sprintf(
		"%s %s has not issued Certificate %s: %s If it stays so: `kubectl describe certificate,certificaterequest -n %s` says more.",
		issuer.Kind, issuer.Name, names.Certificate(in.Name), component.Sentence(cmp.Or(words.Message, words.Reason)), in.Namespace)}
}

// lookAtServiceCA believes what the service CA says on the Service, whatever the cluster is.
func lookAtServiceCA(in resources.Input, facts Facts) (found finding, asked bool) {
	if !defaults.ServiceCAOn(in.Spec) {
		return finding{}, false
	}
	issued, problem := resources.ServingCertificate(facts.Service)
	switch {
	case problem != "":
		return finding{reason: v1alpha1.ReasonCertificateNotIssued, message: fmt.Sprintf(
			"The service CA has not made the certificate of Service %s: %s Mend that, and then let it try again: `oc annotate service "+
				"%s %s- %s-num-`.", names.Service(in.Name), component.Sentence(problem),
			names.Service(in.Name), resources.ServingCertificateError, resources.ServingCertificateError)}, true
	case issued:
		return finding{}, true
	case !facts.Capabilities.Route && !facts.Capabilities.AssignedUID:
		return finding{reason: v1alpha1.ReasonServiceCAMissing, message: "spec.http.tls.serviceCA asks for a certificate of OpenShift's " +
			"service CA, but this cluster is no OpenShift: it has neither route.openshift.io nor security.openshift.io. Set " +
			"spec.http.tls.issuerRef or certSecretName in place of serviceCA."}, true
	default:
		return finding{reason: v1alpha1.ReasonWaitingForCertificate, message: fmt.Sprintf(
			"The service CA has not signed a certificate for Service %s yet. If it stays so: `oc get clusteroperator service-ca`.",
			names.Service(in.Name))}, true
	}
}

// certificateStatus is the part of cert-manager's that is read.
type certificateStatus struct{ conditions []certificateCondition }

type certificateCondition struct {
	Type, Reason, Message string
	Status                metav1.ConditionStatus
	ObservedGeneration    int64
}

// about gives the condition of that type, an empty one if there is none.
func (s certificateStatus) about(kind string) certificateCondition {
	for _, c := range s.conditions {
		if c.Type == kind {
			return c
		}
	}
	return certificateCondition{}
}

// current is true for a condition about the Certificate as it is now.
func (c certificateCondition) current(certificate *unstructured.Unstructured) bool {
	return c.ObservedGeneration == 0 || c.ObservedGeneration >= certificate.GetGeneration()
}

func statusOf(certificate *unstructured.Unstructured) certificateStatus {
	var out certificateStatus
	list, _, _ := unstructured.NestedSlice(certificate.Object, "status", "conditions")
	for _, entry := range list {
		fields, _ := entry.(map[string]any)
		text := func(name string) string {
			value, _ := fields[name].(string)
			return strings.TrimSpace(value)
		}
		generation, _ := fields["observedGeneration"].(int64)
		out.conditions = append(out.conditions, certificateCondition{
			Type: text("type"), Reason: text("reason"), Message: text("message"),
			Status: metav1.ConditionStatus(text("status")), ObservedGeneration: generation,
		})
	}
	return out
}
