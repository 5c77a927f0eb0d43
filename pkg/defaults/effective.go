package defaults

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/version"
)

// The defaults that are not sticky. They are documented in the comments of the API's fields.
const (
	// PullPolicy is spec.image.pullPolicy.
	PullPolicy v1alpha1.PullPolicy = "IfNotPresent"
	// Replicas is spec.replicas.
	Replicas int32 = 1
	// Port is spec.http.port.
	Port int32 = 8080
	// LogLevel is spec.log.level, and QuietLogLevel where zot would log a credential, see LogsCredential.
	LogLevel      v1alpha1.LogLevel = "info"
	QuietLogLevel v1alpha1.LogLevel = "warn"
	// RequestCPU is spec.resources.requests.cpu.
	RequestCPU = "100m"
	// RequestMemory is spec.resources.requests.memory.
	RequestMemory = "256Mi"
	// MaxUploadSize is spec.extensions.s3api.maxUploadSize.
	MaxUploadSize = "5Gi"
	// MetricsPath is spec.extensions.metrics.prometheus.path.
	MetricsPath = "/metrics"
	// GCInterval is spec.storage.gc.interval.
	GCInterval v1alpha1.Duration = "24h"
	// FilesystemGCDelay and ObjectStoreGCDelay are spec.storage.gc.delay.
	FilesystemGCDelay  v1alpha1.Duration = "1h"
	ObjectStoreGCDelay v1alpha1.Duration = "24h"
	// LongGCInterval and LongGCWindow are spec.storage.gc.interval and spec.storage.gc.timeWindow where a collection stops pushes for
	// long: on an object store, without version.ShortCollection. Once a week, at night in Greenwich.
	LongGCInterval v1alpha1.Duration = "168h"
	LongGCWindow   string            = "01:00-05:00"
	// DeletionPolicy is spec.storage.deletionPolicy.
	DeletionPolicy = v1alpha1.DeletionRetain
	// ServiceType is spec.networking.service.type.
	ServiceType v1alpha1.ServiceType = "ClusterIP"
	// IssuerKind and IssuerGroup are those of spec.http.tls.issuerRef.
	IssuerKind  = "Issuer"
	IssuerGroup = "cert-manager.io"
	// RequestTimeout is spec.networking.httpRoute.timeouts.request.
	RequestTimeout = "30m"
	// CVEUpdateInterval is spec.extensions.search.cve.updateInterval.
	CVEUpdateInterval v1alpha1.Duration = "24h"
	// CVERepository is spec.extensions.search.cve.dbRepository: zot's own default.
	CVERepository = "ghcr.io/aquasecurity/trivy-db"
	// CVEJavaRepository is spec.extensions.search.cve.javaDBRepository: zot's own default.
	CVEJavaRepository = "ghcr.io/aquasecurity/trivy-java-db"
	// ScrubInterval is spec.extensions.scrub.interval.
	ScrubInterval v1alpha1.Duration = "24h"
	// SBOMFormat is the only entry of spec.extensions.supplychain.sbom.formats.
	SBOMFormat v1alpha1.SBOMFormat = "spdx"
)

// Effective is a copy of spec with every default filled.
//
// Never nil: Image, Replicas, HTTP and its Port, Storage, its Size where the operator makes the claim, and its GC, Extensions,
// Networking with its Service and NetworkPolicy, Resources and its Requests with both amounts, Log. Absent as before, because absence
// has a meaning: Auth, AccessControl, each extension, Route, Ingress, HTTPRoute, Signing and SBOM, Retention, Cache, Resources.Limits
// and each of its amounts, Scheduling, ServiceAccount, CABundle. In a block that is there, Enabled is never nil.
func Effective(spec v1alpha1.ZotArtifactStoreSpec, op Operator) v1alpha1.ZotArtifactStoreSpec {
	out := *spec.DeepCopy()
	Persist(&out, op)
	setIfEmpty(&out.Image.PullPolicy, PullPolicy)
	setIfNil(&out.Replicas, Replicas)
	setIfNil(&out.HTTP, v1alpha1.HTTPSpec{})
	setIfNil(&out.HTTP.Port, Port)
	setIfNil(&out.Log, v1alpha1.LogSpec{})
	setIfEmpty(&out.Log.Level, logLevel(*out.Storage))
	setIfNil(&out.Resources, v1alpha1.ResourceRequirements{})
	resources(out.Resources)
	setIfNil(&out.Extensions, v1alpha1.ExtensionsSpec{})
	extensions(out.Extensions)
	setIfNil(&out.Networking, v1alpha1.NetworkingSpec{})
	storage(out.Storage, out.Image.Tag, Clustered(out))
	tls(out.HTTP.TLS)
	networking(out.Networking, termination(out))
	return out
}

