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

const (
	digestA = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	digestB = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

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

func TestPersistDigest(t *testing.T) {
	pinned := Operator{ZotImage: ImageRef{Repository: "mirror.example.com/zot", Tag: "v2.1.20", Digest: digestA}}
	for name, tc := range map[string]struct{ in, want *v1alpha1.ImageSpec }{
		"the operator's image comes with its digest": {
			nil, &v1alpha1.ImageSpec{Repository: "mirror.example.com/zot", Tag: "v2.1.20", Digest: digestA},
		},
		"a tag of one's own comes alone": {
			&v1alpha1.ImageSpec{Tag: "v2.1.19"}, &v1alpha1.ImageSpec{Repository: "mirror.example.com/zot", Tag: "v2.1.19"},
		},
		"a digest of one's own gets no tag": {
			&v1alpha1.ImageSpec{Digest: digestB}, &v1alpha1.ImageSpec{Repository: "mirror.example.com/zot", Digest: digestB},
		},
		"another repository does not have that digest": {
			&v1alpha1.ImageSpec{Repository: "example.com/zot"}, &v1alpha1.ImageSpec{Repository: "example.com/zot", Tag: "v2.1.20"},
		},
	} {
		in := spec{Image: tc.in}
		Persist(&in, pinned)
		if diff := cmp.Diff(tc.want, in.Image); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestKeepDigest(t *testing.T) {
	newer := Operator{ZotImage: ImageRef{Repository: "mirror.example.com/zot", Tag: "v2.1.21", Digest: digestB}}
	old := spec{Image: &v1alpha1.ImageSpec{Repository: "mirror.example.com/zot", Tag: "v2.1.20", Digest: digestA}}
	for name, tc := range map[string]struct{ in, want *v1alpha1.ImageSpec }{
		"a manifest without image keeps tag and digest": {nil, old.Image},
		"another tag leaves the digest behind": {
			&v1alpha1.ImageSpec{Tag: "v2.1.19"}, &v1alpha1.ImageSpec{Repository: "mirror.example.com/zot", Tag: "v2.1.19"},
		},
		"another digest leaves the tag behind": {
			&v1alpha1.ImageSpec{Digest: digestB}, &v1alpha1.ImageSpec{Repository: "mirror.example.com/zot", Digest: digestB},
		},
		"another repository keeps nothing": {
			&v1alpha1.ImageSpec{Repository: "example.com/zot"}, &v1alpha1.ImageSpec{Repository: "example.com/zot", Tag: "v2.1.21"},
		},
	} {
		in := spec{Image: tc.in}
		Keep(&in, &old, newer)
		Persist(&in, newer)
		if diff := cmp.Diff(tc.want, in.Image); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestSizeIsOfVolumesThatTheOperatorMakes(t *testing.T) {
	own := &v1alpha1.StorageSpec{Type: v1alpha1.StorageFilesystem, Size: size("20Gi")}
	limited := &v1alpha1.StorageSpec{Type: v1alpha1.StorageFilesystem, Ephemeral: new(true), Size: size("1Gi")}
	existing := &v1alpha1.StorageSpec{Type: v1alpha1.StorageFilesystem, ExistingClaim: "data"}
	for name, tc := range map[string]struct {
		in, old *v1alpha1.StorageSpec
		want    *resource.Quantity
	}{
		"a store with a claim of its own":            {nil, nil, size("50Gi")},
		"a claim that is there":                      {existing, nil, nil},
		"a claim that is there, later too":           {existing, existing, nil},
		"ephemeral":                                  {&v1alpha1.StorageSpec{Ephemeral: new(true)}, nil, nil},
		"the limit of an ephemeral store stays":      {limited, limited, size("1Gi")},
		"the limit of an ephemeral store may go":     {&v1alpha1.StorageSpec{Ephemeral: new(true)}, limited, nil},
		"a volume's size is no limit":                {&v1alpha1.StorageSpec{Ephemeral: new(true)}, own, nil},
		"a volume's size is none of another claim":   {existing, own, nil},
		"a limit is no size of a volume":             {nil, limited, size("50Gi")},
		"the size of the operator's own claim stays": {&v1alpha1.StorageSpec{Ephemeral: new(false)}, own, size("20Gi")},
	} {
		in := spec{Storage: tc.in.DeepCopy()}
		if tc.old != nil {
			Keep(&in, &spec{Storage: tc.old}, operator)
		}
		Persist(&in, operator)
		if diff := cmp.Diff(tc.want, in.Storage.Size); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
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
		Persist(&later, Operator{ZotImage: ImageRef{Repository: "next.example.com/zot", Tag: "v9.9.9", Digest: digestB}})
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
	image.Repository, image.Tag, image.Digest, storage.Type, storage.Size = "", "", "", "", nil
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
