package workload

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	appsac "k8s.io/client-go/applyconfigurations/apps/v1"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
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
		"sign-in that nothing provides: what runs stays as it is": {"rbac-held", Facts{ClaimExists: true}, nil},
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
}

// What an operator upgrade leaves alone must be the same to the byte, or the StatefulSet would be written.
func TestOperatorUpgradeChangesNoIntent(t *testing.T) {
	fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
		store := component.Store{Object: c.Store, Spec: c.Spec}
		facts := Facts{ClaimExists: true, Capabilities: c.Cluster}
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

func TestZotImage(t *testing.T) {
	upgraded := defaults.Operator{ZotImage: defaults.ImageRef{Repository: "ghcr.io/project-zot/zot", Tag: "v2.2.0"}}
	running := &appsv1.StatefulSet{}
	running.Spec.Template.Spec.Containers = []corev1.Container{
		{Name: "istio-proxy", Image: "proxy:v1"}, {Name: "zot", Image: "ghcr.io/project-zot/zot:v2.1.20"},
	}
	for name, tc := range map[string]struct {
		asked *v1alpha1.ImageSpec
		live  *appsv1.StatefulSet
		want  string
	}{
		"new store without image":                 {nil, nil, "ghcr.io/project-zot/zot:v2.2.0"},
		"running store without image keeps it":    {nil, running, "ghcr.io/project-zot/zot:v2.1.20"},
		"running store with a pull policy only":   {&v1alpha1.ImageSpec{PullPolicy: "Always"}, running, "ghcr.io/project-zot/zot:v2.1.20"},
		"running store of another tag":            {&v1alpha1.ImageSpec{Tag: "v2.1.21"}, running, "ghcr.io/project-zot/zot:v2.1.21"},
		"running store of another repository":     {&v1alpha1.ImageSpec{Repository: "mirror/zot"}, running, "mirror/zot:v2.2.0"},
		"StatefulSet that has lost its container": {nil, &appsv1.StatefulSet{}, "ghcr.io/project-zot/zot:v2.2.0"},
	} {
		t.Run(name, func(t *testing.T) {
			object := &v1alpha1.ZotArtifactStore{Spec: v1alpha1.ZotArtifactStoreSpec{Image: tc.asked}}
			store := component.Store{Object: object, Spec: defaults.Effective(object.Spec, upgraded)}
			if got := zotImage(store, tc.live); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
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