func storage(s *v1alpha1.StorageSpec, tag string, clustered bool) {
	if OwnClaim(*s) {
		setIfEmpty(&s.DeletionPolicy, DeletionPolicy)
	}
	s.GC = Collection(*s, tag, clustered)
	if s.Cache != nil && s.Cache.Redis != nil && s.Cache.Redis.TLS != nil {
		setIfNil(&s.Cache.Redis.TLS.Enabled, true)
	}
}

// Collection is spec.storage.gc with every default filled, for a zot of an image with that tag. It is off where several zots would
// collect: zot knows only the locks of its own process (pkg/storage/gc/gc.go, cleanRepo, v2.1.20), and writes back the index that it has
// read.
func Collection(s v1alpha1.StorageSpec, tag string, clustered bool) *v1alpha1.GCSpec {
	out := s.GC.DeepCopy()
	setIfNil(&out, v1alpha1.GCSpec{})
	setIfNil(&out.Enabled, !clustered)
	if ObjectStore(s) {
		setIfEmpty(&out.Delay, ObjectStoreGCDelay)
		if !version.ShortCollection.In(tag) {
			setIfEmpty(&out.Interval, LongGCInterval)
			if version.GCTimeWindow.In(tag) {
				setIfEmpty(&out.TimeWindow, LongGCWindow)
			}
		}
	}
	setIfEmpty(&out.Delay, FilesystemGCDelay)
	setIfEmpty(&out.Interval, GCInterval)
	return out
}

func tls(t *v1alpha1.TLSSpec) {
	if t == nil {
		return
	}
	setIfNil(&t.Enabled, true)
	setIfEmpty(&t.KeySecretName, t.CertSecretName)
	if t.IssuerRef != nil {
		setIfEmpty(&t.IssuerRef.Kind, IssuerKind)
		setIfEmpty(&t.IssuerRef.Group, IssuerGroup)
	}
}

// termination is where TLS of a Route ends by default. A router that speaks plain HTTP with a zot that serves https reaches nothing,
// and clients from outside take no certificate that is for a name inside of the cluster.
func termination(spec v1alpha1.ZotArtifactStoreSpec) v1alpha1.RouteTermination {
	switch {
	case ServiceCAOn(spec):
		return v1alpha1.RouteReencrypt
	case TLSOn(spec):
		return v1alpha1.RoutePassthrough
	default:
		return v1alpha1.RouteEdge
	}
}

func networking(n *v1alpha1.NetworkingSpec, termination v1alpha1.RouteTermination) {
	setIfNil(&n.Service, v1alpha1.ServiceSpec{})
	setIfEmpty(&n.Service.Type, ServiceType)
	if n.Route != nil {
		setIfNil(&n.Route.Enabled, true)
		setIfEmpty(&n.Route.Termination, termination)
	}
	if n.Ingress != nil {
		setIfNil(&n.Ingress.Enabled, true)
	}
	if n.HTTPRoute != nil {
		setIfNil(&n.HTTPRoute.Enabled, true)
		setIfNil(&n.HTTPRoute.Timeouts, v1alpha1.HTTPRouteTimeoutsSpec{})
		setIfNil(&n.HTTPRoute.Timeouts.Enabled, true)
		setIfEmpty(&n.HTTPRoute.Timeouts.Request, RequestTimeout)
		if n.HTTPRoute.BackendTLS != nil {
			setIfNil(&n.HTTPRoute.BackendTLS.Enabled, true)
		}
	}
	setIfNil(&n.NetworkPolicy, v1alpha1.NetworkPolicySpec{})
	setIfNil(&n.NetworkPolicy.Enabled, true)
}

func logLevel(s v1alpha1.StorageSpec) v1alpha1.LogLevel {
	if LogsCredential(s) {
		return QuietLogLevel
	}
	return LogLevel
}

// LogsCredential says whether zot may write a credential into its log at level info and debug. It logs its configuration when it
// starts and masks most of them, but neither the account key of Azure nor the URL of a redis (v2.1.20, tried), and a redis with TLS, or
// one that only its Secret knows, can be given as a URL alone.
func LogsCredential(s v1alpha1.StorageSpec) bool {
	if s.Azure != nil && s.Azure.CredentialsSecret != "" {
		return true
	}
	if s.Cache == nil || s.Cache.Redis == nil || s.Cache.Redis.CredentialsSecret == "" {
		return false
	}
	tls := s.Cache.Redis.TLS
	return s.Cache.Redis.Address == "" || tls != nil && Enabled(tls.Enabled)
}

// resources fills the requests. A default never exceeds a limit that is set: the API server would refuse the pod.
func resources(r *v1alpha1.ResourceRequirements) {
	limits := v1alpha1.ResourceAmounts{}
	if r.Limits != nil {
		limits = *r.Limits
	}
	setIfNil(&r.Requests, v1alpha1.ResourceAmounts{})
	setIfNil(&r.Requests.CPU, atMost(RequestCPU, limits.CPU))
	setIfNil(&r.Requests.Memory, atMost(RequestMemory, limits.Memory))
}

