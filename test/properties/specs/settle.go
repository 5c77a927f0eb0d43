package specs

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/version"
)

// settle makes blocks agree that stand far from each other.
func settle(t *rapid.T, spec *v1alpha1.ZotArtifactStoreSpec) {
	settleResources(spec.Resources)
	settleRoute(t, spec)
	settleBackendTLS(spec)
	settleAccess(t, spec)
	settleCollection(spec)
	settleVersion(spec)
	settleKeys(spec.Storage)
	settleBills(spec)
	settleReplicas(spec)
	settleMonitor(spec)
	settleObjects(spec)
	settleSearch(spec)
	settleSync(spec)
	settleTrust(spec)
}

// settleReplicas leaves several of them to stores that are fit for it, and takes from these what does not go with it.
func settleReplicas(spec *v1alpha1.ZotArtifactStoreSpec) {
	s := spec.Storage
	if !defaults.Clustered(*spec) {
		return
	}
	if s == nil || !defaults.ObjectStore(*s) || s.Cache == nil || s.ExistingClaim != "" || defaults.ServiceCAOn(*spec) {
		*spec.Replicas = 1
		return
	}
	s.Retention = nil
	if s.GC != nil && s.GC.Enabled != nil && *s.GC.Enabled {
		s.GC.Enabled = nil
	}
	if spec.Extensions != nil {
		spec.Extensions.SupplyChain = nil
	}
}

// settleResources makes no request exceed its limit.
func settleResources(r *v1alpha1.ResourceRequirements) {
	if r == nil || r.Limits == nil || r.Requests == nil {
		return
	}
	if cpu := r.Requests.CPU; cpu != nil && r.Limits.CPU != nil && cpu.Cmp(*r.Limits.CPU) > 0 {
		*r.Requests.CPU = r.Limits.CPU.DeepCopy()
	}
	if memory := r.Requests.Memory; memory != nil && r.Limits.Memory != nil && memory.Cmp(*r.Limits.Memory) > 0 {
		*r.Requests.Memory = r.Limits.Memory.DeepCopy()
	}
}

// settleBackendTLS lets Gateways speak TLS with a registry that does.
func settleBackendTLS(spec *v1alpha1.ZotArtifactStoreSpec) {
	if spec.Networking != nil && spec.Networking.HTTPRoute != nil && !defaults.TLSOn(*spec) {
		spec.Networking.HTTPRoute.BackendTLS = nil
	}
}

// settleRoute ends TLS where there is some.
func settleRoute(t *rapid.T, spec *v1alpha1.ZotArtifactStoreSpec) {
	if spec.Networking == nil || spec.Networking.Route == nil {
		return
	}
	route := spec.Networking.Route
	defer func() {
		if route.Termination != v1alpha1.RouteReencrypt {
			route.DestinationCACertificate = ""
		}
	}()
	switch on := defaults.TLSOn(*spec); {
	case route.Termination == "":
	case !on:
		route.Termination = v1alpha1.RouteEdge
	case route.Termination == v1alpha1.RouteEdge:
		route.Termination = v1alpha1.RoutePassthrough
		if rapid.Bool().Draw(t, "reencrypt") {
			route.Termination = v1alpha1.RouteReencrypt
		}
	}
}

// settleAccess lets somebody sign in where rules are for users, or takes those rules out.
func settleAccess(t *rapid.T, spec *v1alpha1.ZotArtifactStoreSpec) {
	access := spec.AccessControl
	if access == nil {
		return
	}
	if !defaults.MetricsOn(*spec) {
		access.Metrics = nil
	}
	if !defaults.SignInOn(*spec) {
		if rapid.Bool().Draw(t, "sign in") {
			spec.Auth = &v1alpha1.AuthSpec{HTPasswd: &v1alpha1.HTPasswdSpec{SecretName: SecretMark + "users"}}
			return
		}
		access.AdminPolicy, access.Groups = nil, nil
		if access.Metrics != nil {
			access.Metrics.Users = nil
		}
		for i := range access.Repositories {
			access.Repositories[i].Policies, access.Repositories[i].DefaultPolicy = nil, nil
		}
	}
}

// settleSearch leaves the query interface to what asks it, and the look for vulnerabilities to stores on a volume.
func settleSearch(spec *v1alpha1.ZotArtifactStoreSpec) {
	if spec.Extensions == nil || spec.Extensions.Search == nil {
		return
	}
	if defaults.UIOn(*spec) || defaults.SigningOn(*spec) || defaults.SBOMOn(*spec) {
		spec.Extensions.Search.Enabled = nil
	}
	if spec.Extensions.Search.CVE != nil && defaults.SBOMOn(*spec) {
		spec.Extensions.Search.CVE.Enabled = nil
	}
	if spec.Storage != nil && defaults.ObjectStore(*spec.Storage) {
		spec.Extensions.Search.CVE = nil
	}
}

