package workload

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// statefulSet of one replica, with so many ready and of the newest revision.
func statefulSet(ready, updated int32) *appsv1.StatefulSet {
	return &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Generation: 2},
		Status:     appsv1.StatefulSetStatus{ObservedGeneration: 2, Replicas: 1, ReadyReplicas: ready, UpdatedReplicas: updated},
	}
}

// called is a pod by another name.
func called(name string, pod Pod) Pod {
	pod.Pod = testPod(func(p *corev1.Pod) { p.Name = name })
	return pod
}

func TestAssessWorkload(t *testing.T) {
	done := board.Condition{Type: "WorkloadReady", Status: "True", Reason: "AllPodsReady", Message: "All pods are ready"}
	not := func(reason, message string) board.Condition {
		return board.Condition{Type: "WorkloadReady", Status: "False", Reason: reason, Message: message}
	}
	behind := statefulSet(1, 1)
	behind.Generation = 3
	surplus := statefulSet(1, 1)
	surplus.Status.Replicas = 2
	empty := statefulSet(0, 0)
	empty.Name, empty.Namespace, empty.Status.Replicas = "store", "zot-system", 0
	crashing := Pod{Pod: withContainers(container("zot", waiting("CrashLoopBackOff"), ended(2, "Error", "")))}
	for name, tc := range map[string]struct {
		store string
		facts Facts
		want  board.Condition
	}{
		"no claim":              {"minimal", Facts{}, not("WaitingForStorage", "The pods wait for the volume's claim.")},
		"a claim of the user's": {"existing-claim", Facts{}, not("Progressing", "The StatefulSet is being created.")},
		"no volume at all":      {"ephemeral", Facts{}, not("Progressing", "The StatefulSet is being created.")},
		"no pod": {"minimal", Facts{Workload: empty}, not("PodsNotReady", "0 of 1 pods are ready. The cluster has made no pod yet. If that lasts, "+
			"`kubectl describe statefulset store -n zot-system` says why: a quota, a policy or a PriorityClass that does not exist may be in the way.")},
		"at work": {
			"minimal",
			Facts{Workload: statefulSet(0, 1), Pods: []Pod{{Pod: withContainers(container("zot", running(), corev1.ContainerState{}))}}},
			not("PodsNotReady", "0 of 1 pods are ready. zot of pod store-0 runs and does not answer yet: it looks through its storage first. "+
				"If that lasts, `kubectl logs store-0 -n zot-system -c zot` says what it is at."),
		},
		"no StatefulSet":        {"minimal", Facts{ClaimExists: true}, not("Progressing", "The StatefulSet is being created.")},
		"ready":                 {"minimal", Facts{ClaimExists: true, Workload: statefulSet(1, 1)}, done},
		"the claim was deleted": {"minimal", Facts{Workload: statefulSet(1, 1)}, done},
		"not ready":             {"minimal", Facts{Workload: statefulSet(0, 1)}, not("PodsNotReady", "0 of 1 pods are ready.")},
		"rolls":                 {"minimal", Facts{Workload: statefulSet(1, 0)}, not("PodsNotReady", "The pods are being replaced, as the spec has changed.")},
		"not looked at":         {"minimal", Facts{Workload: behind}, not("PodsNotReady", "The pods are being replaced, as the spec has changed.")},
		"a pod too many":        {"minimal", Facts{Workload: surplus}, not("PodsNotReady", "The pods are being replaced, as the spec has changed.")},
		"trouble comes first": {
			"minimal",
			Facts{Workload: statefulSet(0, 1), Pods: []Pod{crashing}},
			not("CrashLooping", "Container zot of pod store-0 ends again and again with exit code 2. "+
				"`kubectl logs store-0 -n zot-system -c zot --previous` has its last words."),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, assessWorkload(load(t, tc.store), tc.facts, true)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What was read from a StatefulSet that this pass has just changed says nothing about the new one.
func TestAssessWorkloadThatWasJustChanged(t *testing.T) {
	got := assessWorkload(load(t, "minimal"), Facts{ClaimExists: true, Workload: statefulSet(1, 1)}, false)
	if got.Status != "False" || got.Reason != "PodsNotReady" {
		t.Errorf("got %+v", got)
	}
}

func answered(problems ...handover.Problem) Pod {
	return Pod{Pod: testPod(nil), State: &handover.State{Problems: problems}}
}

func TestAssessConfiguration(t *testing.T) {
	done := board.Condition{
		Type: "ConfigurationApplied", Status: "True", Reason: "ConfigurationCurrent", Message: "zot runs with what the spec asks for.",
	}
	not := func(reason, message string) board.Condition {
		return board.Condition{Type: "ConfigurationApplied", Status: "False", Reason: reason, Message: message}
	}
	pending := not("ConfigurationPending", "0 of 1 pods run with the newest configuration.")
	delivered := not("ConfigurationPending",
		"0 of 1 pods run with the newest configuration. A node takes up to 90 s to deliver a change.")
	missing := handover.Problem{Reason: handover.ReasonSecretKeyMissing, Message: "Secret aws-credentials has no key access-key."}
	serving := testPod(func(pod *corev1.Pod) {
		pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
	})
	zotRunning := withContainers(corev1.ContainerStatus{
		Name: "zot", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}},
	})
	invalid := handover.Problem{Reason: handover.ReasonConfigInvalid, Message: "live.json cannot be read."}
	withheld := handover.Problem{Reason: handover.ReasonSignInWithheld, Message: "Keycloak is away."}
	partly := handover.Problem{Reason: handover.ReasonSecretInvalid, Message: "Line 1 is left out.", Used: true}
	for name, tc := range map[string]struct {
		pods []Pod
		want board.Condition
	}{
		"no pod":  {nil, pending},
		"current": {[]Pod{{Pod: zotRunning, Current: true}}, done},
		"in place, and zot never ran": {
			[]Pod{{Pod: testPod(nil), Current: true}}, not("ConfigurationPending",
				"The newest configuration is in place in pod store-0, and its zot does not run. WorkloadReady says more."),
		},
		"not asked yet": {[]Pod{{Pod: testPod(nil)}}, pending},
		"runs without Keycloak": {
			[]Pod{answered(withheld)}, not("SignInWithheld", "Pod store-0: Keycloak is away."),
		},
		"something worse than that": {
			[]Pod{answered(missing, withheld)}, not("SecretProblem", "Pod store-0: Secret aws-credentials has no key access-key.; "+
				"Pod store-0: Keycloak is away. What cannot be used is left as it was."),
		},
		"not applied yet": {[]Pod{answered()}, delivered},
		"a pod too many": {
			[]Pod{{Pod: testPod(nil), Current: true}, {Pod: testPod(nil)}},
			not("ConfigurationPending", "1 of 1 pods run with the newest configuration."),
		},
		"silent": {
			[]Pod{{Pod: serving, Unreachable: "no answer within 2 s"}},
			board.Condition{Type: "ConfigurationApplied", Status: "Unknown", Reason: "ConfigurationPending", Message: "The config agent of " +
				"pod store-0 does not answer: no answer within 2 s. If it stays so, look whether a network policy keeps the operator from port " +
				"8079 of the pod."},
		},
		"silent while it starts": {[]Pod{{Pod: testPod(nil), Unreachable: "no connection"}}, pending},
		"a Secret's problem": {
			[]Pod{answered(missing)},
			not("SecretProblem", "Pod store-0: Secret aws-credentials has no key access-key. What cannot be used is left as it was."),
		},
		"a Secret's problem, and what is good of it is in effect": {
			[]Pod{answered(partly)}, not("SecretProblem", "Pod store-0: Line 1 is left out."),
		},
		"a Secret's problem of three pods": {
			[]Pod{called("store-0", answered(missing)), called("store-1", answered(missing, withheld)), called("store-2", answered(missing))},
			not("SecretProblem", "Pods store-0, store-1 and store-2: Secret aws-credentials has no key access-key.; "+
				"Pod store-1: Keycloak is away. What cannot be used is left as it was."),
		},
		"refused": {
			[]Pod{answered(invalid)},
			not("ConfigurationRefused", "Pod store-0: live.json cannot be read. What cannot be used is left as it was."),
		},
		"both, and one is the user's to mend": {
			[]Pod{answered(invalid, missing)},
			not("SecretProblem", "Pod store-0: live.json cannot be read.; "+
				"Pod store-0: Secret aws-credentials has no key access-key. What cannot be used is left as it was."),
		},
		"a Secret's problem that keeps the pod from starting, told by WorkloadReady": {
			[]Pod{{Pod: withInit(container("config-agent-init", ended(1, "Error", written(t, missing.Reason, "aws-credentials", missing.Message)),
				corev1.ContainerState{}))}},
			not("SecretProblem", "Pod store-0 has no configuration yet, for the reason that WorkloadReady gives."),
		},
		"a refusal that keeps the pod from starting": {
			[]Pod{{Pod: withInit(container("config-agent-init", ended(1, "Error", written(t, invalid.Reason, "", invalid.Message)),
				corev1.ContainerState{}))}},
			not("ConfigurationRefused", "Pod store-0 has no configuration yet, for the reason that WorkloadReady gives."),
		},
		"the operator's own Secret is gone": {
			[]Pod{answered(handover.Problem{
				Reason: handover.ReasonSecretNotFound, Secret: "zot-artifact-store-minimal-session-keys", Message: "It does not exist. Create it.",
			})},
			not("ConfigurationPending", "Pod store-0: Secret zot-artifact-store-minimal-session-keys, "+
				"which holds the keys of session cookies, was gone; the operator makes it anew, and a node takes up to 90 s to deliver it. "+
				"If this stays, there is a Secret of that name that is empty: delete it. What cannot be used is left as it was."),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, assessConfiguration(load(t, "minimal"), Facts{Pods: tc.pods})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAssessAsksAgain(t *testing.T) {
	reachable := withContainers(container("config-agent", running(), corev1.ContainerState{}))
	reachable.Status.PodIP = "10.0.0.9"
	for name, tc := range map[string]struct {
		pods []Pod
		want bool
	}{
		"no pod":                         {nil, false},
		"current":                        {[]Pod{{Pod: reachable, Current: true}}, false},
		"pending":                        {[]Pod{{Pod: reachable}}, true},
		"silent":                         {[]Pod{{Pod: reachable, Unreachable: "no connection"}}, true},
		"no agent yet: the pod tells it": {[]Pod{{Pod: testPod(nil)}}, false},
	} {
		got := Component{}.Assess(load(t, "minimal"), Facts{Pods: tc.pods}, nil).RequeueAfter
		if (got > 0) != tc.want {
			t.Errorf("%s: looks again after %s", name, got)
		}
	}
}

func TestFacts(t *testing.T) {
	const selector = "app=zot-artifact-store,artifacts.zot.io/store=zot-artifact-store-minimal"
	none := Component{}.Assess(load(t, "minimal"), Facts{}, nil).Facts
	// There is no certificate, which is known.
	certificate := &v1alpha1.CertificateStatus{}
	if diff := cmp.Diff(board.Facts{Selector: selector, Certificate: certificate}, none); diff != "" {
		t.Errorf("without StatefulSet: %s", diff)
	}
	workload := statefulSet(1, 1)
	workload.Spec.Template.Spec.Containers = []corev1.Container{{Name: "zot", Image: "ghcr.io/project-zot/zot:v2.1.20"}}
	workload.Status.Replicas = 2
	got := Component{}.Assess(load(t, "minimal"), Facts{Workload: workload}, nil).Facts
	want := board.Facts{Replicas: 2, ReadyReplicas: 1, Selector: selector, Version: "v2.1.20", Certificate: certificate}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with StatefulSet: %s", diff)
	}
}

// What every pod runs with is told only when every pod has said so.
func TestConfigurationFacts(t *testing.T) {
	hashes := v1alpha1.ConfigurationStatus{Boot: "0123456789", Live: "abcdef0123"}
	current := Pod{Pod: testPod(nil), Current: true}
	for name, tc := range map[string]struct {
		pods []Pod
		want *v1alpha1.ConfigurationStatus
	}{
		"no pod":          {nil, nil},
		"not yet":         {[]Pod{{Pod: testPod(nil)}}, nil},
		"a pod too many":  {[]Pod{current, {Pod: testPod(nil)}}, nil},
		"two for one":     {[]Pod{current, current}, nil},
		"all that are to": {[]Pod{current}, &hashes},
	} {
		got := Component{}.Assess(load(t, "minimal"), Facts{Pods: tc.pods, Configuration: hashes}, nil).Facts.Configuration
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestRunningVersion(t *testing.T) {
	const pinned = "sha256:0123456789012345678901234567890123456789012345678901234567890123"
	asked := load(t, "minimal")
	asked.Spec.Image = &v1alpha1.ImageSpec{Repository: "mirror/zot", Tag: "v2.1.18", Digest: pinned}
	for image, want := range map[string]string{
		"ghcr.io/project-zot/zot:v2.1.20":   "v2.1.20",
		"localhost:5000/zot:2.1.20":         "2.1.20",
		"localhost:5000/zot":                "",
		"quay.io/zot-artifact-store:latest": "",
		"zot@sha256:0000":                   "",
		"mirror/zot@" + pinned:              "v2.1.18",
		"other/zot@" + pinned:               "",
		"":                                  "",
	} {
		set := &appsv1.StatefulSet{}
		set.Spec.Template.Spec.Containers = []corev1.Container{{Name: "zot", Image: image}}
		if got := runningVersion(asked, set); got != want {
			t.Errorf("image %q: version %q, want %q", image, got, want)
		}
	}
}

// Nothing wakes a store when the one that has its claim goes.
func TestAnotherStoreHasTheClaim(t *testing.T) {
	got := Component{}.Assess(load(t, "existing-claim"), Facts{Holder: component.Holder{Store: "older"}}, nil)
	if c := got.Conditions[0]; c.Reason != "WaitingForStorage" || !strings.Contains(c.Message, "where store older keeps") {
		t.Errorf("got %+v", c)
	}
	if got.RequeueAfter != component.HolderRetry {
		t.Errorf("looks again after %s", got.RequeueAfter)
	}
}
