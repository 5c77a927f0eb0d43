package workload

import (
	"fmt"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
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
		Conditions: []board.Condition{
			assessWorkload(store, facts, report.Settled("StatefulSet")), assessConfiguration(store, facts),
			assessBackends(store, facts), assessCertificate(store, facts),
		},
		Facts: board.Facts{Selector: selector, Certificate: certificateStatus(store, facts)},
	}
	if allCurrent(store, facts) {
		verdict.Facts.Configuration = &facts.Configuration
	}
	if live := facts.Workload; live != nil {
		verdict.Facts.Replicas = live.Status.Replicas
		verdict.Facts.ReadyReplicas = live.Status.ReadyReplicas
		verdict.Facts.Version = runningVersion(store, live)
	}
	if facts.Watched && len(facts.Pods) > 0 {
		verdict.RequeueAfter = trustFor
	}
	if facts.Holder.Store != "" {
		verdict.RequeueAfter = component.HolderRetry
	}
	if facts.Refusal != nil {
		verdict.RequeueAfter = askWhy
	}
	for _, pod := range facts.Pods {
		verdict.LookWithin(nextQuestion(store, pod))
	}
	if waitsForUser(facts) {
		verdict.LookWithin(facts.ConstraintsAgain)
	}
	return verdict
}

func assessWorkload(store component.Store, facts Facts, written bool) board.Condition {
	const kind = v1alpha1.ConditionWorkloadReady
	if facts.Workload == nil {
		return assessUnmade(store, facts)
	}
	for _, pod := range facts.Pods {
		if trouble := diagnose(pod.Pod); trouble != nil {
			return board.False(kind, trouble.reason, trouble.message)
		}
	}
	if trouble := diagnoseRefusal(facts.Refusal); trouble != nil && written {
		return board.False(kind, trouble.reason, trouble.message)
	}
	if waits := assessWaiting(store, facts); waits != nil {
		return *waits
	}
	if resizes := assessResize(store, facts); resizes != nil {
		return *resizes
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
	return board.False(kind, v1alpha1.ReasonPodsNotReady,
		fmt.Sprintf("%d of %d pods are ready.%s", status.ReadyReplicas, wanted, hint(facts)))
}

// assessUnmade tells why a store has no StatefulSet yet.
func assessUnmade(store component.Store, facts Facts) board.Condition {
	const kind = v1alpha1.ConditionWorkloadReady
	if facts.Holder.Store != "" {
		return board.False(kind, v1alpha1.ReasonWaitingForStorage, fmt.Sprintf(
			"No pod is started where store %s keeps its artifacts; StorageReady says what to do.", facts.Holder.Store))
	}
	if waitsForClaim(store, facts) {
		return board.False(kind, v1alpha1.ReasonWaitingForStorage, "The pods wait for the volume's claim.")
	}
	if waits := assessWaiting(store, facts); waits != nil {
		return *waits
	}
	return board.False(kind, v1alpha1.ReasonProgressing, "The StatefulSet is being created.")
}

// assessWaiting tells what of the other controllers' is waited for, nil if nothing is.
func assessWaiting(store component.Store, facts Facts) *board.Condition {
	const kind = v1alpha1.ConditionWorkloadReady
	who := "No pod is started"
	if facts.Workload != nil {
		who = "The pods stay as they are"
	}
	var out board.Condition
	switch {
	case waitsForCertificate(store, facts):
		out = board.False(kind, v1alpha1.ReasonWaitingForCertificate,
			who+" until there is a certificate to serve; NetworkingReady says how far that is.")
	case waitsForExternalURL(store, facts):
		out = board.False(kind, v1alpha1.ReasonWaitingForExternalURL,
			who+" until the cluster has given the registry its address from outside, to which people come back after they have signed "+
				"in; NetworkingReady says how far that is. spec.externalURL can say it, too.")
	case waitsForMembers(store, facts):
		out = board.False(kind, v1alpha1.ReasonProgressing, who+" until there are the Services by which the pods reach each other; "+
			"NetworkingReady says what keeps them away.")
	case waitsForUser(facts):
		out = board.False(kind, v1alpha1.ReasonProgressing, who+" until "+component.UnknownUser)
	default:
		return nil
	}
	return &out
}

// hint says what the first pod that does not serve is at.
func hint(facts Facts) string {
	for _, pod := range facts.Pods {
		if serves(pod.Pod) {
			continue
		}
		if text := progress(pod.Pod); text != "" {
			return text
		}
	}
	if podless(facts) {
		return fmt.Sprintf(" The cluster has made no pod yet. If that lasts, `kubectl describe statefulset %s -n %s` says why: a "+
			"quota, a policy or a PriorityClass that does not exist may be in the way.", facts.Workload.Name, facts.Workload.Namespace)
	}
	return ""
}

func assessConfiguration(store component.Store, facts Facts) board.Condition {
	const kind = v1alpha1.ConditionConfigurationApplied
	if allCurrent(store, facts) {
		for _, pod := range facts.Pods {
			if !zotRuns(pod.Pod) {
				return board.False(kind, v1alpha1.ReasonConfigurationPending, fmt.Sprintf(
					"The newest configuration is in place in pod %s, and its zot does not run. WorkloadReady says more.", pod.Name))
			}
		}
		return board.True(kind, v1alpha1.ReasonConfigurationCurrent, "zot runs with what the spec asks for.")
	}
	if bad := assessProblems(store, facts); bad != nil {
		return *bad
	}
	current, asked := 0, false
	for _, pod := range facts.Pods {
		if pod.Current {
			current++
		}
		asked = asked || pod.State != nil
		// An agent that does not answer while its pod is starting is starting, too.
		if pod.Unreachable != "" && serves(pod.Pod) {
			return board.Unknown(kind, v1alpha1.ReasonConfigurationPending, fmt.Sprintf(
				"The config agent of pod %s does not answer: %s. If it stays so, look whether a network policy keeps the operator "+
					"from port %d of the pod.", pod.Name, pod.Unreachable, handover.Port))
		}
	}
	message := fmt.Sprintf("%d of %d pods run with the newest configuration.", current, *store.Spec.Replicas)
	switch {
	case defaults.Paused(store.Spec):
		message += " Nothing newer is written while spec.paused is true."
	case asked:
		message += " A node takes up to 90 s to deliver a change."
	}
	return board.False(kind, v1alpha1.ReasonConfigurationPending, message)
}

// assessProblems tells what the agents cannot apply, nil if there is nothing.
func assessProblems(store component.Store, facts Facts) *board.Condition {
	const kind = v1alpha1.ConditionConfigurationApplied
	var problems []told
	reason, kept := v1alpha1.ReasonConfigurationPending, ""
	for _, pod := range facts.Pods {
		if pod.Current {
			continue
		}
		for _, problem := range pod.problems() {
			switch {
			case problem.Reason == handover.ReasonSignInWithheld && reason != v1alpha1.ReasonConfigurationPending:
			case problem.Reason == handover.ReasonSignInWithheld:
				reason = v1alpha1.ReasonSignInWithheld
			case missesKeys(problem, store.Object.Name):
				kept = leftAsItWas
			case problem.Used:
				reason = v1alpha1.ReasonSecretProblem
			case problem.Reason != handover.ReasonConfigInvalid:
				reason, kept = v1alpha1.ReasonSecretProblem, leftAsItWas
			case reason != v1alpha1.ReasonSecretProblem:
				reason, kept = v1alpha1.ReasonConfigurationRefused, leftAsItWas
			}
			if pod.State == nil {
				out := board.False(kind, reason, fmt.Sprintf(
					"Pod %s has no configuration yet, for the reason that WorkloadReady gives.", pod.Name))
				return &out
			}
			problems = tell(problems, pod.Name, words(problem, store.Object.Name))
		}
	}
	if len(problems) == 0 {
		return nil
	}
	out := board.False(kind, reason, sentences(problems)+kept)
	return &out
}

const leftAsItWas = " What cannot be used is left as it was."

// allCurrent is true when every pod runs with what the spec asks for, and no other pod does.
func allCurrent(store component.Store, facts Facts) bool {
	return len(facts.Pods) == int(*store.Spec.Replicas) && !slices.ContainsFunc(facts.Pods, func(pod Pod) bool { return !pod.Current })
}

func zotRuns(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.ContainerStatuses, func(status corev1.ContainerStatus) bool {
		return status.Name == handover.ZotContainer && status.State.Running != nil
	})
}

func serves(pod *corev1.Pod) bool {
	c := condition(pod, corev1.PodReady)
	return c != nil && c.Status == corev1.ConditionTrue
}

// runningVersion is the version of the image of the StatefulSet, as far as its tag tells. An image by digest has no tag; if it is
// the one that the spec asks for, the spec's counts.
func runningVersion(store component.Store, live *appsv1.StatefulSet) string {
	ref := runs(live, handover.ZotContainer)
	tag := parsed(ref).Tag
	if asked := resolved(store, live).Spec.Image; asked != nil && asked.Digest != "" && ref == reference(*asked) {
		tag = asked.Tag
	}
	if _, ok := version.ZotVersion(tag); !ok {
		return ""
	}
	return tag
}
