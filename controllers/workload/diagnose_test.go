package workload

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func waiting(reason string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: "back-off 40s restarting failed container"}}
}

func running() corev1.ContainerState {
	return corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
}

func ended(code int32, reason, message string) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason, Message: message}}
}

func container(name string, state, last corev1.ContainerState) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: name, Image: name + ":v1", State: state, LastTerminationState: last, RestartCount: 17}
}

func testPod(change func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Name: "store-0", Namespace: "zot-system", UID: "pod-1", Labels: map[string]string{"artifacts.zot.io/store": "store"},
	}}
	if change != nil {
		change(pod)
	}
	return pod
}

func withContainers(statuses ...corev1.ContainerStatus) *corev1.Pod {
	return testPod(func(pod *corev1.Pod) { pod.Status.ContainerStatuses = statuses })
}

func withInit(status corev1.ContainerStatus) *corev1.Pod {
	return testPod(func(pod *corev1.Pod) { pod.Status.InitContainerStatuses = []corev1.ContainerStatus{status} })
}

func unscheduled(message string) *corev1.Pod {
	return testPod(func(pod *corev1.Pod) {
		pod.Status.Conditions = []corev1.PodCondition{{
			Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable, Message: message,
		}}
	})
}

// written is what the agent writes before it ends.
func written(t *testing.T, reason handover.Reason, secret, message string) string {
	t.Helper()
	data, err := handover.EncodeProblem(handover.Problem{Reason: reason, Secret: secret, Message: message})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestDiagnose(t *testing.T) {
	var never corev1.ContainerState
	missing := written(t, handover.ReasonSecretNotFound, "aws-credentials", "Secret aws-credentials does not exist. Create it.")
	gone := written(t, handover.ReasonSecretNotFound, "store-session-keys", "Secret store-session-keys does not exist. Create it.")
	refused := written(t, handover.ReasonConfigInvalid, "", "boot.json cannot be read.")
	for name, tc := range map[string]struct {
		pod  *corev1.Pod
		want *trouble
	}{
		"nothing known yet":        {testPod(nil), nil},
		"all well":                 {withContainers(container("zot", running(), never), container("config-agent", running(), never)), nil},
		"starting":                 {withContainers(container("zot", waiting("PodInitializing"), never)), nil},
		"being created":            {withContainers(container("zot", waiting("ContainerCreating"), never)), nil},
		"runs again after a crash": {withContainers(container("zot", running(), ended(1, "Error", ""))), nil},
		"on its way out": {testPod(func(pod *corev1.Pod) {
			pod.DeletionTimestamp = &metav1.Time{}
			pod.Status.ContainerStatuses = []corev1.ContainerStatus{container("zot", waiting("CrashLoopBackOff"), never)}
		}), nil},
		"no room": {
			unscheduled("0/3 nodes are available: 3 Insufficient memory."),
			&trouble{"PodUnschedulable", "No node takes pod store-0: 0/3 nodes are available: 3 Insufficient memory. " +
				"Make room, or lower spec.resources.requests."},
		},
		"no node with its volume: lower requests would not help": {
			unscheduled("0/1 nodes are available: 1 node(s) had volume node affinity conflict "),
			&trouble{"PodUnschedulable", "No node takes pod store-0: 0/1 nodes are available: 1 node(s) had volume node affinity conflict. " +
				"Its volume can only be used on another node or in another zone: a node there must take the pod."},
		},
		"a taint, and too little room on the other node": {
			unscheduled("0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {gpu: yes}. preemption: 0/2 nodes are available."),
			&trouble{"PodUnschedulable", "No node takes pod store-0: 0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated " +
				"taint {gpu: yes}. preemption: 0/2 nodes are available. Make room, or lower spec.resources.requests. " +
				"Let another node take it, or tolerate the taint in spec.scheduling.tolerations."},
		},
		"a claim that does not exist": {
			unscheduled(`0/1 nodes are available: persistentvolumeclaim "media" not found. not found`),
			&trouble{"PodUnschedulable", `No node takes pod store-0: 0/1 nodes are available: persistentvolumeclaim "media" not found. ` +
				"Create this claim, if it is the one of spec.storage.existingClaim; its own the operator makes anew."},
		},
		"a claim that another pod uses": {
			unscheduled("0/1 nodes are available: 1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode."),
			&trouble{"PodUnschedulable", "No node takes pod store-0: 0/1 nodes are available: 1 node has pod using PersistentVolumeClaim with the " +
				"same name and ReadWriteOncePod access mode. Another pod uses the claim, which is for one pod alone: end that pod, or use another claim."},
		},
		"a selector that fits no node": {
			unscheduled("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."),
			&trouble{"PodUnschedulable", "No node takes pod store-0: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. " +
				"Check spec.scheduling.nodeSelector and .affinity against the labels of the nodes."},
		},
		"evicted": {
			testPod(func(pod *corev1.Pod) {
				pod.Status.Phase, pod.Status.Reason = corev1.PodFailed, "Evicted"
				pod.Status.Message = `Usage of EmptyDir volume "data" exceeds the limit "1Gi". `
			}),
			&trouble{"PodsNotReady", `The node has ended pod store-0: Usage of EmptyDir volume "data" exceeds the limit "1Gi". Another one takes its place.`},
		},
		"stuck on a node that is away": {
			testPod(func(pod *corev1.Pod) {
				pod.DeletionTimestamp = &metav1.Time{}
				pod.Status.Conditions = []corev1.PodCondition{{
					Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: "DeletionByTaintManager",
				}}
			}),
			&trouble{"PodsNotReady", "Pod store-0 is to leave its node and is still there; no other pod may take its place before it is gone. " +
				"`kubectl get pod store-0 -n zot-system -o wide` names the node. If it is away for good, delete it (`kubectl delete node`), or taint it " +
				"node.kubernetes.io/out-of-service."},
		},
		"the Secret that is the operator's to make is missing": {
			withInit(container("config-agent-init", ended(1, "Error", gone), never)),
			&trouble{"PodsNotReady", "Pod store-0 cannot start. Secret store-session-keys, which holds the keys of session cookies, was gone; the " +
				"operator makes it anew, and a node takes up to 90 s to deliver it. If this stays, there is a Secret of that name that is empty: delete it."},
		},
		"image that cannot be pulled": {
			withContainers(container("zot", waiting("ImagePullBackOff"), never)),
			&trouble{"ImagePullFailed", "The node of pod store-0 cannot pull image zot:v1. Check spec.image (repository, tag, digest, pullSecrets) " +
				"and that the node reaches the registry; `kubectl describe pod store-0 -n zot-system` has the node's words."},
		},
		"the operator's own image": {
			withInit(container("config-agent-init", waiting("ErrImagePull"), never)),
			&trouble{"ImagePullFailed", "The node of pod store-0 cannot pull image config-agent-init:v1. Check spec.image.pullSecrets, as it " +
				"is the operator's own image, and that the node reaches the registry; `kubectl describe pod store-0 -n zot-system` has the node's words."},
		},
		"cannot be started": {
			withContainers(container("zot", waiting("CreateContainerConfigError"), never)),
			&trouble{"CrashLooping", "The node cannot start container zot of pod store-0. `kubectl describe pod store-0 -n zot-system` has the node's words."},
		},
		"crash loop": {
			withContainers(container("zot", waiting("CrashLoopBackOff"), ended(2, "Error", "goroutine 1"))),
			&trouble{"CrashLooping", "Container zot of pod store-0 ends again and again with exit code 2. " +
				"`kubectl logs store-0 -n zot-system -c zot --previous` has its last words."},
		},
		"crash loop of which nothing is known": {
			withContainers(container("zot", waiting("CrashLoopBackOff"), never)),
			&trouble{"CrashLooping", "Container zot of pod store-0 ends again and again. " +
				"`kubectl logs store-0 -n zot-system -c zot --previous` has its last words."},
		},
		"too little memory": {
			withContainers(container("zot", waiting("CrashLoopBackOff"), ended(137, "OOMKilled", ""))),
			&trouble{"CrashLooping", "Container zot of pod store-0 ends again and again for lack of memory; raise " +
				"spec.resources.limits.memory. `kubectl logs store-0 -n zot-system -c zot --previous` has its last words."},
		},
		"too little memory for the agent, whose limit is not the user's": {
			withContainers(container("zot", running(), never), container("config-agent", waiting("CrashLoopBackOff"), ended(137, "OOMKilled", ""))),
			&trouble{"CrashLooping", "Container config-agent of pod store-0 ends again and again with exit code 137. " +
				"`kubectl logs store-0 -n zot-system -c config-agent --previous` has its last words."},
		},
		"a Secret is missing": {
			withInit(container("config-agent-init", ended(1, "Error", missing), never)),
			&trouble{"SecretProblem", "Pod store-0 cannot start. Secret aws-credentials does not exist. Create it."},
		},
		"a Secret is missing and the agent waits for it": {
			withInit(container("config-agent-init", running(), ended(1, "Error", missing))),
			&trouble{"SecretProblem", "Pod store-0 cannot start. Secret aws-credentials does not exist. Create it."},
		},
		"a Secret is missing, and the kubelet waits": {
			withInit(container("config-agent-init", waiting("CrashLoopBackOff"), ended(1, "Error", missing))),
			&trouble{"SecretProblem", "Pod store-0 cannot start. Secret aws-credentials does not exist. Create it."},
		},
		"the Secret was missing once": {
			withInit(container("config-agent-init", ended(0, "Completed", ""), ended(1, "Error", missing))), nil,
		},
		"the agent cannot read its configuration": {
			withInit(container("config-agent-init", ended(1, "Error", refused), never)),
			&trouble{"ConfigurationRefused", "Pod store-0 cannot start. boot.json cannot be read."},
		},
		"the agent ended without a word": {
			withInit(container("config-agent-init", waiting("CrashLoopBackOff"), ended(1, "Error", "panic: nil"))),
			&trouble{"CrashLooping", "Container config-agent-init of pod store-0 ends again and again with exit code 1. " +
				"`kubectl logs store-0 -n zot-system -c config-agent-init --previous` has its last words."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, diagnose(tc.pod), cmp.AllowUnexported(trouble{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	var never corev1.ContainerState
	const (
		preparing = " The node gets ready what pod store-0 needs. If that lasts, `kubectl describe pod store-0 -n zot-system` has the node's words: a volume " +
			"that another node or pod holds, or that cannot be mounted, is named there."
		looking = " zot of pod store-0 runs and does not answer yet: it looks through its storage first. If that lasts, " +
			"`kubectl logs store-0 -n zot-system -c zot` says what it is at."
	)
	ready := container("zot", running(), never)
	ready.Ready = true
	for name, tc := range map[string]struct {
		pod  *corev1.Pod
		want string
	}{
		"nothing known yet":        {testPod(nil), ""},
		"its volumes are awaited":  {withInit(container("config-agent-init", waiting("PodInitializing"), never)), preparing},
		"its agent is at work":     {withInit(container("config-agent-init", running(), never)), ""},
		"zot starts":               {withContainers(container("zot", running(), never)), looking},
		"zot waits for the agent":  {withContainers(container("zot", waiting("PodInitializing"), never)), ""},
		"zot is ready, not others": {withContainers(ready, container("config-agent", running(), never)), ""},
		"on its way out": {testPod(func(pod *corev1.Pod) {
			pod.DeletionTimestamp = &metav1.Time{}
			pod.Status.ContainerStatuses = []corev1.ContainerStatus{container("zot", running(), never)}
		}), ""},
	} {
		if got := progress(tc.pod); got != tc.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
