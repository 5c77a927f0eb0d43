package resources_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func input(change func(*v1alpha1.ZotArtifactStoreSpec)) resources.Input {
	spec := v1alpha1.ZotArtifactStoreSpec{}
	if change != nil {
		change(&spec)
	}
	return resources.Input{
		Name: "sample", Namespace: "zot-system", UID: "1", Component: "workload", Spec: defaults.Effective(spec, defaults.Upstream()),
	}
}

// generic is an intent as it is sent.
func generic(t *testing.T, intent runtime.ApplyConfiguration) *unstructured.Unstructured {
	t.Helper()
	data, err := json.Marshal(intent)
	if err != nil {
		t.Fatal(err)
	}
	out := &unstructured.Unstructured{}
	if err := out.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	return out
}

// asking gives a store that asks for every object.
func asking(in resources.Input) resources.Input {
	spec := *in.Spec.DeepCopy()
	networking := spec.Networking
	if networking.Route == nil {
		networking.Route = &v1alpha1.RouteSpec{}
	}
	if networking.Ingress == nil {
		networking.Ingress = &v1alpha1.IngressSpec{}
	}
	if networking.HTTPRoute == nil {
		networking.HTTPRoute = &v1alpha1.HTTPRouteSpec{}
	}
	if networking.HTTPRoute.BackendTLS == nil {
		networking.HTTPRoute.BackendTLS = &v1alpha1.BackendTLSSpec{}
	}
	if spec.HTTP.TLS == nil {
		spec.HTTP.TLS = &v1alpha1.TLSSpec{Enabled: new(false)}
	}
	if spec.HTTP.TLS.IssuerRef == nil {
		spec.HTTP.TLS.IssuerRef = &v1alpha1.IssuerReference{Name: "ca"}
	}
	in.Spec = defaults.Effective(spec, defaults.Upstream())
	return in
}

func everyObject(in resources.Input) map[string]runtime.ApplyConfiguration {
	return map[string]runtime.ApplyConfiguration{
		"PersistentVolumeClaim": resources.Claim(in, nil),
		"ConfigMap boot":        resources.BootConfig(in, "0123456789", []byte("{}\n")),
		"ConfigMap live":        resources.LiveConfig(in, "0123456789", []byte("{}\n")),
		"ServiceAccount":        resources.ServiceAccount(in),
		"PodDisruptionBudget":   resources.PodDisruptionBudget(in),
		"Service":               resources.Service(in),
		"Route":                 resources.Route(in),
		"Ingress":               resources.Ingress(in),
		"HTTPRoute":             resources.HTTPRoute(in, true),
		"BackendTLSPolicy":      resources.BackendTLSPolicy(in),
		"Certificate":           resources.Certificate(in, resources.Outside{}, "cluster.local"),
		"NetworkPolicy":         resources.NetworkPolicy(in, "operators"),
		"StatefulSet":           resources.StatefulSet(resources.Pods{Input: in, Documents: zotconfig.Documents{Hash: "0123456789"}}),
	}
}

func TestEveryObjectIsTheStores(t *testing.T) {
	yes := true
	owner := []metav1.OwnerReference{{
		APIVersion: "artifacts.zot.io/v1alpha1", Kind: "ZotArtifactStore", Name: "sample", UID: "1",
		Controller: &yes, BlockOwnerDeletion: &yes,
	}}
	for kind, intent := range everyObject(asking(input(nil))) {
		t.Run(kind, func(t *testing.T) {
			object := generic(t, intent)
			want := owner
			if kind == "PersistentVolumeClaim" {
				want = nil // Data outlives its store.
			}
			if diff := cmp.Diff(want, object.GetOwnerReferences()); diff != "" {
				t.Errorf("owners: %s", diff)
			}
			if got := object.GetLabels()["artifacts.zot.io/store"]; got != "sample" || object.GetNamespace() != "zot-system" {
				t.Errorf("store label %q, namespace %q", got, object.GetNamespace())
			}
		})
	}
}

