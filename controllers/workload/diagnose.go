package workload

import (
	"cmp"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
)

// trouble is why a pod does not serve, in words for the person who has to mend it.
type trouble struct{ reason, message string }

// diagnose gives the first thing that keeps a pod from serving and that somebody must look at, nil if there is none.
func diagnose(pod *corev1.Pod) *trouble {
	if pod.DeletionTimestamp != nil {
		return diagnoseLeaving(pod)
	}
	if pod.Status.Phase == corev1.PodFailed {
		why := component.Sentence(cmp.Or(pod.Status.Message, pod.Status.Reason, "it does not say why"))
		return &trouble{v1alpha1.ReasonPodsNotReady, fmt.Sprintf(
			"The node has ended pod %s: %s Another one takes its place.", pod.Name, why)}
	}
	if c := condition(pod, corev1.PodScheduled); c != nil && c.Status == corev1.ConditionFalse &&
		c.Reason == corev1.PodReasonUnschedulable {
		return &trouble{v1alpha1.ReasonPodUnschedulable, fmt.Sprintf(
			"No node takes pod %s: %s%s", pod.Name, component.Scheduler(c.Message), unschedulable(c.Message))}
	}
	for i := range pod.Status.InitContainerStatuses {
		if found := diagnoseAgent(pod, &pod.Status.InitContainerStatuses[i]); found != nil {
			return found
		}
	}
	for i := range pod.Status.ContainerStatuses {
		if found := diagnoseContainer(pod, &pod.Status.ContainerStatuses[i]); found != nil {
			return found
		}
	}
	return nil
}

// diagnoseLeaving tells of a pod that cannot leave a node which is away. A StatefulSet waits for it, for ever.
func diagnoseLeaving(pod *corev1.Pod) *trouble {
	if c := condition(pod, corev1.DisruptionTarget); c == nil || c.Reason != "DeletionByTaintManager" {
		return nil
	}
	return &trouble{v1alpha1.ReasonPodsNotReady, fmt.Sprintf(
		"Pod %s is to leave its node and is still there; no other pod may take its place before it is gone. `kubectl get pod %s -n %s "+
			"-o wide` names the node. If it is away for good, delete it (`kubectl delete node`), or taint it "+
			"node.kubernetes.io/out-of-service.",
		pod.Name, pod.Name, pod.Namespace)}
}

// advice says what to do about the scheduler's words, by a part of them. All that fit are given, in this order.
var advice = []struct{ words, text string }{
	{"Insufficient", "Make room, or lower spec.resources.requests."},
	{"untolerated taint", "Let another node take it, or tolerate the taint in spec.scheduling.tolerations."},
	{"didn't match Pod's node affinity", "Check spec.scheduling.nodeSelector and .affinity against the labels of the nodes."},
	{"didn't match pod affinity", "Check spec.scheduling.affinity."},
	{"didn't match pod anti-affinity", "Check spec.scheduling.affinity."},
	{"didn't match pod topology spread", "Check spec.scheduling.topologySpreadConstraints."},
	{"volume node affinity conflict", "Its volume can only be used on another node or in another zone: a node there must take the pod."},
	{"unbound immediate PersistentVolumeClaims", "Its volume is not there yet: see StorageReady."},
	{"ReadWriteOncePod", "Another pod uses the claim, which is for one pod alone: end that pod, or use another claim."},
}

// unschedulable is the advice on the scheduler's words.
func unschedulable(words string) string {
	var out string
	for _, a := range advice {
		if strings.Contains(words, a.words) && !strings.Contains(out, a.text) {
			out += " " + a.text
		}
	}
	if strings.Contains(words, "persistentvolumeclaim") && strings.Contains(words, "not found") {
		out += " Create this claim, if it is the one of spec.storage.existingClaim; its own the operator makes anew."
	}
	return out
}

// lastWords are those of the agent in the init container, in which it names the Secret and key that it lacks.
func lastWords(pod *corev1.Pod) (handover.Problem, bool) {
	if pod.DeletionTimestamp != nil {
		return handover.Problem{}, false
	}
	for i := range pod.Status.InitContainerStatuses {
		if problem, found := agentProblem(&pod.Status.InitContainerStatuses[i]); found {
			return problem, true
		}
	}
	return handover.Problem{}, false
}

func agentProblem(status *corev1.ContainerStatus) (handover.Problem, bool) {
	if done := status.State.Terminated; done != nil && done.ExitCode == 0 {
		return handover.Problem{}, false
	}
	for _, state := range []corev1.ContainerState{status.State, status.LastTerminationState} {
		if state.Terminated == nil || state.Terminated.ExitCode == 0 {
			continue
		}
		if problem, err := handover.DecodeProblem([]byte(state.Terminated.Message)); err == nil {
			return problem, true
		}
	}
	return handover.Problem{}, false
}

