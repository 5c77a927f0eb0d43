package workload

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// certificateReasonOf a fault of the certificate that zot serves.
var certificateReasonOf = map[handover.Fault]string{
	handover.FaultExpired:  v1alpha1.ReasonCertificateExpired,
	handover.FaultExpiring: v1alpha1.ReasonCertificateExpiring,
}

// named adds to what an agent has found whether the certificate is for the hosts by which clients call the registry. The agent does not
// know them: hosts come and go with Routes and load balancers, for which no pod is to start again.
func named(store component.Store, outside resources.Outside, said answer) []handover.Check {
	at := slices.IndexFunc(said.checks, func(c handover.Check) bool { return c.Subject == handover.SubjectCertificate })
	if at < 0 || faulty(said.checks[at]) || !defaults.TLSOn(store.Spec) {
		return said.checks
	}
	var missing []string
	for _, host := range resources.CalledHosts(store.Input(Name), outside) {
		if !isFor(said.hosts, host) {
			missing = append(missing, host)
		}
	}
	if len(missing) == 0 {
		return said.checks
	}
	secret, _ := defaults.CertificateSecrets(store.Object.Name, store.Spec)
	checks := slices.Clone(said.checks)
	checks[at].Fault = handover.FaultUnfit
	checks[at].Message = fmt.Sprintf(
		"The certificate in Secret %q is not for %s: clients that call the registry so refuse it. It is for %s. %s",
		secret, strings.Join(missing, " and "), cmp.Or(strings.Join(said.hosts, ", "), "no host"), unfitRemedy(store, missing))
	return checks
}

// unfitRemedy says what to do about names that the certificate lacks.
func unfitRemedy(store component.Store, missing []string) string {
	var out string
	switch {
	case defaults.IssuerOn(store.Spec) && len(store.Spec.HTTP.TLS.DNSNames) > 0:
		out = fmt.Sprintf("Add %s to spec.http.tls.dnsNames.", strings.Join(missing, " and "))
	case defaults.IssuerOn(store.Spec):
		out = fmt.Sprintf("The issuer has been asked for it; `kubectl describe certificate %s -n %s` says how far it is.",
			names.Certificate(store.Object.Name), store.Object.Namespace)
	case defaults.ServiceCAOn(store.Spec):
		out = "The service CA makes certificates for the names of Services alone: use a Route with termination reencrypt, or " +
			"spec.http.tls.issuerRef or certSecretName in place of serviceCA."
	default:
		out = fmt.Sprintf("Let it be made for %s too; a renewed one is served without a restart.", strings.Join(missing, " and "))
	}
	if store.Spec.ExternalURL == "" && store.Spec.Networking.Service.Type != defaults.ServiceType {
		out += " If clients call it by another name, write that to spec.externalURL."
	}
	return out
}

// isFor asks as a client does, with wildcards.
func isFor(hosts []string, host string) bool {
	var certificate x509.Certificate
	for _, name := range hosts {
		if address := net.ParseIP(name); address != nil {
			certificate.IPAddresses = append(certificate.IPAddresses, address)
		} else {
			certificate.DNSNames = append(certificate.DNSNames, name)
		}
	}
	return certificate.VerifyHostname(host) == nil
}

func assessCertificate(store component.Store, facts Facts) board.Condition {
	const kind = v1alpha1.ConditionCertificateValid
	if !defaults.TLSOn(store.Spec) {
		return board.True(kind, v1alpha1.ReasonNotRequested, "zot serves no certificate: spec.http.tls is off.")
	}
	found, all := lookAt(handover.SubjectCertificate, facts.Pods)
	// What clients refuse already comes before what they will.
	slices.SortStableFunc(found, func(a, b handover.Check) int { return cmp.Compare(urgency(b), urgency(a)) })
	switch {
	case len(found) > 0 && faulty(found[0]):
		return board.False(kind, cmp.Or(certificateReasonOf[found[0].Fault], v1alpha1.ReasonCertificateUnfit),
			joined(found)+renewal(store, found))
	case len(found) > 0:
		return board.True(kind, v1alpha1.ReasonCertificateExpiring, joined(found)+renewal(store, found))
	case !all || len(facts.Pods) == 0:
		return board.False(kind, v1alpha1.ReasonProgressing, "The certificate is looked at once the pods run.")
	}
	host := names.Host(store.Object.Namespace, store.Object.Name)
	for _, pod := range facts.Pods {
		if !isFor(pod.CertificateHosts, host) {
			return board.True(kind, v1alpha1.ReasonCertificatePartly, fmt.Sprintf(
				"The certificate is valid, and for the names from outside. It is not for %s: clients inside of the cluster that call the "+
					"registry so refuse it.", host))
		}
	}
	return board.True(kind, v1alpha1.ReasonCertificateValid, "The certificate is valid, and for the names of the registry.")
}

// renewal says whose task it is, if it is not the user's and is overdue.
func renewal(store component.Store, found []handover.Check) string {
	overdue := slices.ContainsFunc(found, func(c handover.Check) bool {
		return c.Fault == handover.FaultExpired || c.Fault == handover.FaultExpiring
	})
	switch {
	case !overdue:
		return ""
	case defaults.IssuerOn(store.Spec):
		return fmt.Sprintf(" cert-manager should have renewed it: `kubectl describe certificate %s -n %s` says what keeps it from that.",
			names.Certificate(store.Object.Name), store.Object.Namespace)
	case defaults.ServiceCAOn(store.Spec):
		return " OpenShift's service CA should have renewed it: `oc get clusteroperator service-ca` says what keeps it from that."
	}
	return ""
}

// certificateStatus tells of the certificate that ends first. It is nil while no pod tells of one, and empty where there is none.
func certificateStatus(store component.Store, facts Facts) *v1alpha1.CertificateStatus {
	if !defaults.TLSOn(store.Spec) {
		return &v1alpha1.CertificateStatus{}
	}
	var first time.Time
	for _, pod := range facts.Pods {
		if until := pod.CertificateUntil; !until.IsZero() && (first.IsZero() || until.Before(first)) {
			first = until
		}
	}
	if first.IsZero() {
		return nil
	}
	return &v1alpha1.CertificateStatus{NotAfter: &metav1.Time{Time: first}}
}
