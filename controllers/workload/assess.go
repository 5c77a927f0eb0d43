package workload

import (
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/version"
)

// askAgain is when agents are asked again that have not confirmed. The kubelet takes up to 90 s to deliver a changed config map,
// and no watch tells when a pod has it. It costs a request to a pod, none to the API server.
const askAgain = 2 * time.Second

// Assess reads pods and agents. What is read from the StatefulSet counts only once it is the one that is wanted: facts are from
// before this pass wrote.
func (Component) Assess(store component.Store, facts Facts, report apply.Report) component.Verdict {
	selector := metav1.FormatLabelSelector(&metav1.LabelSelector{MatchLabels: labels.Selector(store.Object.Name)})
	verdict := component.Verdict{
		Conditions: []board.Condition{assessWorkload(store, facts, report.Settled("StatefulSet")), assessConfiguration(store, facts)},
		Facts:      board.Facts{Selector: selector},
	}
	if live := facts.Workload; live != nil {
		verdict.Facts.Replicas = live.Status.Replicas
		verdict.Facts.ReadyReplicas = live.Status.ReadyReplicas
		verdict.Facts.Version = runningVersion(live)
	}
	if facts.Credentials && len(facts.Pods) > 0 {
		verdict.RequeueAfter = trustFor
	}
	for _, pod := range facts.Pods {
		if !pod.Current && agentRuns(pod.Pod) {
			verdict.RequeueAfter = askAgain
		}
	}
	return verdict
}

func assessWorkload(store component.Store, facts Facts, written bool) board.Condition {
	const kind = v1alpha1.ConditionWorkloadReady
	if held(store.Spec) {
		return board.False(kind, v1alpha1.ReasonExtensionNotProvided, "spec.extensions.rbac asks for sign-in, which this version of "+
			"the operator does not provide. No zot is started, as it would be open to everybody; one that runs stays as it "+
			"is. Set spec.extensions.rbac.enabled to false to run without sign-in.")
	}
	if facts.Workload == nil {
		if !facts.ClaimExists {
			return board.False(kind, v1alpha1.ReasonWaitingForStorage, "The pods wait for the volume's claim.")
		}
		return board.False(kind, v1alpha1.ReasonProgressing, "The StatefulSet is being created.")
	}
	for _, pod := range facts.Pods {
		if trouble := diagnose(pod.Pod); trouble != nil {
			return board.False(kind, trouble.reason, trouble.message)
		}
	}
	status, wanted := facts.Workload.Status, *store.Spec.Replicas
	settled := written && status.ObservedGeneration == facts.Workload.Generation && status.Replicas == wanted &&
		status.UpdatedReplicas == wanted && status.ReadyReplicas == wanted
	if settled {
		return board.True(kind, v1alpha1.ReasonAllPodsReady, "All pods are ready")
	}
	if status.ReadyReplicas == wanted {
		return board.False(kind, v1alpha1.ReasonPodsNotReady, "The pods are being replaced, as the spec has changed.")
	}
	return board.False(kind, v1alpha1.ReasonPodsNotReady, fmt.Sprintf("%d of %d pods are ready.", status.ReadyReplicas, wanted))
}

func assessConfiguration(store component.Store, facts Facts) board.Condition {
	const kind = v1alpha1.ConditionConfigurationApplied
	if held(store.Spec) {
		return board.False(kind, v1alpha1.ReasonExtensionNotProvided, "The configuration is not changed while spec.extensions.rbac is on.")
	}
	var problems []string
	reason, current := v1alpha1.ReasonConfigurationRefused, 0
	for _, pod := range facts.Pods {
		switch {
		case pod.Current:
			current++
		case pod.State != nil:
			for _, problem := range pod.State.Problems {
				problems = append(problems, fmt.Sprintf("Pod %s: %s", pod.Name, problem.Message))
				if problem.Reason != handover.ReasonConfigInvalid {
					reason = v1alpha1.ReasonSecretProblem
				}
			}
		}
	}
	if len(problems) > 0 {
		return board.False(kind, reason, "The last good configuration stays in place. "+strings.Join(problems, "; "))
	}
	wanted := int(*store.Spec.Replicas)
	if current == wanted && len(facts.Pods) == wanted {
		return board.True(kind, v1alpha1.ReasonConfigurationCurrent, "zot runs with what the spec asks for.")
	}
	for _, pod := range facts.Pods {
		// An agent that does not answer while its pod is starting is starting, too.
		if pod.Unreachable != "" && serves(pod.Pod) {
			return board.Unknown(kind, v1alpha1.ReasonConfigurationPending, fmt.Sprintf(
				"The config agent of pod %s does not answer: %s. If it stays so, look whether a network policy keeps the operator "+
					"from port %d of the pod.", pod.Name, pod.Unreachable, handover.Port))
		}
	}
	return board.False(kind, v1alpha1.ReasonConfigurationPending, fmt.Sprintf(
		"%d of %d pods run with the newest configuration. A node takes up to 90 s to deliver a change.", current, wanted))
}

func serves(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// runningVersion is the version of the image of the StatefulSet, as far as its tag tells.
func runningVersion(live *appsv1.StatefulSet) string {
	ref := image(live, handover.ZotContainer, "")
	_, tag, found := strings.Cut(ref[strings.LastIndex(ref, "/")+1:], ":")
	if !found {
		return ""
	}
	if _, ok := version.ZotVersion(tag); !ok {
		return ""
	}
	return tag
}
