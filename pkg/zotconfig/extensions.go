package zotconfig

import (
	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// downloads is where zot puts together what it copies from another registry before an object store gets it. It needs a place then
// (pkg/cli/server/root.go, validateStorageConfigSection, v2.1.20); with a volume it uses that.
const downloads = "/tmp/sync"

// extensions are those that zot reads at its start only.
func extensions(spec v1alpha1.ZotArtifactStoreSpec) *Extensions {
	var out Extensions
	if defaults.MetricsOn(spec) {
		out.Metrics = &Metrics{Enable: true, Prometheus: &Prometheus{Path: spec.Extensions.Metrics.Prometheus.Path}}
	}
	if defaults.SigningOn(spec) {
		out.Trust = trust(spec.Extensions.SupplyChain.Signing.Providers)
	}
	if defaults.SearchOn(spec) {
		out.Search = &Search{Enable: true}
	}
	if defaults.UIOn(spec) {
		out.UI = &UI{Enable: true}
	}
	if out == (Extensions{}) {
		return nil
	}
	return &out
}

// liveExtensions are those that zot takes up as it runs: it ends its background tasks, and begins them anew
// (pkg/api/config/config.go, UpdateReloadableConfig, and pkg/api/controller.go, StartBackgroundTasks, v2.1.20). The look for
// vulnerabilities is one of them, as long as the query interface around it was there at the start.
func liveExtensions(spec v1alpha1.ZotArtifactStoreSpec) *Extensions {
	var out Extensions
	if defaults.CVEOn(spec) {
		cve := spec.Extensions.Search.CVE
		out.Search = &Search{Enable: true, CVE: &CVE{
			UpdateInterval: string(cve.UpdateInterval),
			Trivy:          &Trivy{DBRepository: cve.DBRepository, JavaDBRepository: cve.JavaDBRepository, SBOM: sbom(spec)},
		}}
	}
	if defaults.ScrubOn(spec) {
		out.Scrub = &Scrub{Enable: true, Interval: string(spec.Extensions.Scrub.Interval)}
	}
	if defaults.SyncOn(spec) {
		out.Sync = sync(spec)
	}
	if out == (Extensions{}) {
		return nil
	}
	return &out
}

func sync(spec v1alpha1.ZotArtifactStoreSpec) *Sync {
	out := &Sync{Enable: true, Registries: []SyncRegistry{}}
	if defaults.ObjectStore(*spec.Storage) {
		out.DownloadDir = downloads
	}
	for _, given := range spec.Extensions.Sync.Registries {
		registry := SyncRegistry{
			URLs: append([]string{}, given.URLs...), OnDemand: *given.OnDemand, PollInterval: string(given.PollInterval),
			TLSVerify: *given.TLSVerify, OnlySigned: given.OnlySigned, PreserveDigest: given.PreserveDigest,
			MaxRetries: given.MaxRetries, RetryDelay: string(given.RetryDelay),
		}
		for _, content := range given.Content {
			registry.Content = append(registry.Content, syncContent(content))
		}
		out.Registries = append(out.Registries, registry)
	}
	return out
}

func syncContent(given v1alpha1.SyncContent) SyncContent {
	out := SyncContent{Prefix: given.Prefix, Destination: given.Destination, StripPrefix: given.StripPrefix}
	// zot drops an empty object, and would take it for a mistake.
	if tags := given.Tags; tags != nil && *tags != (v1alpha1.SyncTags{}) {
		out.Tags = &SyncTags{Regex: tags.Regex, ExcludeRegex: tags.ExcludeRegex, SemVer: tags.SemVer}
	}
	return out
}

func trust(providers []v1alpha1.SigningProvider) *Trust {
	out := &Trust{Enable: true}
	for _, provider := range providers {
		switch provider {
		case v1alpha1.SigningCosign:
			out.Cosign = true
		case v1alpha1.SigningNotary, v1alpha1.SigningNotation:
			out.Notation = true
		}
	}
	return out
}

// sbom makes bills of the first format, as zot makes one only.
func sbom(spec v1alpha1.ZotArtifactStoreSpec) *SBOM {
	if !defaults.SBOMOn(spec) {
		return nil
	}
	out := &SBOM{Enable: true, Format: "cyclonedx"}
	if spec.Extensions.SupplyChain.SBOM.Formats[0] == defaults.SBOMFormat {
		out.Format = "spdx-json"
	}
	return out
}
