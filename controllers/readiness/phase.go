package readiness

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
)

// passing is true for reasons that pass by themselves: the cluster or the operator is at work, nobody needs to do anything.
func passing(reason string) bool {
	switch reason {
	case v1alpha1.ReasonProgressing, v1alpha1.ReasonPaused, v1alpha1.ReasonNotReported, v1alpha1.ReasonWaitingForVolume,
		v1alpha1.ReasonWaitingForStorage, v1alpha1.ReasonWaitingForLoadBalancer, v1alpha1.ReasonPodsNotReady,
		v1alpha1.ReasonConfigurationPending, v1alpha1.ReasonWaitingForCertificate, v1alpha1.ReasonWaitingForExternalURL,
		v1alpha1.ReasonResizing:
		return true
	}
	return false
}

// stuck is true for a condition that needs somebody to do something.
func stuck(c metav1.Condition) bool { return c.Status != metav1.ConditionTrue && !passing(c.Reason) }

// waiting is true for reasons for which pods that run stay as they are, and others are not made.
func waiting(reason string) bool {
	return reason == v1alpha1.ReasonWaitingForCertificate || reason == v1alpha1.ReasonWaitingForExternalURL
}

// phase puts the conditions into one word.
func phase(conditions []metav1.Condition, facts board.Facts) v1alpha1.Phase {
	of := map[string]metav1.Condition{}
	anyStuck := false
	for _, c := range conditions {
		of[c.Type] = c
		anyStuck = anyStuck || c.Type != v1alpha1.ConditionReady && stuck(c)
	}
	workload, serving := of[v1alpha1.ConditionWorkloadReady], facts.ReadyReplicas > 0
	if waiting(workload.Reason) {
		return phaseOfWaiting(of, anyStuck, serving)
	}
	switch {
	case of[v1alpha1.ConditionReady].Status == metav1.ConditionTrue:
		return v1alpha1.PhaseRunning
	case anyStuck && serving:
		return v1alpha1.PhaseDegraded
	case stuck(workload) || stuck(of[v1alpha1.ConditionStorageReady]):
		// Without its volume or its pods a store cannot run; without anything else it can.
		return v1alpha1.PhaseFailed
	case workload.Status == metav1.ConditionTrue:
		// Something is on its way, such as a change of the configuration, and the registry serves meanwhile.
		return v1alpha1.PhaseRunning
	case workload.Reason == v1alpha1.ReasonNotReported && serving:
		return v1alpha1.PhaseDegraded
	case workload.Reason == v1alpha1.ReasonWaitingForStorage || workload.Reason == v1alpha1.ReasonNotReported:
		return v1alpha1.PhasePending
	default:
		return v1alpha1.PhaseCreating
	}
}

// phaseOfWaiting is the phase while pods wait for what the networking controller sees to.
func phaseOfWaiting(of map[string]metav1.Condition, anyStuck, serving bool) v1alpha1.Phase {
	switch {
	case serving && anyStuck:
		return v1alpha1.PhaseDegraded
	case serving:
		return v1alpha1.PhaseRunning // As it was before the change that waits.
	case stuck(of[v1alpha1.ConditionStorageReady]) || stuck(of[v1alpha1.ConditionNetworkingReady]):
		return v1alpha1.PhaseFailed
	default:
		return v1alpha1.PhasePending
	}
}
