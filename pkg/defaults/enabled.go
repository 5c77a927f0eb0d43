package defaults

import "github.com/zot-artifact-store/operator/apis/v1alpha1"

// Enabled is what the enabled field of a block that is there means: a block is on unless it says no.
func Enabled(enabled *bool) bool { return enabled == nil || *enabled }

// S3APIOn says whether the S3 API is asked for. Like its neighbours it reads a spec with or without its defaults.
func S3APIOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.Extensions != nil && spec.Extensions.S3API != nil && Enabled(spec.Extensions.S3API.Enabled)
}

// S3SignInOn says whether people can buy keys of the S3 API.
func S3SignInOn(spec v1alpha1.ZotArtifactStoreSpec) bool { return S3APIOn(spec) && RBACOn(spec) }

// RBACOn says whether sign-in with Keycloak is asked for.
func RBACOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.Extensions != nil && spec.Extensions.RBAC != nil && Enabled(spec.Extensions.RBAC.Enabled)
}

// SupplyChainOn says whether supply-chain trust is asked for.
func SupplyChainOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.Extensions != nil && spec.Extensions.SupplyChain != nil && Enabled(spec.Extensions.SupplyChain.Enabled)
}

// SigningOn says whether signatures are to be checked.
func SigningOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return SupplyChainOn(spec) && spec.Extensions.SupplyChain.Signing != nil
}

// SBOMOn says whether software bills of materials are to be made.
func SBOMOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return SupplyChainOn(spec) && spec.Extensions.SupplyChain.SBOM != nil
}

// MetricsOn says whether figures for Prometheus are asked for.
func MetricsOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.Extensions != nil && spec.Extensions.Metrics != nil && Enabled(spec.Extensions.Metrics.Enabled)
}

// UIOn says whether zot serves its web interface. People sign in with Keycloak there, and make their API keys.
func UIOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	if spec.Extensions == nil || spec.Extensions.UI == nil {
		return RBACOn(spec)
	}
	return Enabled(spec.Extensions.UI.Enabled)
}

// SearchOn says whether zot's query interface is needed. Its web interface asks it, what zot makes of a signature is shown by it alone,
// and bills of materials are made by its look for vulnerabilities.
func SearchOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	asked := spec.Extensions != nil && spec.Extensions.Search != nil && Enabled(spec.Extensions.Search.Enabled)
	return asked || UIOn(spec) || SigningOn(spec) || SBOMOn(spec)
}

// CVEOn says whether zot is to look for vulnerabilities.
func CVEOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	if !SearchOn(spec) || spec.Extensions.Search == nil || spec.Extensions.Search.CVE == nil {
		return SBOMOn(spec)
	}
	return Enabled(spec.Extensions.Search.CVE.Enabled)
}

// ScrubOn says whether zot is to read all artifacts again from time to time.
func ScrubOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.Extensions != nil && spec.Extensions.Scrub != nil && Enabled(spec.Extensions.Scrub.Enabled)
}

// SyncOn says whether images are copied from other registries.
func SyncOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.Extensions != nil && spec.Extensions.Sync != nil && Enabled(spec.Extensions.Sync.Enabled)
}

// ServiceMonitorOn says whether the Prometheus operator is to find the figures: where there are some, unless somebody says no.
func ServiceMonitorOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return MetricsOn(spec) && (spec.Extensions.Metrics.ServiceMonitor == nil || Enabled(spec.Extensions.Metrics.ServiceMonitor.Enabled))
}

// RouteOn says whether an OpenShift Route is asked for.
func RouteOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.Networking != nil && spec.Networking.Route != nil && Enabled(spec.Networking.Route.Enabled)
}

// IngressOn says whether an Ingress is asked for.
func IngressOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.Networking != nil && spec.Networking.Ingress != nil && Enabled(spec.Networking.Ingress.Enabled)
}

// HTTPRouteOn says whether an HTTPRoute is asked for.
func HTTPRouteOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.Networking != nil && spec.Networking.HTTPRoute != nil && Enabled(spec.Networking.HTTPRoute.Enabled)
}

// BackendTLSOn says whether a BackendTLSPolicy is asked for. Without TLS at the registry it would cut the Gateway off.
func BackendTLSOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return HTTPRouteOn(spec) && TLSOn(spec) && spec.Networking.HTTPRoute.BackendTLS != nil &&
		Enabled(spec.Networking.HTTPRoute.BackendTLS.Enabled)
}

// LoadBalanced says whether the Service is to have a load balancer.
func LoadBalanced(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.Networking != nil && spec.Networking.Service != nil && spec.Networking.Service.Type == "LoadBalancer"
}

// NetworkPolicyOn says whether the pods get a NetworkPolicy.
func NetworkPolicyOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.Networking == nil || spec.Networking.NetworkPolicy == nil || Enabled(spec.Networking.NetworkPolicy.Enabled)
}

// TLSOn says whether zot is to serve https.
func TLSOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.HTTP != nil && spec.HTTP.TLS != nil && Enabled(spec.HTTP.TLS.Enabled)
}

// IssuerOn says whether an issuer of cert-manager makes the certificate that zot serves.
func IssuerOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return TLSOn(spec) && spec.HTTP.TLS.IssuerRef != nil
}

// ServiceCAOn says whether OpenShift's service CA makes it.
func ServiceCAOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return TLSOn(spec) && spec.HTTP.TLS.ServiceCA != nil && *spec.HTTP.TLS.ServiceCA
}

// HTPasswdOn says whether users of a password file may sign in.
func HTPasswdOn(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.Auth != nil && spec.Auth.HTPasswd != nil
}

// SignInOn says whether anybody can sign in, in whatever way.
func SignInOn(spec v1alpha1.ZotArtifactStoreSpec) bool { return HTPasswdOn(spec) || RBACOn(spec) }

// Paused says whether the operator is to leave the store alone.
func Paused(spec v1alpha1.ZotArtifactStoreSpec) bool { return spec.Paused != nil && *spec.Paused }

// Clustered says whether several zots share the store, each of them the owner of some of its repositories.
func Clustered(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return spec.Replicas != nil && *spec.Replicas > 1
}

// VolumeMade says whether the operator makes a claim for the pods: not where they are several, as no volume is for all of them.
func VolumeMade(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return OwnClaim(*spec.Storage) && !Clustered(spec)
}

// Ephemeral says whether everything is kept in the pod alone.
func Ephemeral(storage v1alpha1.StorageSpec) bool {
	return storage.Ephemeral != nil && *storage.Ephemeral
}

// OwnClaim says whether the operator makes the store's claim: not where the user has one already, nor where there is none.
func OwnClaim(storage v1alpha1.StorageSpec) bool {
	return storage.ExistingClaim == "" && !Ephemeral(storage)
}

// ObjectStore says whether artifacts are in a bucket or container.
func ObjectStore(storage v1alpha1.StorageSpec) bool {
	return storage.Type != "" && storage.Type != v1alpha1.StorageFilesystem
}
