package v1alpha1

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	api "github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/validation"
)

// lookTimeout is how long admission waits for a cache that is still being filled.
const lookTimeout = 2 * time.Second

// volumes looks at those volumes whose size or class a change is about. What it cannot read is left to the controllers: no change of
// a store fails for it.
func (v validator) volumes(ctx context.Context, old, store *api.ZotArtifactStore) validation.Volumes {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	look := func(claim string, changed bool) *validation.Volume {
		if !changed {
			return nil
		}
		return v.volume(ctx, client.ObjectKey{Namespace: store.Namespace, Name: claim})
	}
	resized := validation.Resized(validation.RegistrySize(store), validation.RegistrySize(old))
	s3Changed := validation.Resized(validation.S3Size(store), validation.S3Size(old)) || validation.S3Reclassed(store, old)
	return validation.Volumes{
		Registry: look(names.Claim(store.Name), resized),
		S3:       look(names.S3Claim(store.Name), s3Changed),
	}
}

// volume is nil for a claim that has no volume yet: its size and class are told by the status of the store.
func (v validator) volume(ctx context.Context, key client.ObjectKey) *validation.Volume {
	claim, err := component.ReadClaim(ctx, v.cached, v.cached, key)
	if err != nil {
		log.FromContext(ctx).Info("the claim could not be read, and nothing is said about its growth",
			"claim", key, "error", err.Error())
		return nil
	}
	if claim == nil || claim.Status.Phase != corev1.ClaimBound {
		return nil
	}
	volume := &validation.Volume{Claim: claim.Name, Grows: claim.Grows, Asks: claim.Asks(), Has: claim.Has()}
	if class := claim.Spec.StorageClassName; class != nil {
		volume.Class = *class
	}
	return volume
}
