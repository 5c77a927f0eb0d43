package zotconfig

import (
	"net/url"
	"slices"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// credentials are the Secrets that the agent reads, each kind once. Their order is fixed: it is part of the boot document, and
// another one would restart every store.
func credentials(store Store, spec v1alpha1.ZotArtifactStoreSpec) []handover.Credential {
	out := storageCredentials(spec.Storage)
	if defaults.HTPasswdOn(spec) {
		out = append(out, handover.HTPasswd(spec.Auth.HTPasswd.SecretName))
	}
	if defaults.TLSOn(spec) {
		certificate := handover.TLS(defaults.CertificateSecrets(store.Name, spec))
		if defaults.Clustered(spec) {
			certificate = handover.WithAuthority(certificate)
		}
		out = append(out, certificate)
	}
	if spec.CABundle != nil {
		out = append(out, handover.CA(spec.CABundle.SecretName, spec.CABundle.ConfigMapName))
	}
	if defaults.RBACOn(spec) {
		keycloak := spec.Extensions.RBAC.Keycloak
		out = append(out, handover.OIDC(keycloak.ClientID, keycloak.ClientSecretName))
	}
	if defaults.SignInOn(spec) {
		out = append(out, handover.SessionKeys(names.SessionKeys(store.Name)))
	}
	if users := registryUsers(spec); len(users) > 0 {
		out = append(out, handover.Sync(users))
	}
	if defaults.SigningOn(spec) {
		out = append(out, handover.Trust(trusted(*spec.Extensions.SupplyChain.Signing)))
	}
	return out
}

func storageCredentials(spec *v1alpha1.StorageSpec) []handover.Credential {
	var out []handover.Credential
	if spec.S3 != nil && spec.S3.ObjectBucketClaim != "" {
		out = append(out, handover.ObjectBucketClaim(spec.S3.ObjectBucketClaim, spec.S3.Endpoint == "", spec.S3.Region == ""))
	}
	if accessKey, secretKey := awsSecrets(spec); accessKey != "" || secretKey != "" {
		out = append(out, handover.AWS(accessKey, secretKey))
	}
	if spec.Azure != nil && spec.Azure.CredentialsSecret != "" {
		out = append(out, handover.Azure(spec.Azure.CredentialsSecret))
	}
	if spec.GCP != nil && spec.GCP.CredentialsSecret != "" {
		out = append(out, handover.GCS(spec.GCP.CredentialsSecret))
	}
	if spec.Cache != nil && spec.Cache.Redis != nil && spec.Cache.Redis.CredentialsSecret != "" {
		out = append(out, handover.Redis(redisServer(spec.Cache.Redis), spec.Cache.Redis.CredentialsSecret))
	}
	return out
}

// awsSecrets are those of S3 where there are any, and else those of DynamoDB: Amazon's libraries have one identity for a process.
func awsSecrets(spec *v1alpha1.StorageSpec) (accessKey, secretKey string) {
	if defaults.S3KeysOn(spec.S3) {
		return spec.S3.AccessKeySecret, spec.S3.SecretKeySecret
	}
	if spec.Cache != nil && spec.Cache.DynamoDB != nil {
		return spec.Cache.DynamoDB.CredentialsSecret, spec.Cache.DynamoDB.CredentialsSecret
	}
	return "", ""
}

// registryUsers are those of the registries that are copied from, each host once: zot looks them up by host.
func registryUsers(spec v1alpha1.ZotArtifactStoreSpec) []handover.RegistryUser {
	var out []handover.RegistryUser
	if !defaults.SyncOn(spec) {
		return out
	}
	for _, registry := range spec.Extensions.Sync.Registries {
		for _, address := range registry.URLs {
			parsed, err := url.Parse(address)
			if err != nil || registry.CredentialsSecret == "" {
				continue // What is no URL is refused by a rule.
			}
			user := handover.RegistryUser{Host: parsed.Host, Secret: registry.CredentialsSecret}
			if !slices.Contains(out, user) {
				out = append(out, user)
			}
		}
	}
	return out
}

// trusted is what signatures are checked against. It may be nothing.
func trusted(spec v1alpha1.SigningSpec) []handover.Source {
	out := []handover.Source{}
	if spec.Cosign != nil {
		for _, key := range spec.Cosign.PublicKeys {
			out = append(out, handover.TrustedKey(key.SecretName, key.ConfigMapName, key.Key))
		}
	}
	if spec.Notation != nil {
		for _, store := range spec.Notation.TrustStores {
			purpose := handover.PurposeTrustCA
			switch store.Type {
			case v1alpha1.TrustStoreSigningAuthority:
				purpose = handover.PurposeTrustSigningAuthority
			case v1alpha1.TrustStoreTSA:
				purpose = handover.PurposeTrustTSA
			case v1alpha1.TrustStoreCA:
			}
			out = append(out, handover.TrustedAuthority(purpose, store.SecretName, store.ConfigMapName, store.Key))
		}
	}
	return out
}
