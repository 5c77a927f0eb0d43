package storage

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

const kind = v1alpha1.ConditionStorageReady

// assess tells how far the volume is.
func assess(store component.Store, facts Facts) board.Condition {
	existing, claim := store.Spec.Storage.ExistingClaim, facts.Claim
	switch {
	case facts.Holder.Store != "":
		return board.False(kind, v1alpha1.ReasonNameConflict, fmt.Sprintf(
			"The %s %s belongs to store %s, which was there before this one, and two zots in one place lose each other's tags. "+
				"No pod is started or changed here while that store exists. Make a new store with a place of its own.",
			facts.Holder.Place.Kind, facts.Holder.Place.Name, facts.Holder.Store))
	case defaults.Clustered(store.Spec):
		return board.True(kind, v1alpha1.ReasonNoVolume, "The store has several pods and no volume: its artifacts are in the object "+
			"store, and what zot knows about them is in the database.")
	case defaults.Ephemeral(*store.Spec.Storage):
		return board.True(kind, v1alpha1.ReasonEphemeral, ephemeral(*store.Spec.Storage))
	case claim == nil && existing != "":
		return board.False(kind, v1alpha1.ReasonClaimNotFound, fmt.Sprintf(
			"Claim %s, which spec.storage.existingClaim names, does not exist. The pods start when it is there: create it in namespace %s.",
			existing, store.Object.Namespace))
	case claim == nil:
		return board.False(kind, v1alpha1.ReasonProgressing, "The volume's claim is being created.")
	case claim.DeletionTimestamp != nil:
		return board.False(kind, v1alpha1.ReasonVolumeBeingDeleted, fmt.Sprintf(
			"Claim %s is being deleted and goes when its pod ends, with its data; %s. "+
				"This cannot be taken back: while the pod runs, copy what is to be kept, or set its volume's reclaim policy to Retain.",
			claim.Name, afterwards(existing)))
	}
	switch claim.Status.Phase {
	case corev1.ClaimBound:
		return bound(store, claim)
	case corev1.ClaimLost:
		return board.False(kind, v1alpha1.ReasonVolumeLost, fmt.Sprintf(
			"The volume behind claim %s is gone, and its data with it. Restore the volume, or delete the claim: %s.",
			claim.Name, afterwards(existing)))
	case corev1.ClaimPending:
	}
	class := "the cluster's default StorageClass"
	if name := claim.Spec.StorageClassName; name != nil {
		class = "StorageClass " + *name
	}
	return board.False(kind, v1alpha1.ReasonWaitingForVolume, fmt.Sprintf(
		"Claim %s waits for a volume of %s from %s. %s%s",
		claim.Name, claim.Spec.Resources.Requests.Storage(), class, component.WhyWaits(claim), otherClass(store, claim)))
}

// afterwards says what comes when a claim is gone: only its own the operator makes anew.
func afterwards(existing string) string {
	if existing != "" {
		return "the store then waits until somebody makes one of that name"
	}
	return "the store then begins with an empty one"
}

// bound tells of a claim that has its volume, and of what is not as the spec asks for.
func bound(store component.Store, claim *resources.LiveClaim) board.Condition {
	message := fmt.Sprintf("Claim %s has its volume.", claim.Name)
	if store.Spec.Storage.ExistingClaim != "" {
		return board.True(kind, v1alpha1.ReasonVolumeBound, message)
	}
	growth := component.ClaimGrowth(claim, "spec.storage.size", *store.Spec.Storage.Size)
	if growth.Stuck {
		return board.False(kind, v1alpha1.ReasonVolumeCannotGrow, growth.Message)
	}
	if growth.Message != "" {
		message += " " + growth.Message
	}
	return board.True(kind, v1alpha1.ReasonVolumeBound, message+otherClass(store, claim))
}

func otherClass(store component.Store, claim *resources.LiveClaim) string {
	return component.OtherClass(claim, "spec.storage.storageClassName", store.Spec.Storage.StorageClassName)
}

func ephemeral(storage v1alpha1.StorageSpec) string {
	if defaults.ObjectStore(storage) {
		return "The store keeps zot's metadata in its pod and loses it with the pod; artifacts are in the object store."
	}
	return "The store keeps everything in its pod and loses it with the pod."
}
