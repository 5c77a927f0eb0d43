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

func render(t interface{ Fatalf(string, ...any) }, spec v1alpha1.ZotArtifactStoreSpec) zotconfig.Documents {
	documents, err := zotconfig.Render(spec)
	if err != nil {
		t.Fatalf("render: %v", err)
	}
	return documents
}

// at reads a value of what zot reads, by its path; "" is the whole.
func at(t *testing.T, spec v1alpha1.ZotArtifactStoreSpec, path string) any {
	t.Helper()
	merged, err := render(t, defaults.Effective(spec, defaults.Upstream())).Merged()
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

func TestS3Endpoint(t *testing.T) {
	const own, amazons = true, false
	for endpoint, want := range map[string]struct {
		own    bool
		url    string
		secure bool
	}{
		"":                                    {amazons, "", true},
		"s3.amazonaws.com":                    {amazons, "", true},
		"https://s3.amazonaws.com":            {amazons, "", true},
		"s3.eu-west-1.amazonaws.com":          {amazons, "", true},
		"s3-fips.us-gov-west-1.amazonaws.com": {own, "https://s3-fips.us-gov-west-1.amazonaws.com", true},
		"bucket.vpce-1a.s3.eu-west-1.vpce.amazonaws.com": {own, "https://bucket.vpce-1a.s3.eu-west-1.vpce.amazonaws.com", true},
		"s3.cn-north-1.amazonaws.com.cn":                 {own, "https://s3.cn-north-1.amazonaws.com.cn", true},
		"s3.example.com":                                 {own, "https://s3.example.com", true},
		"s3.example.com:9000":                            {own, "https://s3.example.com:9000", true},
		"https://s3.example.com/":                        {own, "https://s3.example.com", true},
		"http://minio.storage.svc:9000":                  {own, "http://minio.storage.svc:9000", false},
		"http://[fd00::1]:9000":                          {own, "http://[fd00::1]:9000", false},
		"notamazonaws.com":                               {own, "https://notamazonaws.com", true},
	} {
		t.Run(endpoint, func(t *testing.T) {
			wanted := map[string]any{
				"name": "s3", "rootdirectory": "/zot", "bucket": "artifacts", "region": "eu-west-1",
				"secure": want.secure, "skipverify": false, "forcepathstyle": want.own,
			}
			if want.url != "" {
				wanted["regionendpoint"] = want.url
			}
			got := at(t, s3(func(s *v1alpha1.S3StorageSpec) { s.Endpoint = endpoint }), "storage.storageDriver")
			if diff := cmp.Diff(any(wanted), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestS3WithoutRegion(t *testing.T) {
	spec := s3(func(s *v1alpha1.S3StorageSpec) { s.Endpoint, s.Region = "s3.example.com", "" })
	if got := at(t, spec, "storage.storageDriver.region"); got != "us-east-1" {
		t.Errorf("region %v, want us-east-1: zot's driver does not start without one", got)
	}
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
		"one of two keys": {
			s3(func(s *v1alpha1.S3StorageSpec) { s.AccessKeySecret = "keys" }),
			`"" is no Secret name`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := zotconfig.Render(defaults.Effective(tc.spec, defaults.Upstream()))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got error %v, want one with %s", err, tc.want)
			}
		})
	}
}

func TestAccessControl(t *testing.T) {
	everybody := map[string]any{"anonymousPolicy": []any{"read", "create", "update", "delete"}}
	nobody := map[string]any{"anonymousPolicy": []any{}}
	readers := map[string]any{"anonymousPolicy": []any{"read"}}
	for name, tc := range map[string]struct {
		access *v1alpha1.AccessControlSpec
		want   map[string]any
	}{
		"none: open": {nil, map[string]any{"**": everybody}},
		// The section must hold a grant to somebody: zot lets everybody in without any rule, and does not start with empty ones only.
		"no rule: closed": {&v1alpha1.AccessControlSpec{}, map[string]any{"_": readers}},
		"a rule that grants nothing: closed": {
			&v1alpha1.AccessControlSpec{Repositories: []v1alpha1.RepositoryAccess{{Pattern: "**"}}},
			map[string]any{"**": nobody, "_": readers},
		},
		"rules": {
			&v1alpha1.AccessControlSpec{Repositories: []v1alpha1.RepositoryAccess{
				{Pattern: "**", AnonymousPolicy: []v1alpha1.AccessAction{"read"}}, {Pattern: "secret/**"},
			}},
			map[string]any{"**": readers, "secret/**": nobody},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := at(t, v1alpha1.ZotArtifactStoreSpec{AccessControl: tc.access}, "http.accessControl")
			if diff := cmp.Diff(any(map[string]any{"repositories": tc.want}), got); diff != "" {
				t.Error(diff)
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
			v1alpha1.ExtensionsSpec{S3API: &v1alpha1.S3APISpec{}, SupplyChain: &v1alpha1.SupplyChainSpec{SBOM: &v1alpha1.SBOMSpec{}}}, nil,
		},
		"metrics": {
			v1alpha1.ExtensionsSpec{Metrics: &v1alpha1.MetricsSpec{}}, map[string]any{"metrics": metrics},
		},
		"metrics off": {v1alpha1.ExtensionsSpec{Metrics: &v1alpha1.MetricsSpec{Enabled: &off}}, nil},
		"signing without providers is cosign": {
			v1alpha1.ExtensionsSpec{SupplyChain: &v1alpha1.SupplyChainSpec{Signing: &v1alpha1.SigningSpec{}}},
			map[string]any{"trust": map[string]any{"enable": true, "cosign": true}},
		},
		"notary is zot's notation": {
			v1alpha1.ExtensionsSpec{SupplyChain: &v1alpha1.SupplyChainSpec{
				Signing: &v1alpha1.SigningSpec{Providers: []v1alpha1.SigningProvider{"notary"}},
			}},
			map[string]any{"trust": map[string]any{"enable": true, "notation": true}},
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

// With metrics on, Prometheus must get in, whatever the rules say.
func TestMetricsCanBeRead(t *testing.T) {
	for name, access := range map[string]*v1alpha1.AccessControlSpec{"open": nil, "closed": {}} {
		spec := v1alpha1.ZotArtifactStoreSpec{
			AccessControl: access, Extensions: &v1alpha1.ExtensionsSpec{Metrics: &v1alpha1.MetricsSpec{}},
		}
		got := at(t, spec, "http.accessControl.metrics")
		if diff := cmp.Diff(any(map[string]any{"anonymousPolicy": []any{"read"}}), got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestCredentials(t *testing.T) {
	spec := s3(func(s *v1alpha1.S3StorageSpec) { s.AccessKeySecret, s.SecretKeySecret = "user", "password" })
	got := render(t, defaults.Effective(spec, defaults.Upstream())).Credentials
	if diff := cmp.Diff([]handover.Credential{handover.AWS("user", "password")}, got); diff != "" {
		t.Error(diff)
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
