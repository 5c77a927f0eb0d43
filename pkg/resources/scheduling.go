package resources

import (
	"encoding/json"
	"fmt"

	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/labels"
)

// schedule says on which nodes the pods run. What the user wrote is passed on as it is.
func schedule(pod *coreac.PodSpecApplyConfiguration, store string, wanted *v1alpha1.SchedulingSpec) {
	if wanted == nil {
		return
	}
	if len(wanted.NodeSelector) > 0 {
		pod.WithNodeSelector(wanted.NodeSelector)
	}
	for i := range wanted.Tolerations {
		pod.WithTolerations(applied[coreac.TolerationApplyConfiguration](wanted.Tolerations[i]))
	}
	if wanted.Affinity != nil {
		pod.WithAffinity(applied[coreac.AffinityApplyConfiguration](wanted.Affinity))
	}
	for i := range wanted.TopologySpreadConstraints {
		constraint := applied[coreac.TopologySpreadConstraintApplyConfiguration](wanted.TopologySpreadConstraints[i])
		if constraint.LabelSelector == nil {
			// Without a selector Kubernetes counts no pod at all.
			constraint.WithLabelSelector(metaac.LabelSelector().WithMatchLabels(labels.Selector(store)))
		}
		pod.WithTopologySpreadConstraints(constraint)
	}
	if wanted.PriorityClassName != "" {
		pod.WithPriorityClassName(wanted.PriorityClassName)
	}
}

// applied turns a value of Kubernetes' own types into an intent. Both are the same JSON, so only a bug in one of them can make
// this fail; a pod without the rule that its user asked for must not be started then.
func applied[A any](value any) *A {
	out := new(A)
	data, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(data, out)
	}
	if err != nil {
		panic(fmt.Sprintf("%T cannot be applied as %T: %v", value, out, err))
	}
	return out
}
