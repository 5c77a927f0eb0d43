package zotconfig_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

// owner is the store of these tests.
var owner = zotconfig.Store{Namespace: "zot-system", Name: "store"}

func render(t interface{ Fatalf(string, ...any) }, spec v1alpha1.ZotArtifactStoreSpec) zotconfig.Documents {
	documents, err := zotconfig.Render(owner, spec)
	if err != nil {
		t.Fatalf("render: %v", err)
	}
	return documents
}

// at reads a value of what zot reads, by its path.
func at(t *testing.T, spec v1alpha1.ZotArtifactStoreSpec, path string) any {
	t.Helper()
	return find(t, render(t, defaults.Effective(spec, defaults.Upstream())), path)
}

func find(t *testing.T, documents zotconfig.Documents, path string) any {
	t.Helper()
	merged, err := documents.Merged()
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(merged, &value); err != nil {
		t.Fatal(err)
	}
	for key := range strings.SplitSeq(path, ".") {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	return value
}

func s3(change func(*v1alpha1.S3StorageSpec)) v1alpha1.ZotArtifactStoreSpec {
	spec := &v1alpha1.S3StorageSpec{Region: "eu-west-1", Bucket: "artifacts"}
	change(spec)
	return v1alpha1.ZotArtifactStoreSpec{Storage: &v1alpha1.StorageSpec{Type: v1alpha1.StorageS3, S3: spec}}
}

func TestRenderRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		spec v1alpha1.ZotArtifactStoreSpec
		want string
	}{
		"unknown storage": {
			v1alpha1.ZotArtifactStoreSpec{Storage: &v1alpha1.StorageSpec{Type: "tape"}},
			`spec.storage.type "tape" is unknown`,
		},
		"endpoint without host": {
			s3(func(s *v1alpha1.S3StorageSpec) { s.Endpoint = "https://" }),
			`spec.storage.s3.endpoint "https://" is neither a host nor a URL`,
		},
		"endpoint that cannot be read": {
			s3(func(s *v1alpha1.S3StorageSpec) { s.Endpoint = "http://a b" }),
			`spec.storage.s3.endpoint "http://a b" is neither a host nor a URL`,
		},
		"cache of a file system": {
			v1alpha1.ZotArtifactStoreSpec{Storage: &v1alpha1.StorageSpec{Cache: &v1alpha1.CacheSpec{Type: v1alpha1.CacheRedis}}},
			`spec.storage.cache is for object stores`,
		},
		"cache without its block": {
			withCache(v1alpha1.CacheSpec{Type: v1alpha1.CacheRedis}),
			`spec.storage.cache.type "redis" is unknown, or the block of that name is missing`,
		},
		"redis without address and Secret": {
			withCache(v1alpha1.CacheSpec{Type: v1alpha1.CacheRedis, Redis: &v1alpha1.RedisCacheSpec{}}),
			`spec.storage.cache.redis.address is missing`,
		},
		"one of two keys": {
			s3(func(s *v1alpha1.S3StorageSpec) { s.AccessKeySecret = "keys" }),
			`a source must name a Secret or a ConfigMap`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := zotconfig.Render(owner, defaults.Effective(tc.spec, defaults.Upstream()))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got error %v, want one with %s", err, tc.want)
			}
		})
	}
}

