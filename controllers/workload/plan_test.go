package workload

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	appsac "k8s.io/client-go/applyconfigurations/apps/v1"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func load(t testing.TB, name string) component.Store {
	t.Helper()
	c := fixtures.Load(t, name)
	return component.Store{Object: c.Store, Spec: c.Spec}
}

// set gives the StatefulSet that a component of that agent's image wants, nil if it wants none.
func set(t testing.TB, agent string, store component.Store, facts Facts) *appsac.StatefulSetApplyConfiguration {
	t.Helper()
	plan, err := Component{AgentImage: agent}.Plan(store, facts)
	if err != nil {
		t.Fatal(err)
	}
	for _, intent := range plan.All() {
		if out, ok := intent.(*appsac.StatefulSetApplyConfiguration); ok {
			return out
		}
	}
	return nil
}

// images of a StatefulSet's containers, by container.
func images(set *appsac.StatefulSetApplyConfiguration) map[string]string {
	out := map[string]string{}
	for _, c := range append(slices.Clone(set.Spec.Template.Spec.InitContainers), set.Spec.Template.Spec.Containers...) {
		out[*c.Name] = *c.Image
	}
	return out
}

// live is a StatefulSet as the cluster has it, of the parts that the plan reads.
func live(of *appsac.StatefulSetApplyConfiguration) *appsv1.StatefulSet {
	out := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Generation: 1, Annotations: of.Annotations}}
	out.Status = appsv1.StatefulSetStatus{ObservedGeneration: 1, CurrentRevision: "store-1", UpdateRevision: "store-1"}
	out.Spec.Template.Annotations = of.Spec.Template.Annotations
	for _, c := range of.Spec.Template.Spec.Containers {
		out.Spec.Template.Spec.Containers = append(out.Spec.Template.Spec.Containers, corev1.Container{Name: *c.Name, Image: *c.Image})
	}
	return out
}

func kinds(plan component.Plan) []string {
	var out []string
	for _, intent := range plan.All() {
		name := reflect.TypeOf(intent).Elem().Name()
		out = append(out, strings.TrimSuffix(name, "ApplyConfiguration"))
	}
	return out
}

