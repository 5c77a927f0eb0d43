package storage

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// assess tells how far the volume is.
func assess(store component.Store, claim *corev1.PersistentVolumeClaim) board.Condition {
	const kind = v1alpha1.ConditionStorageReady
	if claim == nil {
		return board.False(kind, v1alpha1.ReasonProgressing, "The volume's claim is being created.")
	}
	if claim.DeletionTimestamp != nil {
		return board.False(kind, v1alpha1.ReasonVolumeBeingDeleted, fmt.Sprintf(
			"Claim %s is being deleted and goes when its pod ends, with its data; the store then begins with an empty one. "+
				"This cannot be taken back: while the pod runs, copy what is to be kept, or set its volume's reclaim policy to Retain.",
			claim.Name))
	}
	switch claim.Status.Phase {
	case corev1.ClaimBound:
		return board.True(kind, v1alpha1.ReasonVolumeBound,
			fmt.Sprintf("Claim %s has its volume.", claim.Name)+growth(claim)+otherClass(store, claim))
	case corev1.ClaimLost:
		return board.False(kind, v1alpha1.ReasonVolumeLost, fmt.Sprintf(
			"The volume behind claim %s is gone, and its data with it. Restore the volume, or delete the claim to begin with an empty one.",
			claim.Name))
	case corev1.ClaimPending:
	}
	class := "the cluster's default StorageClass"
	if name := claim.Spec.StorageClassName; name != nil {
		class = "StorageClass " + *name
	}
	return board.False(kind, v1alpha1.ReasonWaitingForVolume, fmt.Sprintf(
		"Claim %s waits for a volume of %s from %s. If it stays so: `kubectl describe pvc %s -n %s` says why.%s",
		claim.Name, claim.Spec.Resources.Requests.Storage(), class, claim.Name, store.Object.Namespace, otherClass(store, claim)))
}

// growth tells of a volume that is smaller than its claim asks for: it serves, and grows.
func growth(claim *corev1.PersistentVolumeClaim) string {
	has, known := claim.Status.Capacity[corev1.ResourceStorage]
	wants := claim.Spec.Resources.Requests.Storage()
	if !known || has.Cmp(*wants) >= 0 {
		return ""
	}
	return fmt.Sprintf(" It grows from %s to %s; if it stays so, `kubectl describe pvc %s -n %s` says why.",
		has.String(), wants, claim.Name, claim.Namespace)
}

// otherClass tells that the spec asks for a StorageClass which a claim of another one cannot be given.
func otherClass(store component.Store, claim *corev1.PersistentVolumeClaim) string {
	asked := store.Spec.Storage.StorageClassName
	if asked == nil || resources.ClassOpen(claim) || className(asked) == className(claim.Spec.StorageClassName) {
		return ""
	}
	advice := ""
	if claim.Spec.VolumeName == "" {
		advice = " As it has no volume yet, it can be deleted: it is made again with the other one."
	}
	return fmt.Sprintf(" spec.storage.storageClassName asks for %s, the claim has %s, which cannot be changed.%s",
		className(asked), className(claim.Spec.StorageClassName), advice)
}

func className(class *string) string {
	if class == nil || *class == "" {
		return "none"
	}
	return *class
}