func diagnoseAgent(pod *corev1.Pod, status *corev1.ContainerStatus) *trouble {
	problem, found := agentProblem(status)
	if !found {
		return diagnoseContainer(pod, status)
	}
	reason := v1alpha1.ReasonSecretProblem
	switch {
	case missesKeys(problem, pod.Labels[labels.Store]):
		reason = v1alpha1.ReasonPodsNotReady
	case problem.Reason == handover.ReasonConfigInvalid:
		reason = v1alpha1.ReasonConfigurationRefused
	}
	return &trouble{reason, fmt.Sprintf("Pod %s cannot start. %s", pod.Name, words(problem, pod.Labels[labels.Store]))}
}

// words of a problem. The agent does not know which Secret is the operator's to make.
func words(problem handover.Problem, store string) string {
	if !missesKeys(problem, store) {
		return problem.Message
	}
	return fmt.Sprintf("Secret %s, which holds the keys of session cookies, was gone; the operator makes it anew, and a node takes up to "+
		"90 s to deliver it. If this stays, there is a Secret of that name that is empty: delete it.", problem.Secret)
}

func diagnoseContainer(pod *corev1.Pod, status *corev1.ContainerStatus) *trouble {
	waiting := status.State.Waiting
	if waiting == nil {
		return nil
	}
	switch waiting.Reason {
	case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable",
		"SignatureValidationFailed":
		check := "spec.image (repository, tag, digest, pullSecrets)"
		if status.Name != handover.ZotContainer {
			check = "spec.image.pullSecrets, as it is the operator's own image,"
		}
		return &trouble{v1alpha1.ReasonImagePullFailed, fmt.Sprintf(
			"The node of pod %s cannot pull image %s. Check %s and that the node reaches the "+
				"registry; `kubectl describe pod %s -n %s` has the node's words.",
			pod.Name, status.Image, check, pod.Name, pod.Namespace)}
	case "RunContainerError", "CreateContainerError", "CreateContainerConfigError":
		return &trouble{v1alpha1.ReasonCrashLooping, fmt.Sprintf(
			"The node cannot start container %s of pod %s. `kubectl describe pod %s -n %s` has the node's words.",
			status.Name, pod.Name, pod.Name, pod.Namespace)}
	case "CrashLoopBackOff":
		return &trouble{v1alpha1.ReasonCrashLooping, fmt.Sprintf(
			"Container %s of pod %s ends again and again%s. `kubectl logs %s -n %s -c %s --previous` has its last "+
				"words.", status.Name, pod.Name, exit(status), pod.Name, pod.Namespace, status.Name)}
	}
	return nil
}

// progress says what a pod that is in no trouble is at, and where to look if that lasts. Nothing tells whether it does: a message
// with the time in it would change all the time.
func progress(pod *corev1.Pod) string {
	if pod.DeletionTimestamp != nil {
		return ""
	}
	for i := range pod.Status.InitContainerStatuses {
		if waiting := pod.Status.InitContainerStatuses[i].State.Waiting; waiting != nil && waiting.Reason == "PodInitializing" {
			return fmt.Sprintf(" The node gets ready what pod %s needs. If that lasts, `kubectl describe pod %s -n %s` has the node's "+
				"words: a volume that another node or pod holds, or that cannot be mounted, is named there.",
				pod.Name, pod.Name, pod.Namespace)
		}
	}
	for i := range pod.Status.ContainerStatuses {
		status := &pod.Status.ContainerStatuses[i]
		if status.Name == handover.ZotContainer && status.State.Running != nil && !status.Ready {
			return fmt.Sprintf(" zot of pod %s runs and does not answer yet: it looks through its storage first. If that lasts, "+
				"`kubectl logs %s -n %s -c %s` says what it is at.", pod.Name, pod.Name, pod.Namespace, status.Name)
		}
	}
	return ""
}

func condition(pod *corev1.Pod, kind corev1.PodConditionType) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		if pod.Status.Conditions[i].Type == kind {
			return &pod.Status.Conditions[i]
		}
	}
	return nil
}

// exit says how the container ended. Its restart count is left out: the message must not change with each of them.
func exit(status *corev1.ContainerStatus) string {
	last := status.LastTerminationState.Terminated
	if last == nil {
		return ""
	}
	if last.Reason == "OOMKilled" && status.Name == handover.ZotContainer {
		return " for lack of memory; raise spec.resources.limits.memory"
	}
	return fmt.Sprintf(" with exit code %d", last.ExitCode)
}
