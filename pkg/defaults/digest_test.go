package defaults

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

func imaged(image *v1alpha1.ImageSpec, annotated string) *v1alpha1.ZotArtifactStore {
	store := &v1alpha1.ZotArtifactStore{Spec: spec{Image: image}}
	if annotated != "" {
		store.Annotations = map[string]string{DigestAnnotation: annotated}
	}
	return store
}

func TestAdmitDigest(t *testing.T) {
	const repository = "mirror.example.com/zot"
	pinned := Operator{ZotImage: ImageRef{Repository: repository, Tag: "v2.1.20", Digest: digestA}}
	newer := Operator{ZotImage: ImageRef{Repository: repository, Tag: "v2.1.21", Digest: digestB}}
	image := func(tag, digest string) *v1alpha1.ImageSpec {
		return &v1alpha1.ImageSpec{Repository: repository, Tag: tag, Digest: digest}
	}
	ours := imaged(image("v2.1.20", digestA), digestA)
	theirs := imaged(image("v2.1.20", digestA), "")
	for name, tc := range map[string]struct {
		old, now  *v1alpha1.ZotArtifactStore
		op        Operator
		want      *v1alpha1.ImageSpec
		annotated string
	}{
		"a new store gets the installation's":   {nil, imaged(nil, ""), pinned, image("v2.1.20", digestA), digestA},
		"but not with a tag of its own":         {nil, imaged(image("v2.1.8", ""), ""), pinned, image("v2.1.8", ""), ""},
		"one that people write is theirs":       {nil, imaged(image("v2.1.20", digestA), ""), pinned, image("v2.1.20", digestA), ""},
		"a copy of a store's manifest":          {nil, ours, newer, image("v2.1.20", digestA), digestA},
		"a manifest with another tag alone":     {ours, imaged(image("v2.1.21", digestA), digestA), newer, image("v2.1.21", ""), ""},
		"which replaces the store":              {ours, imaged(&v1alpha1.ImageSpec{Tag: "v2.1.21"}, ""), newer, image("v2.1.21", ""), ""},
		"an unchanged manifest":                 {ours, imaged(image("v2.1.20", digestA), digestA), newer, image("v2.1.20", digestA), digestA},
		"which replaces the store, too":         {ours, imaged(nil, ""), newer, image("v2.1.20", digestA), digestA},
		"tag and digest together":               {ours, imaged(image("v2.1.21", digestB), digestA), newer, image("v2.1.21", digestB), ""},
		"the digest taken out":                  {ours, imaged(image("v2.1.20", ""), digestA), newer, image("v2.1.20", ""), ""},
		"both taken out":                        {ours, imaged(image("", ""), digestA), newer, image("v2.1.20", digestA), digestA},
		"another tag beside a digest of theirs": {theirs, imaged(image("v2.1.21", digestA), ""), newer, image("v2.1.21", digestA), ""},
		"a store from before digests": {
			imaged(image("v2.1.20", ""), ""), imaged(image("v2.1.20", ""), ""), pinned, image("v2.1.20", ""), "",
		},
		"another repository": {
			ours, imaged(&v1alpha1.ImageSpec{Repository: "example.com/zot", Tag: "v2.1.20", Digest: digestA}, digestA), newer,
			&v1alpha1.ImageSpec{Repository: "example.com/zot", Tag: "v2.1.20"}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			now := tc.now.DeepCopy()
			for range 2 { // The API server may ask a webhook again.
				Admit(now, tc.old, tc.op)
				if diff := cmp.Diff(tc.want, now.Spec.Image); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if got := now.Annotations[DigestAnnotation]; got != tc.annotated {
					t.Errorf("the annotation says %q, want %q", got, tc.annotated)
				}
			}
		})
	}
}
