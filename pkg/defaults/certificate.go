package defaults

import (
	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// CertificateSecrets are the Secrets with zot's certificate and its private key, of a store that has TLS.
func CertificateSecrets(store string, spec v1alpha1.ZotArtifactStoreSpec) (certificate, key string) {
	switch {
	case IssuerOn(spec):
		return names.Certificate(store), names.Certificate(store)
	case ServiceCAOn(spec):
		return names.ServingCertificate(store), names.ServingCertificate(store)
	default:
		return spec.HTTP.TLS.CertSecretName, spec.HTTP.TLS.KeySecretName
	}
}