func atMost(amount string, limit *resource.Quantity) resource.Quantity {
	q := resource.MustParse(amount)
	if limit != nil && limit.Cmp(q) < 0 {
		return limit.DeepCopy()
	}
	return q
}

func extensions(e *v1alpha1.ExtensionsSpec) {
	if e.S3API != nil {
		setIfNil(&e.S3API.Enabled, true)
		setIfNil(&e.S3API.MaxUploadSize, resource.MustParse(MaxUploadSize))
		setIfNil(&e.S3API.Storage, v1alpha1.S3APIStorageSpec{})
		s3apiStorage(e.S3API.Storage)
	}
	if e.RBAC != nil {
		setIfNil(&e.RBAC.Enabled, true)
	}
	if e.SupplyChain != nil {
		setIfNil(&e.SupplyChain.Enabled, true)
		supplyChain(e.SupplyChain)
	}
	if e.Metrics != nil {
		setIfNil(&e.Metrics.Enabled, true)
		setIfNil(&e.Metrics.Prometheus, v1alpha1.PrometheusSpec{})
		setIfEmpty(&e.Metrics.Prometheus.Path, MetricsPath)
		if e.Metrics.ServiceMonitor != nil {
			setIfNil(&e.Metrics.ServiceMonitor.Enabled, true)
		}
	}
	if e.UI != nil {
		setIfNil(&e.UI.Enabled, true)
	}
	search(e.Search)
	if e.Scrub != nil {
		setIfNil(&e.Scrub.Enabled, true)
		setIfEmpty(&e.Scrub.Interval, ScrubInterval)
	}
	sync(e.Sync)
	if SBOMOn(v1alpha1.ZotArtifactStoreSpec{Extensions: e}) {
		// Bills are made by the look for vulnerabilities.
		setIfNil(&e.Search, v1alpha1.SearchSpec{})
		setIfNil(&e.Search.CVE, v1alpha1.CVESpec{})
		search(e.Search)
	}
}

func search(s *v1alpha1.SearchSpec) {
	if s == nil {
		return
	}
	setIfNil(&s.Enabled, true)
	if s.CVE != nil {
		setIfNil(&s.CVE.Enabled, true)
		setIfEmpty(&s.CVE.UpdateInterval, CVEUpdateInterval)
		setIfEmpty(&s.CVE.DBRepository, CVERepository)
		setIfEmpty(&s.CVE.JavaDBRepository, CVEJavaRepository)
	}
}

func sync(s *v1alpha1.SyncSpec) {
	if s == nil {
		return
	}
	setIfNil(&s.Enabled, true)
	for i := range s.Registries {
		setIfNil(&s.Registries[i].OnDemand, false)
		setIfNil(&s.Registries[i].TLSVerify, true)
	}
}

func s3apiStorage(s *v1alpha1.S3APIStorageSpec) {
	setIfEmpty(&s.Type, v1alpha1.S3APIFilesystem)
	if s.Type == v1alpha1.S3APIFilesystem {
		setIfNil(&s.Size, resource.MustParse(FilesystemSize))
		setIfEmpty(&s.DeletionPolicy, DeletionPolicy)
	}
	if s.S3 != nil {
		setIfEmpty(&s.S3.Region, S3Region)
	}
}

// supplyChain leaves an absent block absent: without signing nothing is trusted, without sbom no bills are made. The two names of
// the Notary Project's signatures become one.
func supplyChain(s *v1alpha1.SupplyChainSpec) {
	if s.Signing != nil {
		if len(s.Signing.Providers) == 0 {
			s.Signing.Providers = signers(*s.Signing)
		}
		providers := make([]v1alpha1.SigningProvider, 0, len(s.Signing.Providers))
		for _, p := range s.Signing.Providers {
			if p == v1alpha1.SigningNotation {
				p = v1alpha1.SigningNotary
			}
			if !slices.Contains(providers, p) {
				providers = append(providers, p)
			}
		}
		s.Signing.Providers = providers
	}
	if s.SBOM != nil && len(s.SBOM.Formats) == 0 {
		s.SBOM.Formats = []v1alpha1.SBOMFormat{SBOMFormat}
	}
}

// signers are those whose keys are there.
func signers(s v1alpha1.SigningSpec) []v1alpha1.SigningProvider {
	var out []v1alpha1.SigningProvider
	if s.Cosign != nil || s.Notation == nil {
		out = append(out, v1alpha1.SigningCosign)
	}
	if s.Notation != nil {
		out = append(out, v1alpha1.SigningNotary)
	}
	return out
}
