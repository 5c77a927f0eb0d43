package resources

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// LiveClaim is a claim that is there.
type LiveClaim struct {
	*corev1.PersistentVolumeClaim
	// Grows is false if its StorageClass does not let volumes grow.
	Grows bool
}

// Claim is the store's volume. As a rule it has no owner: data outlives its store, and a store that is made again finds it. With
// deletionPolicy Delete the store owns it, and Kubernetes' garbage collector deletes it with the store.
//
// live is nil if there is none. A claim cannot shrink, so the larger size counts, and it keeps its StorageClass, whatever the spec
// asks for now. A size that the API server would refuse is not sent.
func Claim(in Input, live *LiveClaim) *coreac.PersistentVolumeClaimApplyConfiguration {
	storage := in.Spec.Storage
	return claim(in, names.Claim(in.Name), live, *storage.Size, storage.StorageClassName, storage.DeletionPolicy)
}

// S3Claim is the volume of the S3 gateway, as Claim is the registry's.
func S3Claim(in Input, live *LiveClaim) *coreac.PersistentVolumeClaimApplyConfiguration {
	storage := in.Spec.Extensions.S3API.Storage
	return claim(in, names.S3Claim(in.Name), live, *storage.Size, storage.StorageClassName, storage.DeletionPolicy)
}

func claim(
	in Input, name string, live *LiveClaim, size resource.Quantity, class *string, policy v1alpha1.DeletionPolicy,
) *coreac.PersistentVolumeClaimApplyConfiguration {
	if live != nil {
		has := live.Spec.Resources.Requests.Storage()
		if has.Cmp(size) > 0 || !live.Grows || live.Status.Phase != corev1.ClaimBound {
			size = *has
		}
		if !ClassOpen(live.PersistentVolumeClaim) {
			class = live.Spec.StorageClassName
		}
	}
	spec := coreac.PersistentVolumeClaimSpec().
		WithAccessModes(corev1.ReadWriteOnce).
		WithResources(coreac.VolumeResourceRequirements().WithRequests(corev1.ResourceList{corev1.ResourceStorage: size}))
	if class != nil {
		spec.WithStorageClassName(*class)
	}
	claim := coreac.PersistentVolumeClaim(name, in.Namespace).WithLabels(in.labels()).WithSpec(spec)
	if policy == v1alpha1.DeletionDelete {
		claim.WithOwnerReferences(in.owner())
	}
	return claim
}

// ClassOpen is true while a claim may still be given a StorageClass: it has none, as the cluster has no default, and no volume.
func ClassOpen(claim *corev1.PersistentVolumeClaim) bool {
	return claim.Spec.StorageClassName == nil && claim.Spec.VolumeName == ""
}