func TestPlanOrder(t *testing.T) {
	pdb := capabilities.Capabilities{PodDisruptionBudget: true}
	for name, tc := range map[string]struct {
		store string
		facts Facts
		want  []string
	}{
		"all": {
			"minimal",
			Facts{Capabilities: pdb, ClaimExists: true},
			[]string{"ServiceAccount", "ConfigMap", "ConfigMap", "PodDisruptionBudget", "StatefulSet"},
		},
		"no claim yet": {
			"minimal",
			Facts{Capabilities: pdb},
			[]string{"ServiceAccount", "ConfigMap", "ConfigMap", "PodDisruptionBudget"},
		},
		"no budgets here": {
			"minimal",
			Facts{ClaimExists: true},
			[]string{"ServiceAccount", "ConfigMap", "ConfigMap", "StatefulSet"},
		},
		"a claim of the user's, or none, is not waited for": {
			"existing-claim",
			Facts{},
			[]string{"ServiceAccount", "ConfigMap", "ConfigMap", "StatefulSet"},
		},
		"another store has the claim: no second zot on it": {
			"existing-claim",
			Facts{ClaimExists: true, Holder: component.Holder{Store: "older"}},
			[]string{"ServiceAccount", "ConfigMap", "ConfigMap"},
		},
		"sign-in with Keycloak": {
			"keycloak",
			Facts{ClaimExists: true},
			[]string{"ServiceAccount", "ConfigMap", "ConfigMap", "StatefulSet"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := Component{}.Plan(load(t, tc.store), tc.facts)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, kinds(plan)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPlanOfASpecThatCannotBeRendered(t *testing.T) {
	store := load(t, "minimal")
	store.Spec.Storage.Type = "tape"
	_, err := Component{}.Plan(store, Facts{})
	if err == nil || !strings.Contains(err.Error(), `spec.storage.type "tape" is unknown`) {
		t.Errorf("got %v", err)
	}
}

// An upgrade of the operator brings another agent. Stores get it when they roll anyway, and not before.
func TestAgentImageIsSticky(t *testing.T) {
	const old, now = "operator:v1", "operator:v2"
	store := load(t, "minimal")
	facts := Facts{ClaimExists: true}
	facts.Workload = live(set(t, old, store, facts))
	want := map[string]string{"zot": "ghcr.io/project-zot/zot:v2.1.20", "config-agent": old, "config-agent-init": old}
	if diff := cmp.Diff(want, images(set(t, now, store, facts))); diff != "" {
		t.Errorf("an operator upgrade: %s", diff)
	}

	rolls := load(t, "minimal")
	rolls.Spec.Log.Level = "debug"
	want["config-agent"], want["config-agent-init"] = now, now
	if diff := cmp.Diff(want, images(set(t, now, rolls, facts))); diff != "" {
		t.Errorf("an operator upgrade and a change that rolls: %s", diff)
	}

	for i := range facts.Workload.Spec.Template.Spec.Containers {
		if container := &facts.Workload.Spec.Template.Spec.Containers[i]; container.Name == "config-agent" {
			container.Image = "example.com/somebody-elses:v1"
		}
	}
	if diff := cmp.Diff(want, images(set(t, now, store, facts))); diff != "" {
		t.Errorf("somebody else has put another image there: %s", diff)
	}
}

// What an operator upgrade leaves alone must be the same to the byte, or the StatefulSet would be written.
func TestOperatorUpgradeChangesNoIntent(t *testing.T) {
	fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
		store := component.Store{Object: c.Store, Spec: c.Spec}
		facts := Facts{ClaimExists: true, Capabilities: c.Cluster, Issued: true}
		before := set(t, "operator:v1", store, facts)
		if before == nil {
			t.Skip("no zot is started")
		}
		facts.Workload = live(before)
		if diff := cmp.Diff(before, set(t, "operator:v2", store, facts)); diff != "" {
			t.Error(diff)
		}
	})
}

// The user that owns the files of a store must never change, whatever the cluster turns into and whatever somebody does to the
// StatefulSet.
func TestPodUserStays(t *testing.T) {
	ids := func(change func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
		out := &appsv1.StatefulSet{}
		user := int64(1000)
		out.Spec.Template.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: &user, RunAsGroup: &user, FSGroup: &user}
		change(out)
		return out
	}
	none := func(s *appsv1.StatefulSet) { s.Spec.Template.Spec.SecurityContext = &corev1.PodSecurityContext{} }
	noted := func(s *appsv1.StatefulSet) {
		s.Annotations = map[string]string{"artifacts.zot.io/pod-user": "assigned"}
	}
	for name, tc := range map[string]struct {
		live     *appsv1.StatefulSet
		platform bool
		want     bool
	}{
		"new":               {nil, false, false},
		"new, and assigned": {nil, true, true},
		"fixed, and the platform begins to assign": {ids(func(*appsv1.StatefulSet) {}), true, false},
		"assigned, and the platform ends it":       {ids(func(s *appsv1.StatefulSet) { none(s); noted(s) }), false, true},
		"assigned by an operator that noted none":  {ids(none), true, true},
		"somebody takes the IDs away":              {ids(none), false, false},
		"somebody takes all of it away":            {ids(func(s *appsv1.StatefulSet) { s.Spec.Template.Spec.SecurityContext = nil }), false, false},
		"somebody takes the volume's group away":   {ids(func(s *appsv1.StatefulSet) { s.Spec.Template.Spec.SecurityContext.FSGroup = nil }), false, false},
		"somebody fixes the IDs":                   {ids(noted), true, true},
	} {
		if got := userAssigned(tc.live, tc.platform); got != tc.want {
			t.Errorf("%s: assigned %v, want %v", name, got, tc.want)
		}
	}
}

func TestPodUserIsNoted(t *testing.T) {
	for assigned, want := range map[bool]string{true: "assigned", false: ""} {
		facts := Facts{ClaimExists: true, Capabilities: capabilities.Capabilities{AssignedUID: assigned}}
		if got := set(t, "agent", load(t, "minimal"), facts).Annotations["artifacts.zot.io/pod-user"]; got != want {
			t.Errorf("assigned %v: noted %q", assigned, got)
		}
	}
}

// What is chosen for a new store stays. One is made when it is known, and those that are there are looked after as ever.
func TestPodUserIsWaitedFor(t *testing.T) {
	store := load(t, "minimal")
	made := live(set(t, "agent", store, Facts{ClaimExists: true}))
	assigned := live(set(t, "agent", store, Facts{ClaimExists: true, Capabilities: capabilities.Capabilities{AssignedUID: true}}))
	taken := made.DeepCopy()
	made.Spec.Template.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: new(int64(1000)), FSGroup: new(int64(1000))}
	const until = " until the cluster says whether it assigns the users of pods: it has announced OpenShift's security context constraints " +
		"and does not serve them yet. If that lasts, `kubectl get apiservice v1.security.openshift.io` says why."
	for name, tc := range map[string]struct {
		live    *appsv1.StatefulSet
		waits   bool
		message string
	}{
		"new":                   {nil, true, "No pod is started" + until},
		"fixed":                 {made, false, "0 of 1 pods are ready."},
		"assigned":              {assigned, false, "0 of 1 pods are ready."},
		"somebody took it away": {taken, true, "The pods stay as they are" + until},
	} {
		facts := Facts{ClaimExists: true, ConstraintsAgain: 4 * time.Second, Workload: tc.live}
		plan, err := Component{}.Plan(store, facts)
		if err != nil || len(plan.Then) == 0 != tc.waits || len(plan.Apply) == 0 {
			t.Errorf("%s: %v, %v", name, kinds(plan), err)
		}
		got := Component{}.Assess(store, facts, nil)
		if message := got.Conditions[0].Message; !strings.HasPrefix(message, tc.message) || got.Conditions[0].Status != metav1.ConditionFalse {
			t.Errorf("%s: %s", name, message)
		}
		if asks := got.RequeueAfter == 4*time.Second; asks != tc.waits {
			t.Errorf("%s: looks again after %s", name, got.RequeueAfter)
		}
	}
}