func TestExtensions(t *testing.T) {
	off := false
	metrics := map[string]any{"enable": true, "prometheus": map[string]any{"path": "/metrics"}}
	for name, tc := range map[string]struct {
		extensions v1alpha1.ExtensionsSpec
		want       any
	}{
		"none": {v1alpha1.ExtensionsSpec{}, nil},
		"what zot does not do is not in its configuration": {
			v1alpha1.ExtensionsSpec{S3API: &v1alpha1.S3APISpec{}}, nil,
		},
		"the first format of bills is made": {
			v1alpha1.ExtensionsSpec{SupplyChain: &v1alpha1.SupplyChainSpec{
				SBOM: &v1alpha1.SBOMSpec{Formats: []v1alpha1.SBOMFormat{"cyclonedx", "spdx"}},
			}},
			map[string]any{"search": map[string]any{"enable": true, "cve": map[string]any{
				"updateInterval": "24h", "trivy": map[string]any{
					"dbRepository": "ghcr.io/aquasecurity/trivy-db", "javaDBRepository": "ghcr.io/aquasecurity/trivy-java-db",
					"sbom": map[string]any{"enable": true, "format": "cyclonedx"},
				},
			}}},
		},
		"metrics": {
			v1alpha1.ExtensionsSpec{Metrics: &v1alpha1.MetricsSpec{}}, map[string]any{"metrics": metrics},
		},
		"metrics off": {v1alpha1.ExtensionsSpec{Metrics: &v1alpha1.MetricsSpec{Enabled: &off}}, nil},
		"signing without providers is cosign": {
			v1alpha1.ExtensionsSpec{SupplyChain: &v1alpha1.SupplyChainSpec{Signing: &v1alpha1.SigningSpec{}}},
			map[string]any{"trust": map[string]any{"enable": true, "cosign": true}, "search": map[string]any{"enable": true}},
		},
		"notary is zot's notation": {
			v1alpha1.ExtensionsSpec{SupplyChain: &v1alpha1.SupplyChainSpec{
				Signing: &v1alpha1.SigningSpec{Providers: []v1alpha1.SigningProvider{"notary"}},
			}},
			map[string]any{"trust": map[string]any{"enable": true, "notation": true}, "search": map[string]any{"enable": true}},
		},
		"supply chain off": {
			v1alpha1.ExtensionsSpec{SupplyChain: &v1alpha1.SupplyChainSpec{Enabled: &off, Signing: &v1alpha1.SigningSpec{}}}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := at(t, v1alpha1.ZotArtifactStoreSpec{Extensions: &tc.extensions}, "extensions")
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The hash is in names of objects, and a restart of every pod hangs on it.
func TestHashNamesWhatNeedsARestart(t *testing.T) {
	base := v1alpha1.ZotArtifactStoreSpec{}
	hash := func(change func(*v1alpha1.ZotArtifactStoreSpec)) string {
		spec := *base.DeepCopy()
		change(&spec)
		return render(t, defaults.Effective(spec, defaults.Upstream())).Hash
	}
	before := hash(func(*v1alpha1.ZotArtifactStoreSpec) {})
	if !regexp.MustCompile(`^[0-9a-f]{10}$`).MatchString(before) {
		t.Errorf("hash %q is not ten hexadecimal digits", before)
	}
	port, class := int32(5000), "fast"
	for name, tc := range map[string]struct {
		change  func(*v1alpha1.ZotArtifactStoreSpec)
		restart bool
	}{
		"access rules": {func(s *v1alpha1.ZotArtifactStoreSpec) { s.AccessControl = &v1alpha1.AccessControlSpec{} }, false},
		"route": {func(s *v1alpha1.ZotArtifactStoreSpec) {
			s.Networking = &v1alpha1.NetworkingSpec{Route: &v1alpha1.RouteSpec{}}
		}, false},
		"garbage collection": {func(s *v1alpha1.ZotArtifactStoreSpec) {
			s.Storage = &v1alpha1.StorageSpec{GC: &v1alpha1.GCSpec{Delay: "2h", Interval: "6h", TimeWindow: "01:00-02:00"}}
		}, false},
		"retention": {func(s *v1alpha1.ZotArtifactStoreSpec) {
			s.Storage = &v1alpha1.StorageSpec{Retention: &v1alpha1.RetentionSpec{
				Policies: []v1alpha1.RetentionPolicy{{Repositories: []string{"**"}}},
			}}
		}, false},
		"external URL": {func(s *v1alpha1.ZotArtifactStoreSpec) { s.ExternalURL = "https://registry.example.com" }, true},
		"users":        {func(s *v1alpha1.ZotArtifactStoreSpec) { s.Auth = htpasswd() }, true},
		"certificate": {func(s *v1alpha1.ZotArtifactStoreSpec) {
			s.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{CertSecretName: "certificate"}}
		}, true},
		"authorities": {func(s *v1alpha1.ZotArtifactStoreSpec) {
			s.CABundle = &v1alpha1.CABundleSpec{ConfigMapName: "authorities"}
		}, true},
		"pause":     {func(s *v1alpha1.ZotArtifactStoreSpec) { s.Paused = new(true) }, false},
		"volume":    {func(s *v1alpha1.ZotArtifactStoreSpec) { s.Storage = &v1alpha1.StorageSpec{StorageClassName: &class} }, false},
		"port":      {func(s *v1alpha1.ZotArtifactStoreSpec) { s.HTTP = &v1alpha1.HTTPSpec{Port: &port} }, true},
		"log level": {func(s *v1alpha1.ZotArtifactStoreSpec) { s.Log = &v1alpha1.LogSpec{Level: "debug"} }, true},
		"metrics": {func(s *v1alpha1.ZotArtifactStoreSpec) {
			s.Extensions = &v1alpha1.ExtensionsSpec{Metrics: &v1alpha1.MetricsSpec{}}
		}, true},
	} {
		if changed := hash(tc.change) != before; changed != tc.restart {
			t.Errorf("%s: pods restart: %v, want %v", name, changed, tc.restart)
		}
	}
}

func TestRenderIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := fixtures.EffectiveSpec().Draw(t, "spec")
		untouched := *spec.DeepCopy()
		one, other := render(t, spec), render(t, *spec.DeepCopy())
		if diff := cmp.Diff(one, other); diff != "" {
			t.Fatalf("two renderings of one spec differ: %s", diff)
		}
		if diff := cmp.Diff(untouched, spec); diff != "" {
			t.Fatalf("Render changes its argument: %s", diff)
		}
	})
}

// The order of rules has no meaning to zot, so it is none to us: a reordered list must not be a change.
func TestRenderIgnoresTheOrderOfRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := fixtures.EffectiveSpec().Draw(t, "spec")
		before := render(t, spec)
		if spec.AccessControl != nil {
			spec.AccessControl.Repositories = rapid.Permutation(spec.AccessControl.Repositories).Draw(t, "rules")
			spec.AccessControl.Groups = rapid.Permutation(spec.AccessControl.Groups).Draw(t, "groups")
		}
		if after := render(t, spec); !bytes.Equal(before.Live, after.Live) {
			t.Fatalf("another order gives another document:\n%s\n%s", before.Live, after.Live)
		}
	})
}

// What is in both documents would depend on which one wins.
func TestBootAndLiveShareNoValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		documents := render(t, fixtures.EffectiveSpec().Draw(t, "spec"))
		boot, err := handover.DecodeBoot(documents.Boot)
		if err != nil {
			t.Fatal(err)
		}
		live, err := handover.DecodeLive(documents.Live)
		if err != nil {
			t.Fatal(err)
		}
		of := maps.Collect(leaves("", boot.Zot))
		for path := range leaves("", live.Zot) {
			if _, both := of[path]; both {
				t.Fatalf("%s is in both documents", path)
			}
		}
	})
}

// leaves walks an object down to what is no object.
func leaves(path string, value any) func(func(string, any) bool) {
	return func(yield func(string, any) bool) {
		object, ok := value.(map[string]any)
		if !ok {
			yield(path, value)
			return
		}
		for key, inner := range object {
			for below, leaf := range leaves(path+"/"+key, inner) {
				if !yield(below, leaf) {
					return
				}
			}
		}
	}
}
