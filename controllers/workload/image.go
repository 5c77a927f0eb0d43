package workload

import (
	"strings"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// resolved gives the store with the image that runs, where its own spec leaves that open. Such a store the webhook has not seen:
// another version of the operator, with other defaults, must neither move it nor render for a zot that it does not run.
func resolved(store component.Store, live *appsv1.StatefulSet) component.Store {
	ours, found := placed(live)
	asked := store.Object.Spec.Image
	if !found || !fits(asked, ours) {
		return store
	}
	image := *store.Spec.Image
	image.Repository = ours.Repository
	if asked == nil || asked.Tag == "" && asked.Digest == "" {
		image.Tag, image.Digest = ours.Tag, ours.Digest
		if image.Digest != "" {
			// A digest does not tell the version; the tag that stood beside it did.
			image.Tag = store.Object.Status.Version
		}
	}
	store.Spec.Image = &image
	store.Spec.Storage = collecting(store, image.Tag)
	return store
}

// collecting gives the storage with the garbage collection that a zot of that tag has by default.
func collecting(store component.Store, tag string) *v1alpha1.StorageSpec {
	out := *store.Spec.Storage
	out.GC = nil
	if asked := store.Object.Spec.Storage; asked != nil {
		out.GC = asked.GC
	}
	out.GC = defaults.Collection(out, tag, defaults.Clustered(store.Spec))
	return &out
}

// fits is true for an image that is what the spec names, as far as it names one.
func fits(asked *v1alpha1.ImageSpec, image v1alpha1.ImageSpec) bool {
	switch {
	case asked == nil:
		return true
	case asked.Repository != "" && asked.Repository != image.Repository:
		return false
	case asked.Digest != "":
		return asked.Digest == image.Digest
	case asked.Tag != "":
		return asked.Tag == image.Tag && image.Digest == ""
	default:
		return true
	}
}

// placed is the image of zot in the StatefulSet, if the operator has put it there, and nobody else.
func placed(live *appsv1.StatefulSet) (v1alpha1.ImageSpec, bool) {
	ref := runs(live, handover.ZotContainer)
	if ref == "" || !strings.HasSuffix(live.Annotations[templateAnnotation], "-"+handover.ShortHash([]byte(ref))) {
		return v1alpha1.ImageSpec{}, false
	}
	return parsed(ref), true
}

// runs is the image of a container of the StatefulSet, empty if there is none.
func runs(live *appsv1.StatefulSet, name string) string {
	if live == nil {
		return ""
	}
	for i := range live.Spec.Template.Spec.Containers {
		if container := &live.Spec.Template.Spec.Containers[i]; container.Name == name {
			return container.Image
		}
	}
	return ""
}

// reference is what a node pulls. With a digest the tag only tells which version that is.
func reference(image v1alpha1.ImageSpec) string {
	if image.Digest != "" {
		return image.Repository + "@" + image.Digest
	}
	return image.Repository + ":" + image.Tag
}

// parsed takes a reference apart.
func parsed(ref string) v1alpha1.ImageSpec {
	name, digest, _ := strings.Cut(ref, "@")
	out := v1alpha1.ImageSpec{Repository: name, Digest: digest}
	// The host may have a port.
	if at := strings.LastIndex(name, ":"); at > strings.LastIndex(name, "/") {
		out.Repository, out.Tag = name[:at], name[at+1:]
	}
	return out
}