func TestSessionKeys(t *testing.T) {
	mounting := &appsv1.StatefulSet{}
	mounting.Spec.Template.Spec.Volumes = []corev1.Volume{{
		Name: "secret-0", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "htpasswd-session-keys"}},
	}}
	gone := handover.Problem{Reason: handover.ReasonSecretNotFound, Secret: "htpasswd-session-keys", Message: "It does not exist."}
	lacking, users := gone, gone
	lacking.Reason, users.Secret = handover.ReasonSecretKeyMissing, "registry-users"
	first := Pod{Pod: withInit(container("config-agent-init",
		ended(1, "Error", written(t, gone.Reason, gone.Secret, gone.Message)), corev1.ContainerState{}))}
	type outcome struct{ Made, Missing bool }
	for name, tc := range map[string]struct {
		store string
		facts Facts
		want  outcome
	}{
		"new":                               {"htpasswd", Facts{ClaimExists: true}, outcome{true, false}},
		"new, and waits for its claim":      {"htpasswd", Facts{}, outcome{}},
		"nobody can sign in":                {"minimal", Facts{ClaimExists: true}, outcome{}},
		"sign-in comes later":               {"htpasswd", Facts{ClaimExists: true, Workload: &appsv1.StatefulSet{}}, outcome{true, false}},
		"runs":                              {"htpasswd", Facts{ClaimExists: true, Workload: mounting}, outcome{}},
		"an agent misses it":                {"htpasswd", Facts{ClaimExists: true, Workload: mounting, Pods: []Pod{answered(gone)}}, outcome{true, true}},
		"an agent misses it from the start": {"htpasswd", Facts{ClaimExists: true, Workload: mounting, Pods: []Pod{first}}, outcome{true, true}},
		"an agent misses something else":    {"htpasswd", Facts{ClaimExists: true, Workload: mounting, Pods: []Pod{answered(users)}}, outcome{}},
		"somebody's own, without a key":     {"htpasswd", Facts{ClaimExists: true, Workload: mounting, Pods: []Pod{answered(lacking)}}, outcome{}},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := Component{}.Plan(load(t, tc.store), tc.facts)
			if err != nil {
				t.Fatal(err)
			}
			got := outcome{Made: len(plan.Once) > 0}
			for _, once := range plan.Once {
				got.Missing = once.Missing
				if diff := cmp.Diff(map[string]int{"hash-key": 64, "encrypt-key": 32}, once.Random); diff != "" {
					t.Error(diff)
				}
			}
			if got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

const (
	wantedHash = "aaaaaaaaaa"
	liveHash   = "bbbbbbbbbb"
	podHash    = "cccccccccc"
	oldHash    = "dddddddddd"
)

func annotated(hash string) map[string]string { return map[string]string{labels.ConfigHash: hash} }

func pair(store, hash string) []string {
	return []string{store + "-boot-" + hash, store + "-live-" + hash}
}

func settled() *appsv1.StatefulSet {
	out := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Generation: 4}}
	out.Spec.Template.Annotations = annotated(liveHash)
	out.Status = appsv1.StatefulSetStatus{ObservedGeneration: 4, CurrentRevision: "store-1", UpdateRevision: "store-1"}
	return out
}

