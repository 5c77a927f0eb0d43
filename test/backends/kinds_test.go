package backends

import (
	"maps"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// everyKind is what there is to count, with the variable that names the server which it needs.
var everyKind = map[string]string{
	"storage filesystem": "", "storage s3": versitygw, "storage azure": azurite, "storage gcp": gcs,
	"s3 with a Secret": versitygw, "s3 as its pod": versitygw, "s3 by a bucket claim": versitygw,
	"azure with a Secret": azurite, "azure as its pod": azurite, "gcp with a Secret": gcs, "gcp as its pod": gcs,
	"cache redis": redis, "cache redis with a Secret": redis, "cache dynamodb": "BACKENDS_DYNALITE",
	"TLS": "", "CA bundle": "", "password file": "", "Keycloak": "", "no sign-in": "", "several replicas": "",
	"metrics": "", "search": "", "vulnerabilities": "", "UI": "", "scrub": "", "sync": "", "signing": "", "SBOM": "", "S3 API": "",
	"retention": "",
}

const (
	versitygw = "BACKENDS_VERSITYGW"
	azurite   = "BACKENDS_AZURITE"
	gcs       = "BACKENDS_GCS"
	redis     = "BACKENDS_REDIS"
)

// kinds are what is counted of stores that start.
func kinds(spec v1alpha1.ZotArtifactStoreSpec) map[string]bool {
	out := map[string]bool{}
	storage := spec.Storage
	if storage == nil || !defaults.ObjectStore(*storage) {
		out["storage filesystem"] = true
	} else {
		out["storage "+string(storage.Type)] = true
		out[identityOf(*storage)] = true
		if cache := storage.Cache; cache != nil {
			out["cache "+string(cache.Type)] = true
			out["cache "+string(cache.Type)+" with a Secret"] = cache.Redis != nil && cache.Redis.CredentialsSecret != ""
		}
	}
	maps.Copy(out, map[string]bool{
		"TLS": defaults.TLSOn(spec), "CA bundle": spec.CABundle != nil, "password file": defaults.HTPasswdOn(spec),
		"Keycloak": defaults.RBACOn(spec), "no sign-in": !defaults.SignInOn(spec), "several replicas": defaults.Clustered(spec),
		"metrics": defaults.MetricsOn(spec), "search": defaults.SearchOn(spec), "vulnerabilities": defaults.CVEOn(spec),
		"UI": defaults.UIOn(spec), "scrub": defaults.ScrubOn(spec), "sync": defaults.SyncOn(spec), "signing": defaults.SigningOn(spec),
		"SBOM": defaults.SBOMOn(spec), "S3 API": defaults.S3APIOn(spec), "retention": storage != nil && storage.Retention != nil,
	})
	maps.DeleteFunc(out, func(_ string, on bool) bool { return !on })
	return out
}

// identityOf says how a store proves at its bucket who it is.
func identityOf(storage v1alpha1.StorageSpec) string {
	secret := ""
	switch {
	case storage.S3 != nil && storage.S3.ObjectBucketClaim != "":
		return "s3 by a bucket claim"
	case storage.S3 != nil:
		secret = storage.S3.AccessKeySecret
	case storage.Azure != nil:
		secret = storage.Azure.CredentialsSecret
	case storage.GCP != nil:
		secret = storage.GCP.CredentialsSecret
	}
	if secret == "" {
		return string(storage.Type) + " as its pod"
	}
	return string(storage.Type) + " with a Secret"
}
