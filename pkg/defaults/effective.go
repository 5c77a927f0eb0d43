package defaults

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// The defaults that are not sticky. They are documented in the comments of the API's fields.
const (
	// PullPolicy is spec.image.pullPolicy.
	PullPolicy v1alpha1.PullPolicy = "IfNotPresent"
	// Replicas is spec.replicas.
	Replicas int32 = 1
	// Port is spec.http.port.
	Port int32 = 8080
	// LogLevel is spec.log.level.
	LogLevel v1alpha1.LogLevel = "info"
	// RequestCPU is spec.resources.requests.cpu.
	RequestCPU = "100m"
	// RequestMemory is spec.resources.requests.memory.
	RequestMemory = "256Mi"
	// MaxUploadSize is spec.extensions.s3api.maxUploadSize.
	MaxUploadSize = "5Gi"
	// MetricsPath is spec.extensions.metrics.prometheus.path.
	MetricsPath = "/metrics"
	// SBOMFormat is the only entry of spec.extensions.supplychain.sbom.formats.
	SBOMFormat v1alpha1.SBOMFormat = "spdx"
)

// Effective is a copy of spec with every default filled.
//
// Never nil: Image, Replicas, HTTP and its Port, Storage and its Size, Extensions, Networking, Resources and its Requests with
// both amounts, Log. Absent as before, because absence has a meaning: AccessControl, each extension, Route, Signing and SBOM,
// Resources.Limits and each of its amounts. In a block that is there, Enabled is never nil.
func Effective(spec v1alpha1.ZotArtifactStoreSpec, op Operator) v1alpha1.ZotArtifactStoreSpec {
	out := *spec.DeepCopy()
	Persist(&out, op)
	setIfEmpty(&out.Image.PullPolicy, PullPolicy)
	setIfNil(&out.Replicas, Replicas)
	setIfNil(&out.HTTP, v1alpha1.HTTPSpec{})
	setIfNil(&out.HTTP.Port, Port)
	setIfNil(&out.Log, v1alpha1.LogSpec{})
	setIfEmpty(&out.Log.Level, LogLevel)
	setIfNil(&out.Resources, v1alpha1.ResourceRequirements{})
	resources(out.Resources)
	setIfNil(&out.Extensions, v1alpha1.ExtensionsSpec{})
	extensions(out.Extensions)
	setIfNil(&out.Networking, v1alpha1.NetworkingSpec{})
	if out.Networking.Route != nil {
		setIfNil(&out.Networking.Route.Enabled, true)
	}
	return out
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
	}
}

// supplyChain leaves an absent block absent: without signing nothing is trusted, without sbom no bills are made. The two names of
// the Notary Project's signatures become one.
func supplyChain(s *v1alpha1.SupplyChainSpec) {
	if s.Signing != nil {
		if len(s.Signing.Providers) == 0 {
			s.Signing.Providers = []v1alpha1.SigningProvider{v1alpha1.SigningCosign}
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
