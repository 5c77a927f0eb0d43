package defaults

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

type spec = v1alpha1.ZotArtifactStoreSpec

func size(s string) *resource.Quantity { return new(resource.MustParse(s)) }

var operator = Operator{ZotImage: ImageRef{Repository: "mirror.example.com/zot", Tag: "v2.1.20"}}

func TestPersist(t *testing.T) {
	filesystem := &v1alpha1.StorageSpec{Type: v1alpha1.StorageFilesystem, Size: size("50Gi")}
	image := &v1alpha1.ImageSpec{Repository: "mirror.example.com/zot", Tag: "v2.1.20"}
	for name, tc := range map[string]struct{ in, want spec }{
		"nothing given": {spec{}, spec{Image: image, Storage: filesystem}},
		"repository without tag": {
			spec{Image: &v1alpha1.ImageSpec{Repository: "example.com/zot"}},
			spec{Image: &v1alpha1.ImageSpec{Repository: "example.com/zot", Tag: "v2.1.20"}, Storage: filesystem},
		},
		"tag without repository": {
			spec{Image: &v1alpha1.ImageSpec{Tag: "v2.1.8"}},
			spec{Image: &v1alpha1.ImageSpec{Repository: "mirror.example.com/zot", Tag: "v2.1.8"}, Storage: filesystem},
		},
		"object store": {
			spec{Storage: &v1alpha1.StorageSpec{Type: v1alpha1.StorageGCP}},
			spec{Image: image, Storage: &v1alpha1.StorageSpec{Type: v1alpha1.StorageGCP, Size: size("5Gi")}},
		},
		"everything given": {
			spec{Image: &v1alpha1.ImageSpec{Repository: "a", Tag: "b"}, Storage: &v1alpha1.StorageSpec{Type: "s3", Size: size("7Gi")}},
			spec{Image: &v1alpha1.ImageSpec{Repository: "a", Tag: "b"}, Storage: &v1alpha1.StorageSpec{Type: "s3", Size: size("7Gi")}},
		},
		"nothing but sticky defaults": {
			spec{Extensions: &v1alpha1.ExtensionsSpec{Metrics: &v1alpha1.MetricsSpec{}}, Resources: &v1alpha1.ResourceRequirements{}},
			spec{
				Image: image, Storage: filesystem,
				Extensions: &v1alpha1.ExtensionsSpec{Metrics: &v1alpha1.MetricsSpec{}}, Resources: &v1alpha1.ResourceRequirements{},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			Persist(&tc.in, operator)
			if diff := cmp.Diff(tc.want, tc.in); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestKeep(t *testing.T) {
	store := func(repository, tag string, storage *v1alpha1.StorageSpec) spec {
		return spec{Image: &v1alpha1.ImageSpec{Repository: repository, Tag: tag}, Storage: storage}
	}
	volume := &v1alpha1.StorageSpec{Type: v1alpha1.StorageFilesystem, Size: size("20Gi")}
	old := store("mirror.example.com/zot", "v2.1.8", volume)
	for name, tc := range map[string]struct{ in, old, want spec }{
		"a manifest without image and storage keeps both": {spec{}, old, old},
		"another tag is taken":                            {spec{Image: &v1alpha1.ImageSpec{Tag: "v2.1.9"}}, old, store("mirror.example.com/zot", "v2.1.9", volume)},
		"another repository brings the operator's tag": {
			spec{Image: &v1alpha1.ImageSpec{Repository: "example.com/zot"}}, old, store("example.com/zot", "v2.1.20", volume),
		},
		"the way back from another repository": {spec{}, store("example.com/zot", "v9", volume), store("mirror.example.com/zot", "v2.1.20", volume)},
		"the same repository keeps its tag": {
			spec{Image: &v1alpha1.ImageSpec{Repository: "example.com/zot"}}, store("example.com/zot", "v9", volume), store("example.com/zot", "v9", volume),
		},
		"another kind of storage has another size": {
			spec{Storage: &v1alpha1.StorageSpec{Type: v1alpha1.StorageS3}},
			old,
			store("mirror.example.com/zot", "v2.1.8", &v1alpha1.StorageSpec{Type: v1alpha1.StorageS3, Size: size("5Gi")}),
		},
		"a size that is given is taken": {
			spec{Storage: &v1alpha1.StorageSpec{Size: size("30Gi")}},
			old,
			store("mirror.example.com/zot", "v2.1.8", &v1alpha1.StorageSpec{Type: v1alpha1.StorageFilesystem, Size: size("30Gi")}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			Keep(&tc.in, &tc.old, operator)
			Persist(&tc.in, operator)
			if diff := cmp.Diff(tc.want, tc.in); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestPersistIsIdempotentAndWritesOnlyStickyFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		op := arbitraryOperator(t)
		before := arbitrary(t, "spec")
		once := *before.DeepCopy()
		Persist(&once, op)
		twice := *once.DeepCopy()
		Persist(&twice, op)
		if diff := cmp.Diff(once, twice); diff != "" {
			t.Fatalf("a second Persist changes the spec (-once +twice)\n%s", diff)
		}
		later := *once.DeepCopy()
		Persist(&later, Operator{ZotImage: ImageRef{Repository: "next.example.com/zot", Tag: "v9.9.9"}})
		if diff := cmp.Diff(once, later); diff != "" {
			t.Fatalf("a newer operator moves a running store (-before +after)\n%s", diff)
		}
		// Without its sticky fields, the spec is what it was.
		for _, s := range []*spec{&before, &once} {
			s.Image, s.Storage = withoutSticky(s)
		}
		if diff := cmp.Diff(before, once); diff != "" {
			t.Fatalf("Persist writes more than sticky defaults (-before +after)\n%s", diff)
		}
	})
}

func withoutSticky(s *spec) (*v1alpha1.ImageSpec, *v1alpha1.StorageSpec) {
	var image v1alpha1.ImageSpec
	if s.Image != nil {
		image = *s.Image
	}
	var storage v1alpha1.StorageSpec
	if s.Storage != nil {
		storage = *s.Storage
	}
	image.Repository, image.Tag, storage.Type, storage.Size = "", "", "", nil
	return &image, &storage
}

func TestKeepLeavesAStoredObjectAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		op := arbitraryOperator(t)
		stored := arbitrary(t, "spec")
		Persist(&stored, op)
		again := *stored.DeepCopy()
		Keep(&again, &stored, arbitraryOperator(t))
		if diff := cmp.Diff(stored, again); diff != "" {
			t.Fatalf("(-stored +kept)\n%s", diff)
		}
	})
}
