package workload

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// trouble is why a pod does not serve, in words for the person who has to mend it.
type trouble struct{ reason, message string }

// diagnose gives the first thing that keeps a pod from serving and that somebody must look at, nil if there is none.
func diagnose(pod *corev1.Pod) *trouble {
	if pod.DeletionTimestamp != nil {
		return nil
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse && c.Reason == corev1.PodReasonUnschedulable {
			message := fmt.Sprintf("No node takes pod %s: %s", pod.Name, sentence(c.Message))
			if strings.Contains(c.Message, "Insufficient") {
				message += " Make room, or lower spec.resources.requests."
			}
			return &trouble{v1alpha1.ReasonPodUnschedulable, message}
		}
	}
	for i := range pod.Status.InitContainerStatuses {
		if found := diagnoseAgent(pod.Name, &pod.Status.InitContainerStatuses[i]); found != nil {
			return found
		}
	}
	for i := range pod.Status.ContainerStatuses {
		if found := diagnoseContainer(pod.Name, &pod.Status.ContainerStatuses[i]); found != nil {
			return found
		}
	}
	return nil
}

// diagnoseAgent reads the init container's last words, in which the agent names the Secret and key that it lacks.
func diagnoseAgent(pod string, status *corev1.ContainerStatus) *trouble {
	if done := status.State.Terminated; done != nil && done.ExitCode == 0 {
		return nil
	}
	for _, state := range []corev1.ContainerState{status.State, status.LastTerminationState} {
		if state.Terminated == nil || state.Terminated.ExitCode == 0 {
			continue
		}
		if problem, err := handover.DecodeProblem([]byte(state.Terminated.Message)); err == nil {
			reason := v1alpha1.ReasonSecretProblem
			if problem.Reason == handover.ReasonConfigInvalid {
				reason = v1alpha1.ReasonConfigurationRefused
			}
			return &trouble{reason, fmt.Sprintf("Pod %s cannot start. %s", pod, problem.Message)}
		}
	}
	return diagnoseContainer(pod, status)
}

func diagnoseContainer(pod string, status *corev1.ContainerStatus) *trouble {
	waiting := status.State.Waiting
	if waiting == nil {
		return nil
	}
	switch waiting.Reason {
	case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull":
		check := "spec.image (repository, tag, pullSecrets)"
		if status.Name != handover.ZotContainer {
			check = "spec.image.pullSecrets, as it is the operator's own image,"
		}
		return &trouble{v1alpha1.ReasonImagePullFailed, fmt.Sprintf(
			"The node of pod %s cannot pull image %s. Check %s and that the node reaches the "+
				"registry; `kubectl describe pod %s` has the node's words.", pod, status.Image, check, pod)}
	case "RunContainerError", "CreateContainerError", "CreateContainerConfigError":
		return &trouble{v1alpha1.ReasonCrashLooping, fmt.Sprintf(
			"The node cannot start container %s of pod %s. `kubectl describe pod %s` has the node's words.", status.Name, pod, pod)}
	case "CrashLoopBackOff":
		return &trouble{v1alpha1.ReasonCrashLooping, fmt.Sprintf(
			"Container %s of pod %s ends again and again%s. `kubectl logs %s -c %s --previous` has its last words.",
			status.Name, pod, exit(status), pod, status.Name)}
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

func sentence(text string) string {
	text = strings.TrimSpace(text)
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}
