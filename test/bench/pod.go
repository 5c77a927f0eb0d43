package main

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// podStep is how far a pod has come.
type podStep int

// The steps of a pod.
const (
	// scheduled: its node has begun.
	scheduled podStep = iota
	// initialized: its init containers have ended.
	initialized
	// started: its containers run.
	started
	// serving: its probes have succeeded.
	serving
)

// podStatus is what a kubelet says of a pod at that step.
func podStatus(pod *corev1.Pod, step podStep, ip string) corev1.PodStatus {
	now := metav1.Now()
	status := *pod.Status.DeepCopy()
	status.Phase = corev1.PodPending
	if status.StartTime == nil {
		status.StartTime = &now
	}
	if step >= started {
		status.Phase, status.PodIP, status.PodIPs = corev1.PodRunning, ip, []corev1.PodIP{{IP: ip}}
	}
	status.Conditions = nil
	for _, c := range []struct {
		kind corev1.PodConditionType
		from podStep
	}{
		{corev1.PodScheduled, scheduled},
		{corev1.PodInitialized, initialized},
		{corev1.ContainersReady, serving},
		{corev1.PodReady, serving},
	} {
		status.Conditions = append(status.Conditions, podCondition(pod, c.kind, step >= c.from, now))
	}
	status.InitContainerStatuses, status.ContainerStatuses = nil, nil
	for i := range pod.Spec.InitContainers {
		status.InitContainerStatuses = append(status.InitContainerStatuses, initStatus(&pod.Spec.InitContainers[i], step, now))
	}
	for i := range pod.Spec.Containers {
		status.ContainerStatuses = append(status.ContainerStatuses, containerStatus(&pod.Spec.Containers[i], step, now))
	}
	return status
}

// podCondition keeps the transition time of what has not changed.
func podCondition(pod *corev1.Pod, kind corev1.PodConditionType, holds bool, now metav1.Time) corev1.PodCondition {
	c := corev1.PodCondition{Type: kind, Status: corev1.ConditionFalse, Reason: "ContainersNotReady", LastTransitionTime: now}
	if holds {
		c.Status, c.Reason = corev1.ConditionTrue, ""
	}
	for _, old := range pod.Status.Conditions {
		if old.Type == kind && old.Status == c.Status {
			return old
		}
	}
	return c
}

func initStatus(of *corev1.Container, step podStep, now metav1.Time) corev1.ContainerStatus {
	status := corev1.ContainerStatus{Name: of.Name, Image: of.Image, State: waiting("PodInitializing")}
	if step >= initialized {
		status.Ready = true
		status.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "Completed", FinishedAt: now}}
	}
	return status
}

func containerStatus(of *corev1.Container, step podStep, now metav1.Time) corev1.ContainerStatus {
	status := corev1.ContainerStatus{Name: of.Name, Image: of.Image, Started: new(step >= started), State: waiting("PodInitializing")}
	if step >= started {
		// A container without a readiness probe is ready when it runs.
		status.Ready = step >= serving || of.ReadinessProbe == nil
		status.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}}
	}
	return status
}

func waiting(reason string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}
}