// settleTrust gives keys to those whose signatures are checked, and checks none where zot would keep the keys at Amazon.
func settleTrust(spec *v1alpha1.ZotArtifactStoreSpec) {
	if !defaults.SigningOn(*spec) {
		return
	}
	signing, storage := spec.Extensions.SupplyChain.Signing, spec.Storage
	if storage != nil && storage.Cache != nil && storage.Cache.DynamoDB != nil {
		spec.Extensions.SupplyChain.Signing = nil
		return
	}
	if len(signing.Providers) == 0 {
		return
	}
	if !slices.Contains(signing.Providers, v1alpha1.SigningCosign) {
		signing.Cosign = nil
	}
	if !slices.Contains(signing.Providers, v1alpha1.SigningNotary) && !slices.Contains(signing.Providers, v1alpha1.SigningNotation) {
		signing.Notation = nil
	}
}

// settleSync gives each host one user.
func settleSync(spec *v1alpha1.ZotArtifactStoreSpec) {
	if spec.Extensions == nil || spec.Extensions.Sync == nil {
		return
	}
	registries := spec.Extensions.Sync.Registries
	for i := range registries {
		if registries[i].CredentialsSecret != "" {
			registries[i].CredentialsSecret = SecretMark + "upstream"
		}
	}
}

// settleObjects says where objects are kept where that is asked for, and who may use them where people can sign in.
func settleObjects(spec *v1alpha1.ZotArtifactStoreSpec) {
	if defaults.S3APIOn(*spec) && !defaults.RBACOn(*spec) {
		spec.Extensions.S3API.Access = nil
	}
	if defaults.S3APIOn(*spec) && spec.Storage != nil && spec.Storage.Type == v1alpha1.StorageGCP && spec.Extensions.S3API.Storage == nil {
		spec.Extensions.S3API.Storage = &v1alpha1.S3APIStorageSpec{}
	}
}

// settleMonitor lets Prometheus sign in where a user may read the figures, and trust where there is TLS.
func settleMonitor(spec *v1alpha1.ZotArtifactStoreSpec) {
	if spec.Extensions == nil || spec.Extensions.Metrics == nil || spec.Extensions.Metrics.ServiceMonitor == nil {
		return
	}
	monitor := spec.Extensions.Metrics.ServiceMonitor
	if spec.AccessControl == nil || spec.AccessControl.Metrics == nil || len(spec.AccessControl.Metrics.Users) == 0 {
		monitor.BasicAuthSecretName = ""
	}
	if !defaults.TLSOn(*spec) {
		monitor.CASecretName, monitor.CAConfigMapName = "", ""
	}
}

// settleCollection: what carries out retention must be on.
func settleCollection(spec *v1alpha1.ZotArtifactStoreSpec) {
	if s := spec.Storage; s != nil && s.GC != nil && !defaults.Enabled(s.GC.Enabled) {
		s.Retention = nil
	}
}

// settleVersion gives stores that use what their zot does not know a newer one.
func settleVersion(spec *v1alpha1.ZotArtifactStoreSpec) {
	if spec.Image == nil || spec.Image.Tag == "" {
		return
	}
	for _, feature := range features(*spec) {
		if !feature.In(spec.Image.Tag) {
			spec.Image.Tag = "v2.1.20"
		}
	}
}

func features(spec v1alpha1.ZotArtifactStoreSpec) []version.Feature {
	var out []version.Feature
	s := spec.Storage
	if defaults.SBOMOn(spec) {
		out = append(out, version.SBOM)
	}
	if s == nil {
		return out
	}
	if s.Type == v1alpha1.StorageAzure {
		out = append(out, version.AzureStorage)
	}
	if s.GC != nil && s.GC.TimeWindow != "" {
		out = append(out, version.GCTimeWindow)
	}
	if s.Retention != nil {
		for _, policy := range s.Retention.Policies {
			if policy.KeepUntagged != nil {
				out = append(out, version.KeepUntagged)
			}
		}
	}
	return out
}

// settleKeys gives a process one pair of Amazon's keys.
func settleKeys(s *v1alpha1.StorageSpec) {
	if s == nil || s.Cache == nil || s.Cache.DynamoDB == nil {
		return
	}
	if defaults.S3KeysOn(s.S3) {
		s.Cache.DynamoDB.CredentialsSecret = ""
	}
}

// settleBills leaves bills of materials to stores on a volume.
func settleBills(spec *v1alpha1.ZotArtifactStoreSpec) {
	if spec.Storage == nil || spec.Storage.Type == "" || spec.Storage.Type == v1alpha1.StorageFilesystem {
		return
	}
	if defaults.SBOMOn(*spec) {
		spec.Extensions.SupplyChain.SBOM = nil
	}
}
