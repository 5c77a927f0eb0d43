package storage

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
)

// assess tells how far the volume is.
func assess(store component.Store, claim *corev1.PersistentVolumeClaim) board.Condition {
	const kind = v1alpha1.ConditionStorageReady
	if claim == nil {
		return board.False(kind, v1alpha1.ReasonProgressing, "The volume's claim is being created.")
	}
	switch claim.Status.Phase {
	case corev1.ClaimBound:
		return board.True(kind, v1alpha1.ReasonVolumeBound, fmt.Sprintf("Claim %s has its volume.", claim.Name))
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
		"Claim %s waits for a volume of %s from %s. If it stays so: `kubectl describe pvc %s -n %s` says why.",
		claim.Name, claim.Spec.Resources.Requests.Storage(), class, claim.Name, store.Object.Namespace))
}
