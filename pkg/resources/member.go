package resources

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// Members are the ordinals of the pods of a store of several; none, of a store of one.
func Members(in Input) []int {
	if !defaults.Clustered(in.Spec) {
		return nil
	}
	out := make([]int, *in.Spec.Replicas)
	for i := range out {
		out[i] = i
	}
	return out
}

// MemberService is how the other pods of the store reach the one with that ordinal. It leads to the pod before it is ready, too: all of
// them may start at once, and each needs the others' answers only when it is asked for what is theirs.
func MemberService(in Input, ordinal int) *coreac.ServiceApplyConfiguration {
	return coreac.Service(names.Member(in.Name, ordinal), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner()).
		WithSpec(coreac.ServiceSpec().
			WithType(corev1.ServiceTypeClusterIP).
			WithSelector(map[string]string{appsv1.StatefulSetPodNameLabel: names.Pod(in.Name, ordinal)}).
			WithPublishNotReadyAddresses(true).
			WithPorts(coreac.ServicePort().
				WithName(HTTPPort).
				WithProtocol(corev1.ProtocolTCP).
				WithPort(*in.Spec.HTTP.Port).
				WithTargetPort(intstr.FromString(HTTPPort)),
				// Agents let each other go first.
				coreac.ServicePort().
					WithName(handover.PortName).
					WithProtocol(corev1.ProtocolTCP).
					WithPort(handover.Port).
					WithTargetPort(intstr.FromString(handover.PortName))))
}

// MemberHosts are the names by which the pods of a store of several call each other.
func MemberHosts(in Input) []string {
	var out []string
	for _, ordinal := range Members(in) {
		out = append(out, names.MemberHost(in.Namespace, in.Name, ordinal))
	}
	return out
}
