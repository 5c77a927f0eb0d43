package resources

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/pkg/names"
)

// Claim is the store's volume. It has no owner: data outlives its store, and a store that is made again finds it.
//
// live is the size that the claim asks for now, nil if there is none. A claim cannot shrink, so the larger size counts.
func Claim(in Input, live *resource.Quantity) *coreac.PersistentVolumeClaimApplyConfiguration {
	size := *in.Spec.Storage.Size
	if live != nil && live.Cmp(size) > 0 {
		size = *live
	}
	spec := coreac.PersistentVolumeClaimSpec().
		WithAccessModes(corev1.ReadWriteOnce).
		WithResources(coreac.VolumeResourceRequirements().WithRequests(corev1.ResourceList{corev1.ResourceStorage: size}))
	if class := in.Spec.Storage.StorageClassName; class != nil {
		spec.WithStorageClassName(*class)
	}
	return coreac.PersistentVolumeClaim(names.Claim(in.Name), in.Namespace).WithLabels(in.labels()).WithSpec(spec)
}
