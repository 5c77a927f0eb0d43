package resources

import (
	corev1 "k8s.io/api/core/v1"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/pkg/names"
)

// Claim is the store's volume. It has no owner: data outlives its store, and a store that is made again finds it.
//
// live is the claim that is there, nil if there is none. A claim cannot shrink, so the larger size counts, and it keeps its
// StorageClass, whatever the spec asks for now.
func Claim(in Input, live *corev1.PersistentVolumeClaim) *coreac.PersistentVolumeClaimApplyConfiguration {
	size, class := *in.Spec.Storage.Size, in.Spec.Storage.StorageClassName
	if live != nil {
		if has := live.Spec.Resources.Requests.Storage(); has.Cmp(size) > 0 {
			size = *has
		}
		if !ClassOpen(live) {
			class = live.Spec.StorageClassName
		}
	}
	spec := coreac.PersistentVolumeClaimSpec().
		WithAccessModes(corev1.ReadWriteOnce).
		WithResources(coreac.VolumeResourceRequirements().WithRequests(corev1.ResourceList{corev1.ResourceStorage: size}))
	if class != nil {
		spec.WithStorageClassName(*class)
	}
	return coreac.PersistentVolumeClaim(names.Claim(in.Name), in.Namespace).WithLabels(in.labels()).WithSpec(spec)
}

// ClassOpen is true while a claim may still be given a StorageClass: it has none, as the cluster has no default, and no volume.
func ClassOpen(claim *corev1.PersistentVolumeClaim) bool {
	return claim.Spec.StorageClassName == nil && claim.Spec.VolumeName == ""
}
