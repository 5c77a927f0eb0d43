package resources

import (
	"net/netip"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/zot-artifact-store/operator/pkg/names"
)

// CertificateKind is cert-manager's request for a certificate that is renewed in time. Its module would bring more with it than the
// rest of the operator has.
var CertificateKind = schema.GroupVersionKind{Group: "cert-manager.io", Version: "v1", Kind: "Certificate"}

// NewCertificate is an empty one, to read into.
func NewCertificate() *unstructured.Unstructured {
	out := &unstructured.Unstructured{}
	out.SetGroupVersionKind(CertificateKind)
	return out
}

// Issued is true once there is a certificate, also while it is being renewed, or made anew for other names.
func Issued(certificate *unstructured.Unstructured) bool {
	until, _, _ := unstructured.NestedString(certificate.Object, "status", "notAfter")
	return until != ""
}

// Certificate asks an issuer for the certificate that zot serves. cert-manager keeps it and its key in the Secret.
//
// What has changed between versions of cert-manager is said: a new key with each certificate, and only the last request kept.
func Certificate(in Input, outside Outside, clusterDomain string) runtime.ApplyConfiguration {
	tls := in.Spec.HTTP.TLS
	hosts := tls.DNSNames
	if len(hosts) == 0 {
		hosts = Hosts(in, outside, clusterDomain)
	}
	var dnsNames, addresses []any
	for _, host := range hosts {
		if _, err := netip.ParseAddr(host); err == nil {
			addresses = append(addresses, host)
		} else {
			dnsNames = append(dnsNames, host)
		}
	}
	spec := map[string]any{
		"secretName": names.Certificate(in.Name),
		"dnsNames":   dnsNames,
		"issuerRef": map[string]any{
			"name": tls.IssuerRef.Name, "kind": tls.IssuerRef.Kind, "group": tls.IssuerRef.Group,
		},
		"privateKey":           map[string]any{"rotationPolicy": "Always"},
		"usages":               []any{"digital signature", "key encipherment", "server auth"},
		"revisionHistoryLimit": int64(1),
	}
	if len(addresses) > 0 {
		spec["ipAddresses"] = addresses
	}
	return untypedObject(in, CertificateKind.GroupVersion().String(), CertificateKind.Kind, names.Certificate(in.Name), nil, spec)
}