func TestClaim(t *testing.T) {
	size := func(s string) *resource.Quantity { q := resource.MustParse(s); return &q }
	for name, tc := range map[string]struct {
		wanted, live *resource.Quantity
		want         string
	}{
		"no claim yet":                    {size("100Gi"), nil, "100Gi"},
		"grows":                           {size("200Gi"), size("100Gi"), "200Gi"},
		"cannot shrink":                   {size("50Gi"), size("100Gi"), "100Gi"},
		"same":                            {size("100Gi"), size("100Gi"), "100Gi"},
		"same in other words":             {size("1Gi"), size("1024Mi"), "1Gi"},
		"an empty claim asks for nothing": {size("20Gi"), &resource.Quantity{}, "20Gi"},
	} {
		t.Run(name, func(t *testing.T) {
			var live *resources.LiveClaim
			if tc.live != nil {
				live = &resources.LiveClaim{PersistentVolumeClaim: &corev1.PersistentVolumeClaim{}, Grows: true}
				live.Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: *tc.live}
				live.Status.Phase = corev1.ClaimBound
			}
			claim := resources.Claim(input(func(s *v1alpha1.ZotArtifactStoreSpec) {
				s.Storage = &v1alpha1.StorageSpec{Size: tc.wanted}
			}), live)
			got := (*claim.Spec.Resources.Requests)["storage"]
			if got.String() != tc.want {
				t.Errorf("asks for %s, want %s", got.String(), tc.want)
			}
			if claim.Spec.StorageClassName != nil {
				t.Errorf("names class %s; the cluster's default serves", *claim.Spec.StorageClassName)
			}
		})
	}
}

func TestClaimOfAClass(t *testing.T) {
	fast, slow, none := "fast", "slow", ""
	live := func(class *string, volume string) *resources.LiveClaim {
		return &resources.LiveClaim{PersistentVolumeClaim: &corev1.PersistentVolumeClaim{
			Spec: corev1.PersistentVolumeClaimSpec{StorageClassName: class, VolumeName: volume},
		}}
	}
	for name, tc := range map[string]struct {
		wanted *string
		live   *resources.LiveClaim
		want   *string
	}{
		"no claim yet":                           {&fast, nil, &fast},
		"it keeps its class":                     {&fast, live(&slow, ""), &slow},
		"also the default's, which nobody named": {nil, live(&slow, "pv-1"), &slow},
		"also the empty one":                     {&fast, live(&none, ""), &none},
		"it has none and waits":                  {&fast, live(nil, ""), &fast},
		"it has none and its volume":             {&fast, live(nil, "pv-1"), nil},
		"nobody names one":                       {nil, live(nil, ""), nil},
	} {
		claim := resources.Claim(input(func(s *v1alpha1.ZotArtifactStoreSpec) {
			s.Storage = &v1alpha1.StorageSpec{StorageClassName: tc.wanted}
		}), tc.live)
		if diff := cmp.Diff(tc.want, claim.Spec.StorageClassName); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Two passes over one store must make the same intents, or each pass would be a write.
func TestBuildersAreStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := input(nil)
		in.Spec = fixtures.EffectiveSpec().Draw(t, "spec")
		in = asking(in)
		documents, err := zotconfig.Render(zotconfig.Store{Namespace: in.Namespace, Name: in.Name, UID: in.UID}, in.Spec)
		if err != nil {
			t.Fatal(err)
		}
		encode := func() map[string]string {
			all := everyObject(in)
			all["StatefulSet"] = resources.StatefulSet(resources.Pods{Input: in, Documents: documents, Image: "zot", AgentImage: "agent"})
			out := map[string]string{}
			for kind, intent := range all {
				data, err := json.Marshal(intent)
				if err != nil {
					t.Fatal(err)
				}
				out[kind] = string(data)
			}
			return out
		}
		untouched := *in.Spec.DeepCopy()
		if diff := cmp.Diff(encode(), encode()); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(untouched, in.Spec); diff != "" {
			t.Fatalf("a builder changes the spec: %s", diff)
		}
	})
}
