package resources

import (
	"k8s.io/apimachinery/pkg/util/intstr"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"
	policyac "k8s.io/client-go/applyconfigurations/policy/v1"

	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// PodDisruptionBudget lets one pod go at a time. It never blocks the drain of a node, not even for a store of one pod:
// the person who drains wants it, and the pod comes back elsewhere.
func PodDisruptionBudget(in Input) *policyac.PodDisruptionBudgetApplyConfiguration {
	return policyac.PodDisruptionBudget(names.Workload(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner()).
		WithSpec(policyac.PodDisruptionBudgetSpec().
			WithMaxUnavailable(intstr.FromInt32(1)).
			WithSelector(metaac.LabelSelector().WithMatchLabels(labels.Selector(in.Name))))
}
