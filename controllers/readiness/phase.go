package readiness

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
)

// passing is true for reasons that pass by themselves: the cluster or the operator is at work, nobody needs to do anything.
func passing(reason string) bool {
	switch reason {
	case v1alpha1.ReasonProgressing, v1alpha1.ReasonNotReported, v1alpha1.ReasonWaitingForVolume,
		v1alpha1.ReasonWaitingForStorage, v1alpha1.ReasonPodsNotReady, v1alpha1.ReasonConfigurationPending,
		v1alpha1.ReasonReconcileError:
		return true
	}
	return false
}

// phase puts the conditions into one word.
func phase(conditions []metav1.Condition, facts board.Facts) v1alpha1.Phase {
	// Without its volume or its pods a store cannot run; without anything else it can.
	stuck, blocked, workload := false, false, metav1.ConditionUnknown
	reason := ""
	for _, c := range conditions {
		switch c.Type {
		case v1alpha1.ConditionReady:
			if c.Status == metav1.ConditionTrue {
				return v1alpha1.PhaseRunning
			}
			continue
		case v1alpha1.ConditionWorkloadReady:
			workload, reason = c.Status, c.Reason
		}
		if c.Status != metav1.ConditionTrue && !passing(c.Reason) {
			stuck = true
			blocked = blocked || c.Type == v1alpha1.ConditionWorkloadReady || c.Type == v1alpha1.ConditionStorageReady
		}
	}
	serving := facts.ReadyReplicas > 0
	switch {
	case stuck && serving:
		return v1alpha1.PhaseDegraded
	case blocked:
		return v1alpha1.PhaseFailed
	case workload == metav1.ConditionTrue:
		// Something is on its way, such as a change of the configuration, and the registry serves meanwhile.
		return v1alpha1.PhaseRunning
	case reason == v1alpha1.ReasonNotReported && serving:
		return v1alpha1.PhaseDegraded
	case reason == v1alpha1.ReasonWaitingForStorage || reason == v1alpha1.ReasonNotReported:
		return v1alpha1.PhasePending
	default:
		return v1alpha1.PhaseCreating
	}
}
