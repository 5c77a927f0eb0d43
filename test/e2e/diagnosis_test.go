package e2e

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// When a spec fails, everything is printed that tells why, before its namespaces are removed.
var _ = JustAfterEach(func(ctx SpecContext) {
	if !CurrentSpecReport().Failed() {
		return
	}
	var out strings.Builder
	for _, namespace := range watched {
		fmt.Fprintf(&out, "--- namespace %s\n", namespace)
		stores := &v1alpha1.ZotArtifactStoreList{}
		if err := env.client.List(ctx, stores, client.InNamespace(namespace)); err != nil {
			fmt.Fprintf(&out, "cannot list the stores: %v\n", err)
		}
		for i := range stores.Items {
			fmt.Fprintln(&out, describeStore(&stores.Items[i]))
		}
		fmt.Fprintln(&out, describePods(ctx, namespace))
		fmt.Fprintln(&out, describeEvents(ctx, namespace))
		fmt.Fprintln(&out, logs(ctx, namespace, 15))
	}
	fmt.Fprintf(&out, "--- namespace %s\n%s\n%s", operatorNamespace, describePods(ctx, operatorNamespace), logs(ctx, operatorNamespace, 40))
	AddReportEntry("what the cluster says", out.String(), ReportEntryVisibilityFailureOrVerbose)
	_, _ = io.WriteString(GinkgoWriter, out.String())
}, NodeTimeout(time.Minute))

// describeStore puts the status of a store into a few lines.
func describeStore(store *v1alpha1.ZotArtifactStore) string {
	lines := []string{fmt.Sprintf("store %s/%s: generation %d, phase %q", store.Namespace, store.Name, store.Generation, store.Status.Phase)}
	for _, c := range store.Status.Conditions {
		lines = append(lines, fmt.Sprintf("  %s=%s %s (generation %d): %s", c.Type, c.Status, c.Reason, c.ObservedGeneration, c.Message))
	}
	return strings.Join(lines, "\n")
}

// describePods says what each container of a namespace does.
func describePods(ctx context.Context, namespace string) string {
	found := &corev1.PodList{}
	if err := env.client.List(ctx, found, client.InNamespace(namespace)); err != nil {
		return fmt.Sprintf("cannot list the pods: %v", err)
	}
	var lines []string
	for i := range found.Items {
		pod := &found.Items[i]
		lines = append(lines, fmt.Sprintf("pod %s: %s %s", pod.Name, pod.Status.Phase, pod.Status.Message))
		for _, c := range pod.Status.Conditions {
			if c.Status != corev1.ConditionTrue {
				lines = append(lines, fmt.Sprintf("  %s=%s %s %s", c.Type, c.Status, c.Reason, c.Message))
			}
		}
		for _, status := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
			lines = append(lines, fmt.Sprintf("  %s: ready %t, %d restarts, %s, before: %s",
				status.Name, status.Ready, status.RestartCount, describeState(status.State), describeState(status.LastTerminationState)))
		}
	}
	return strings.Join(lines, "\n")
}

func describeState(state corev1.ContainerState) string {
	switch {
	case state.Running != nil:
		return "running"
	case state.Waiting != nil:
		return strings.TrimSpace("waiting " + state.Waiting.Reason + " " + state.Waiting.Message)
	case state.Terminated != nil:
		return strings.TrimSpace(fmt.Sprintf("ended with %d %s %s", state.Terminated.ExitCode, state.Terminated.Reason, state.Terminated.Message))
	}
	return "-"
}

func describeEvents(ctx context.Context, namespace string) string {
	found := &corev1.EventList{}
	if err := env.client.List(ctx, found, client.InNamespace(namespace)); err != nil {
		return fmt.Sprintf("cannot list the events: %v", err)
	}
	slices.SortFunc(found.Items, func(a, b corev1.Event) int {
		return a.CreationTimestamp.Compare(b.CreationTimestamp.Time)
	})
	var lines []string
	for i := range found.Items {
		e := &found.Items[i]
		lines = append(lines, fmt.Sprintf("event %s %s %s/%s: %s", e.Type, e.Reason, e.InvolvedObject.Kind, e.InvolvedObject.Name, e.Message))
	}
	return strings.Join(lines, "\n")
}

// logs gives the last lines of every container of a namespace.
func logs(ctx context.Context, namespace string, lines int64) string {
	found := &corev1.PodList{}
	if err := env.client.List(ctx, found, client.InNamespace(namespace)); err != nil {
		return fmt.Sprintf("cannot list the pods: %v", err)
	}
	var out []string
	for i := range found.Items {
		pod := &found.Items[i]
		names := []string{managerContainer, handover.InitContainer, handover.AgentContainer, handover.ZotContainer}
		for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
			if !slices.Contains(names, c.Name) {
				continue
			}
			text, err := env.kubernetes.CoreV1().Pods(namespace).
				GetLogs(pod.Name, &corev1.PodLogOptions{Container: c.Name, TailLines: &lines}).DoRaw(ctx)
			if err != nil {
				text = []byte(err.Error())
			}
			out = append(out, fmt.Sprintf("log of %s in %s:\n%s", c.Name, pod.Name, text))
		}
	}
	return strings.Join(out, "\n")
}