func TestUnused(t *testing.T) {
	everything := slices.Concat(pair("store", wantedHash), pair("store", liveHash), pair("store", podHash), pair("store", oldHash))
	pod := Pod{Pod: testPod(func(pod *corev1.Pod) { pod.Annotations = annotated(podHash) })}
	for name, tc := range map[string]struct {
		maps []string
		live func() *appsv1.StatefulSet
		pods []Pod
		want []string
	}{
		"what a pod, the template or the spec names stays": {everything, settled, []Pod{pod}, pair("store", oldHash)},
		"the pod is gone": {everything, settled, nil, append(pair("store", podHash), pair("store", oldHash)...)},
		"a roll is on its way": {everything, func() *appsv1.StatefulSet {
			out := settled()
			out.Status.UpdateRevision = "store-2"
			return out
		}, []Pod{pod}, nil},
		"a roll is about to begin": {everything, func() *appsv1.StatefulSet {
			out := settled()
			out.Generation = 5
			return out
		}, []Pod{pod}, nil},
		"no StatefulSet": {everything, nil, nil, slices.Concat(pair("store", liveHash), pair("store", podHash), pair("store", oldHash))},
		"names that only look alike": {
			[]string{"store-other-" + oldHash, "boot-" + oldHash, "another-store-live-" + oldHash, "plain"}, settled, nil, nil,
		},
		"none": {nil, settled, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			facts := Facts{ConfigMaps: tc.maps, Pods: tc.pods}
			if tc.live != nil {
				facts.Workload = tc.live()
			}
			var got []string
			for _, ref := range unused(resources.Input{Name: "store", Namespace: "zot-system"}, wantedHash, facts) {
				got = append(got, ref.Name)
				if ref.Kind != "ConfigMap" || ref.Namespace != "zot-system" {
					t.Errorf("deletes %s in %s", ref, ref.Namespace)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A config map that is deleted while a pod needs it is a pod that never starts again.
func TestUnusedKeepsWhatIsNamed(t *testing.T) {
	hash := rapid.SampledFrom([]string{wantedHash, liveHash, podHash, oldHash})
	rapid.Check(t, func(t *rapid.T) {
		facts := Facts{}
		named := []string{hash.Draw(t, "wanted")}
		wanted := named[0]
		for _, h := range rapid.SliceOf(hash).Draw(t, "pods") {
			named = append(named, h)
			facts.Pods = append(facts.Pods, Pod{Pod: testPod(func(pod *corev1.Pod) { pod.Annotations = annotated(h) })})
		}
		if rapid.Bool().Draw(t, "has StatefulSet") {
			h := hash.Draw(t, "live")
			named = append(named, h)
			facts.Workload = &appsv1.StatefulSet{}
			facts.Workload.Spec.Template.Annotations = annotated(h)
			facts.Workload.Status.UpdateRevision = rapid.SampledFrom([]string{"", "store-2"}).Draw(t, "revision")
		}
		for _, h := range rapid.SliceOf(hash).Draw(t, "config maps") {
			facts.ConfigMaps = append(facts.ConfigMaps, pair("store", h)...)
		}
		for _, ref := range unused(resources.Input{Name: "store"}, wanted, facts) {
			if slices.ContainsFunc(named, func(h string) bool { return strings.HasSuffix(ref.Name, h) }) {
				t.Fatalf("deletes %s, which is named by one of %v", ref.Name, named)
			}
		}
	})
}
