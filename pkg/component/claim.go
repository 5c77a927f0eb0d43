package component

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/pkg/resources"
)

// ReadClaim reads a claim and what its StorageClass allows, nil if there is no claim. The cache holds all classes, and of the claims only
// those that the operator has made: another one is read from elsewhere. Of a class that is not there the API server knows as little, and
// lets no volume grow.
func ReadClaim(ctx context.Context, claims, cached client.Reader, key client.ObjectKey) (*resources.LiveClaim, error) {
	claim := &corev1.PersistentVolumeClaim{}
	if err := claims.Get(ctx, key, claim); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("read claim: %w", err)
	}
	live := &resources.LiveClaim{PersistentVolumeClaim: claim}
	name := claim.Spec.StorageClassName
	if name == nil || *name == "" {
		return live, nil
	}
	class := &storagev1.StorageClass{}
	switch err := cached.Get(ctx, client.ObjectKey{Name: *name}, class); {
	case err == nil:
		live.Grows = class.AllowVolumeExpansion != nil && *class.AllowVolumeExpansion
	case apierrors.IsNotFound(err):
		live.Classless = true
	default:
		return nil, fmt.Errorf("read StorageClass: %w", err)
	}
	return live, nil
}
