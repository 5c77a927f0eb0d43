package defaults

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

func TestEffectiveOfNothing(t *testing.T) {
	want := spec{
		Image:    &v1alpha1.ImageSpec{Repository: "mirror.example.com/zot", Tag: "v2.1.20", PullPolicy: "IfNotPresent"},
		Replicas: new(int32(1)),
		HTTP:     &v1alpha1.HTTPSpec{Port: new(int32(8080))},
		Storage: &v1alpha1.StorageSpec{
			Type: v1alpha1.StorageFilesystem, Size: size("50Gi"), DeletionPolicy: v1alpha1.DeletionRetain,
			GC: &v1alpha1.GCSpec{Enabled: new(true), Delay: "1h", Interval: "24h"},
		},
		Extensions: &v1alpha1.ExtensionsSpec{},
		Networking: &v1alpha1.NetworkingSpec{
			Service: &v1alpha1.ServiceSpec{Type: "ClusterIP"}, NetworkPolicy: &v1alpha1.NetworkPolicySpec{Enabled: new(true)},
		},
		Resources: &v1alpha1.ResourceRequirements{Requests: &v1alpha1.ResourceAmounts{CPU: size("100m"), Memory: size("256Mi")}},
		Log:       &v1alpha1.LogSpec{Level: "info"},
	}
	if diff := cmp.Diff(want, Effective(spec{}, operator)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// On an object store a collection of these releases keeps pushes waiting.
func TestCollection(t *testing.T) {
	s3 := &v1alpha1.StorageSpec{Type: v1alpha1.StorageS3, S3: &v1alpha1.S3StorageSpec{Bucket: "artifacts", Region: "eu-west-1"}}
	for _, tc := range []struct {
		name, tag string
		storage   *v1alpha1.StorageSpec
		asked     *v1alpha1.GCSpec
		want      v1alpha1.GCSpec
	}{
		{"a volume", "v2.1.20", nil, nil, v1alpha1.GCSpec{Delay: "1h", Interval: "24h"}},
		{"an object store", "v2.1.20", s3, nil, v1alpha1.GCSpec{Delay: "24h", Interval: "168h", TimeWindow: "01:00-05:00"}},
		{"before there was a window", "v2.1.18", s3, nil, v1alpha1.GCSpec{Delay: "24h", Interval: "168h"}},
		{"a release that keeps nobody waiting", "v2.1.21", s3, nil, v1alpha1.GCSpec{Delay: "24h", Interval: "24h"}},
		{"a tag that says nothing", "latest", s3, nil, v1alpha1.GCSpec{Delay: "24h", Interval: "24h"}},
		{
			"other hours", "v2.1.20", s3, &v1alpha1.GCSpec{Interval: "48h", TimeWindow: "22:00-23:00"},
			v1alpha1.GCSpec{Delay: "24h", Interval: "48h", TimeWindow: "22:00-23:00"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := spec{Image: &v1alpha1.ImageSpec{Repository: "zot", Tag: tc.tag}, Storage: tc.storage.DeepCopy()}
			if in.Storage != nil {
				in.Storage.GC = tc.asked
			}
			tc.want.Enabled = new(true)
			if diff := cmp.Diff(&tc.want, Effective(in, operator).Storage.GC); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestEffectiveOfBlocks(t *testing.T) {
	in := spec{
		Extensions: &v1alpha1.ExtensionsSpec{
			S3API: &v1alpha1.S3APISpec{},
			RBAC:  &v1alpha1.RBACSpec{Enabled: new(false)},
			SupplyChain: &v1alpha1.SupplyChainSpec{
				Signing: &v1alpha1.SigningSpec{Providers: []v1alpha1.SigningProvider{"cosign", "notation"}},
				SBOM:    &v1alpha1.SBOMSpec{},
			},
			Metrics: &v1alpha1.MetricsSpec{},
		},
		Networking: &v1alpha1.NetworkingSpec{Route: &v1alpha1.RouteSpec{}},
		Resources: &v1alpha1.ResourceRequirements{
			Limits:   &v1alpha1.ResourceAmounts{CPU: size("50m"), Memory: size("1Gi")},
			Requests: &v1alpha1.ResourceAmounts{Memory: size("2Gi")},
		},
	}
	got := Effective(in, operator)
	wantExtensions := &v1alpha1.ExtensionsSpec{
		S3API: &v1alpha1.S3APISpec{
			Enabled: new(true), MaxUploadSize: size("5Gi"),
			Storage: &v1alpha1.S3APIStorageSpec{Type: "filesystem", Size: size("50Gi"), DeletionPolicy: "Retain"},
		},
		RBAC: &v1alpha1.RBACSpec{Enabled: new(false)},
		SupplyChain: &v1alpha1.SupplyChainSpec{
			Enabled: new(true),
			Signing: &v1alpha1.SigningSpec{Providers: []v1alpha1.SigningProvider{"cosign", "notary"}},
			SBOM:    &v1alpha1.SBOMSpec{Formats: []v1alpha1.SBOMFormat{"spdx"}},
		},
		Metrics: &v1alpha1.MetricsSpec{Enabled: new(true), Prometheus: &v1alpha1.PrometheusSpec{Path: "/metrics"}},
		// Bills are made by the look for vulnerabilities.
		Search: &v1alpha1.SearchSpec{Enabled: new(true), CVE: &v1alpha1.CVESpec{
			Enabled: new(true), UpdateInterval: "24h",
			DBRepository: "ghcr.io/aquasecurity/trivy-db", JavaDBRepository: "ghcr.io/aquasecurity/trivy-java-db",
		}},
	}
	if diff := cmp.Diff(wantExtensions, got.Extensions); diff != "" {
		t.Errorf("extensions (-want +got)\n%s", diff)
	}
	if got.Networking.Route.Enabled == nil || !*got.Networking.Route.Enabled {
		t.Error("a Route that is there is on")
	}
	wantRequests := &v1alpha1.ResourceAmounts{CPU: size("50m"), Memory: size("2Gi")}
	if diff := cmp.Diff(wantRequests, got.Resources.Requests); diff != "" {
		t.Errorf("the default request falls to the limit, a given one stays (-want +got)\n%s", diff)
	}
}

func TestSigningDefaults(t *testing.T) {
	for name, tc := range map[string]struct {
		in   *v1alpha1.SigningSpec
		want *v1alpha1.SigningSpec
	}{
		"no block, no trust":         {nil, nil},
		"a block without providers":  {&v1alpha1.SigningSpec{}, &v1alpha1.SigningSpec{Providers: []v1alpha1.SigningProvider{"cosign"}}},
		"two names of the same kind": {&v1alpha1.SigningSpec{Providers: []v1alpha1.SigningProvider{"notation", "notary"}}, &v1alpha1.SigningSpec{Providers: []v1alpha1.SigningProvider{"notary"}}},
	} {
		in := spec{Extensions: &v1alpha1.ExtensionsSpec{SupplyChain: &v1alpha1.SupplyChainSpec{Signing: tc.in}}}
		if diff := cmp.Diff(tc.want, Effective(in, operator).Extensions.SupplyChain.Signing); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestEffectiveIsIdempotentAndCopies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		op := arbitraryOperator(t)
		in := arbitrary(t, "spec")
		before := *in.DeepCopy()
		once := Effective(in, op)
		if diff := cmp.Diff(before, in); diff != "" {
			t.Fatalf("Effective changes what it reads (-before +after)\n%s", diff)
		}
		if diff := cmp.Diff(once, Effective(once, op)); diff != "" {
			t.Fatalf("a second Effective changes the spec (-once +twice)\n%s", diff)
		}
		persisted := *in.DeepCopy()
		Persist(&persisted, op)
		if diff := cmp.Diff(once, Effective(persisted, op)); diff != "" {
			t.Fatalf("the webhook's defaults change the outcome (-without +with)\n%s", diff)
		}
		promised(t, once)
	})
}

// promised checks what the comment of Effective says to builders.
func promised(t *rapid.T, s spec) {
	for name, missing := range map[string]bool{
		"image":     s.Image == nil || s.Image.Repository == "" || s.Image.Tag == "" && s.Image.Digest == "" || s.Image.PullPolicy == "",
		"replicas":  s.Replicas == nil,
		"http":      s.HTTP == nil || s.HTTP.Port == nil,
		"storage":   s.Storage == nil || s.Storage.Type == "",
		"resources": s.Resources == nil || s.Resources.Requests == nil || s.Resources.Requests.CPU == nil || s.Resources.Requests.Memory == nil,
		"log":       s.Log == nil || s.Log.Level == "",
		"blocks":    s.Extensions == nil || s.Networking == nil,
		"enabled":   enabledMissing(reflect.ValueOf(s)),
	} {
		if missing {
			t.Fatalf("%s is not filled: %+v", name, s)
		}
	}
	for name, missing := range map[string]bool{
		"service":     s.Networking.Service == nil || s.Networking.Service.Type == "",
		"termination": s.Networking.Route != nil && s.Networking.Route.Termination == "",
		"gc":          s.Storage.GC == nil || s.Storage.GC.Delay == "" || s.Storage.GC.Interval == "",
		"volume":      OwnClaim(*s.Storage) && (s.Storage.Size == nil || s.Storage.DeletionPolicy == ""),
	} {
		if missing {
			t.Fatalf("%s is not filled: %+v", name, s)
		}
	}
}

// enabledMissing looks for a field Enabled that is nil in any block that is there.
func enabledMissing(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil() && enabledMissing(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.Name == "Enabled" && v.Field(i).IsNil() ||
				field.IsExported() && enabledMissing(v.Field(i)) {
				return true
			}
		}
	}
	return false
}

func TestOn(t *testing.T) {
	for name, on := range map[string]func(spec) bool{
		"s3api": S3APIOn, "rbac": RBACOn, "supplychain": SupplyChainOn, "signing": SigningOn, "sbom": SBOMOn, "metrics": MetricsOn, "route": RouteOn,
		"ingress": IngressOn, "httpRoute": HTTPRouteOn, "tls": TLSOn,
	} {
		if on(spec{}) || on(Effective(spec{}, operator)) {
			t.Errorf("%s is on although nobody asks for it", name)
		}
		for _, enabled := range []*bool{nil, new(true), new(false)} {
			in := spec{
				Extensions: &v1alpha1.ExtensionsSpec{
					S3API: &v1alpha1.S3APISpec{Enabled: enabled},
					RBAC:  &v1alpha1.RBACSpec{Enabled: enabled},
					SupplyChain: &v1alpha1.SupplyChainSpec{
						Enabled: enabled, Signing: &v1alpha1.SigningSpec{}, SBOM: &v1alpha1.SBOMSpec{},
					},
					Metrics: &v1alpha1.MetricsSpec{Enabled: enabled},
				},
				Networking: &v1alpha1.NetworkingSpec{
					Route:     &v1alpha1.RouteSpec{Enabled: enabled},
					Ingress:   &v1alpha1.IngressSpec{Enabled: enabled},
					HTTPRoute: &v1alpha1.HTTPRouteSpec{Enabled: enabled},
				},
				HTTP: &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{Enabled: enabled}},
			}
			if want := enabled == nil || *enabled; on(in) != want || on(Effective(in, operator)) != want {
				t.Errorf("%s with enabled %v: on is %v, want %v", name, enabled, on(in), want)
			}
		}
	}
}

func TestSignInOn(t *testing.T) {
	keycloak := func(enabled *bool) *v1alpha1.ExtensionsSpec {
		return &v1alpha1.ExtensionsSpec{RBAC: &v1alpha1.RBACSpec{Enabled: enabled}}
	}
	users := &v1alpha1.AuthSpec{HTPasswd: &v1alpha1.HTPasswdSpec{SecretName: "users"}}
	for name, tc := range map[string]struct {
		in             spec
		htpasswd, want bool
	}{
		"nothing":                  {spec{}, false, false},
		"an empty block":           {spec{Auth: &v1alpha1.AuthSpec{}}, false, false},
		"a password file":          {spec{Auth: users}, true, true},
		"Keycloak":                 {spec{Extensions: keycloak(nil)}, false, true},
		"Keycloak that is off":     {spec{Extensions: keycloak(new(false))}, false, false},
		"both, Keycloak being off": {spec{Auth: users, Extensions: keycloak(new(false))}, true, true},
	} {
		if got := HTPasswdOn(tc.in); got != tc.htpasswd {
			t.Errorf("%s: HTPasswdOn is %v", name, got)
		}
		if got := SignInOn(tc.in); got != tc.want || SignInOn(Effective(tc.in, operator)) != tc.want {
			t.Errorf("%s: SignInOn is %v, want %v, with defaults as without", name, got, tc.want)
		}
	}
}

func TestPaused(t *testing.T) {
	for _, paused := range []*bool{nil, new(false), new(true)} {
		if got, want := Paused(spec{Paused: paused}), paused != nil && *paused; got != want {
			t.Errorf("Paused is %v, want %v", got, want)
		}
	}
}

func TestVolumes(t *testing.T) {
	for name, tc := range map[string]struct {
		in             v1alpha1.StorageSpec
		ephemeral, own bool
	}{
		"nothing":               {v1alpha1.StorageSpec{}, false, true},
		"not ephemeral":         {v1alpha1.StorageSpec{Ephemeral: new(false)}, false, true},
		"ephemeral":             {v1alpha1.StorageSpec{Ephemeral: new(true)}, true, false},
		"a claim that is there": {v1alpha1.StorageSpec{ExistingClaim: "data"}, false, false},
	} {
		if Ephemeral(tc.in) != tc.ephemeral || OwnClaim(tc.in) != tc.own {
			t.Errorf("%s: ephemeral %v, own claim %v", name, Ephemeral(tc.in), OwnClaim(tc.in))
		}
		out := Effective(spec{Storage: &tc.in}, operator).Storage
		if (out.Size != nil) != tc.own || (out.DeletionPolicy != "") != tc.own {
			t.Errorf("%s: size %v and deletionPolicy %q belong to a volume that the operator makes", name, out.Size, out.DeletionPolicy)
		}
	}
}

func TestStorageDefaults(t *testing.T) {
	redis := &v1alpha1.CacheSpec{Redis: &v1alpha1.RedisCacheSpec{TLS: &v1alpha1.RedisTLSSpec{}}}
	got := Effective(spec{Storage: &v1alpha1.StorageSpec{Type: v1alpha1.StorageS3, Cache: redis}}, operator).Storage
	if got.GC.Delay != ObjectStoreGCDelay || got.GC.Interval != LongGCInterval || !*got.GC.Enabled {
		t.Errorf("garbage collection of an object store: %+v", got.GC)
	}
	if !Enabled(got.Cache.Redis.TLS.Enabled) || got.Cache.Redis.TLS.Enabled == nil {
		t.Error("a tls block of redis that is there is on")
	}
	in := spec{Storage: &v1alpha1.StorageSpec{
		DeletionPolicy: v1alpha1.DeletionDelete, GC: &v1alpha1.GCSpec{Enabled: new(false), Delay: "2h", Interval: "3h"},
	}}
	if diff := cmp.Diff(in.Storage.GC, Effective(in, operator).Storage.GC); diff != "" {
		t.Errorf("what is given stays (-want +got)\n%s", diff)
	}
	if got := Effective(in, operator).Storage.DeletionPolicy; got != v1alpha1.DeletionDelete {
		t.Errorf("deletionPolicy %s, what is given stays", got)
	}
}

func TestTLSDefaults(t *testing.T) {
	for name, tc := range map[string]struct {
		tls         *v1alpha1.TLSSpec
		key         string
		termination v1alpha1.RouteTermination
	}{
		"none":        {nil, "", v1alpha1.RouteEdge},
		"one Secret":  {&v1alpha1.TLSSpec{CertSecretName: "pair"}, "pair", v1alpha1.RoutePassthrough},
		"two Secrets": {&v1alpha1.TLSSpec{CertSecretName: "cert", KeySecretName: "key"}, "key", v1alpha1.RoutePassthrough},
		"an issuer":   {&v1alpha1.TLSSpec{IssuerRef: &v1alpha1.IssuerReference{Name: "ca"}}, "", v1alpha1.RoutePassthrough},
		// Clients from outside do not take its certificates, and the router does.
		"a service CA":     {&v1alpha1.TLSSpec{ServiceCA: new(true)}, "", v1alpha1.RouteReencrypt},
		"written, and off": {&v1alpha1.TLSSpec{Enabled: new(false), CertSecretName: "pair"}, "pair", v1alpha1.RouteEdge},
	} {
		out := Effective(spec{
			HTTP: &v1alpha1.HTTPSpec{TLS: tc.tls}, Networking: &v1alpha1.NetworkingSpec{Route: &v1alpha1.RouteSpec{}},
		}, operator)
		if out.HTTP.TLS != nil && out.HTTP.TLS.KeySecretName != tc.key {
			t.Errorf("%s: key from %q, want %q", name, out.HTTP.TLS.KeySecretName, tc.key)
		}
		if got := out.Networking.Route.Termination; got != tc.termination {
			t.Errorf("%s: termination %s, want %s", name, got, tc.termination)
		}
	}
	given := spec{Networking: &v1alpha1.NetworkingSpec{
		Service: &v1alpha1.ServiceSpec{Type: "NodePort"}, Route: &v1alpha1.RouteSpec{Termination: v1alpha1.RouteReencrypt},
	}}
	if out := Effective(given, operator).Networking; out.Service.Type != "NodePort" || out.Route.Termination != v1alpha1.RouteReencrypt {
		t.Errorf("what is given stays: %+v %+v", out.Service, out.Route)
	}
}

// zot logs these credentials at level info, so that level is nobody's default.
func TestLogLevel(t *testing.T) {
	redis := func(address string, tls *v1alpha1.RedisTLSSpec, secret string) v1alpha1.StorageSpec {
		return v1alpha1.StorageSpec{Cache: &v1alpha1.CacheSpec{Redis: &v1alpha1.RedisCacheSpec{
			Address: address, TLS: tls, CredentialsSecret: secret,
		}}}
	}
	azure := func(secret string) v1alpha1.StorageSpec {
		return v1alpha1.StorageSpec{Azure: &v1alpha1.AzureStorageSpec{CredentialsSecret: secret}}
	}
	for name, tc := range map[string]struct {
		storage v1alpha1.StorageSpec
		want    v1alpha1.LogLevel
	}{
		"a volume":                         {v1alpha1.StorageSpec{}, "info"},
		"azure with a Secret":              {azure("key"), "warn"},
		"azure by identity":                {azure(""), "info"},
		"redis with a password":            {redis("redis:6379", nil, "redis"), "info"},
		"redis with TLS and a password":    {redis("redis:6379", &v1alpha1.RedisTLSSpec{}, "redis"), "warn"},
		"redis with TLS off":               {redis("redis:6379", &v1alpha1.RedisTLSSpec{Enabled: new(false)}, "redis"), "info"},
		"redis with TLS and no password":   {redis("redis:6379", &v1alpha1.RedisTLSSpec{}, ""), "info"},
		"redis that only its Secret knows": {redis("", nil, "redis"), "warn"},
	} {
		spec := v1alpha1.ZotArtifactStoreSpec{Storage: &tc.storage}
		if got := Effective(spec, Upstream()).Log.Level; got != tc.want {
			t.Errorf("%s: got %s, want %s", name, got, tc.want)
		}
		spec.Log = &v1alpha1.LogSpec{Level: "debug"}
		if got := Effective(spec, Upstream()).Log.Level; got != "debug" {
			t.Errorf("%s: got %s, want what was asked for", name, got)
		}
	}
}
