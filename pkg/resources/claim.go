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
	// Classless is true if the StorageClass that it names does not exist.
	Classless bool
}

// Asks is the size that the claim asks for.
func (l *LiveClaim) Asks() resource.Quantity {
	return l.Spec.Resources.Requests[corev1.ResourceStorage]
}

// Has is the size of its volume. Where nobody has told it, that is what the claim asks for.
func (l *LiveClaim) Has() resource.Quantity {
	if capacity, known := l.Status.Capacity[corev1.ResourceStorage]; known {
		return capacity
	}
	return l.Asks()
}

// askable is the size nearest to the wanted one that the API server lets the claim ask for. It takes a smaller one only back from a
// growth of which the resizer has begun to tell (Kubernetes 1.32 and newer), and only above what the volume has.
func (l *LiveClaim) askable(size resource.Quantity) resource.Quantity {
	asks, has := l.Asks(), l.Has()
	_, told := l.Status.AllocatedResources[corev1.ResourceStorage]
	grows := l.Grows && size.Cmp(asks) > 0
	back := told && size.Cmp(asks) < 0 && size.Cmp(has) > 0
	if l.Status.Phase == corev1.ClaimBound && (grows || back) {
		return size
	}
	return asks
}

// Claim is the store's volume. As a rule it has no owner: data outlives its store, and a store that is made again finds it. With
// deletionPolicy Delete the store owns it, and Kubernetes' garbage collector deletes it with the store.
//
// live is nil if there is none. A claim cannot shrink, so the larger size counts, and it keeps its StorageClass, whatever the spec
// asks for now. Only a growth that has not come to pass is taken back. A size that the API server would refuse is not sent.
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
		size = live.askable(size)
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
