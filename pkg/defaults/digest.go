package defaults

import "github.com/zot-artifact-store/operator/apis/v1alpha1"

// DigestAnnotation has the digest that admission wrote into spec.image because the installation names it. So it is told from one that
// people write, which nobody but they change.
const DigestAnnotation = "artifacts.zot.io/default-digest"

// Admit writes the sticky defaults into a store that is created, or changed from old, which is nil for a new one.
//
// A digest of the installation's goes when another tag or repository is asked for: whoever applies a manifest with the tag alone never
// wrote it, and it would decide what runs.
func Admit(store, old *v1alpha1.ZotArtifactStore, op Operator) {
	ours := ownDigest(store)
	if old != nil {
		ours = ownDigest(old)
		if ours != "" && asksForAnother(store.Spec.Image, old.Spec.Image) {
			store.Spec.Image.Digest = ""
		}
		Keep(&store.Spec, &old.Spec, op)
	}
	given := store.Spec.Image != nil && store.Spec.Image.Digest != ""
	Persist(&store.Spec, op)

	digest := store.Spec.Image.Digest
	if digest == "" || given && digest != ours {
		delete(store.Annotations, DigestAnnotation)
		return
	}
	if store.Annotations == nil {
		store.Annotations = map[string]string{}
	}
	store.Annotations[DigestAnnotation] = digest
}

// ownDigest is the digest of a store's image if admission wrote it.
func ownDigest(store *v1alpha1.ZotArtifactStore) string {
	if image := store.Spec.Image; image != nil && image.Digest == store.Annotations[DigestAnnotation] {
		return image.Digest
	}
	return ""
}

func asksForAnother(now, before *v1alpha1.ImageSpec) bool {
	if now == nil || now.Digest != before.Digest {
		return false
	}
	return now.Tag != "" && now.Tag != before.Tag || now.Repository != "" && now.Repository != before.Repository
}
