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
		Image:      &v1alpha1.ImageSpec{Repository: "mirror.example.com/zot", Tag: "v2.1.20", PullPolicy: "IfNotPresent"},
		Replicas:   new(int32(1)),
		HTTP:       &v1alpha1.HTTPSpec{Port: new(int32(8080))},
		Storage:    &v1alpha1.StorageSpec{Type: v1alpha1.StorageFilesystem, Size: size("50Gi")},
		Extensions: &v1alpha1.ExtensionsSpec{},
		Networking: &v1alpha1.NetworkingSpec{},
		Resources:  &v1alpha1.ResourceRequirements{Requests: &v1alpha1.ResourceAmounts{CPU: size("100m"), Memory: size("256Mi")}},
		Log:        &v1alpha1.LogSpec{Level: "info"},
	}
	if diff := cmp.Diff(want, Effective(spec{}, operator)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
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
		S3API: &v1alpha1.S3APISpec{Enabled: new(true), MaxUploadSize: size("5Gi")},
		RBAC:  &v1alpha1.RBACSpec{Enabled: new(false)},
		SupplyChain: &v1alpha1.SupplyChainSpec{
			Enabled: new(true),
			Signing: &v1alpha1.SigningSpec{Providers: []v1alpha1.SigningProvider{"cosign", "notary"}},
			SBOM:    &v1alpha1.SBOMSpec{Formats: []v1alpha1.SBOMFormat{"spdx"}},
		},
		Metrics: &v1alpha1.MetricsSpec{Enabled: new(true), Prometheus: &v1alpha1.PrometheusSpec{Path: "/metrics"}},
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
		"image":     s.Image == nil || s.Image.Repository == "" || s.Image.Tag == "" || s.Image.PullPolicy == "",
		"replicas":  s.Replicas == nil,
		"http":      s.HTTP == nil || s.HTTP.Port == nil,
		"storage":   s.Storage == nil || s.Storage.Type == "" || s.Storage.Size == nil,
		"resources": s.Resources == nil || s.Resources.Requests == nil || s.Resources.Requests.CPU == nil || s.Resources.Requests.Memory == nil,
		"log":       s.Log == nil || s.Log.Level == "",
		"blocks":    s.Extensions == nil || s.Networking == nil,
		"enabled":   enabledMissing(reflect.ValueOf(s)),
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
				Networking: &v1alpha1.NetworkingSpec{Route: &v1alpha1.RouteSpec{Enabled: enabled}},
			}
			if want := enabled == nil || *enabled; on(in) != want || on(Effective(in, operator)) != want {
				t.Errorf("%s with enabled %v: on is %v, want %v", name, enabled, on(in), want)
			}
		}
	}
}
