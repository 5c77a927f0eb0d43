package workload

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// world is a cluster as the API server knows it, and the versions that others may still believe in. Every cache only moves forward, and
// no two of them together.
type world struct {
	store component.Store
	sets  []*appsv1.StatefulSet
	// pods by name, each with its ring; ending are those that are being deleted.
	pods []map[string]pod
	// operator and controller have seen that version of the StatefulSet, and of the pods.
	operator, controller struct{ set, pods int }
}

type pod struct {
	ring   string
	ending bool
}

func (w *world) set() *appsv1.StatefulSet { return w.sets[len(w.sets)-1] }

func (w *world) now() map[string]pod { return w.pods[len(w.pods)-1] }

func (w *world) change(to map[string]pod) { w.pods = append(w.pods, to) }

// Rings is what the API server knows, so that the world is a census.
func (w *world) Rings(context.Context, client.ObjectKey) ([]string, error) {
	var out []string
	for _, p := range w.now() {
		out = append(out, p.ring)
	}
	return out, nil
}

// pass is one of the operator's, with what it has seen.
func (w *world) pass(t failer) {
	facts := Facts{ClaimExists: true, Workload: w.sets[w.operator.set]}
	for name, p := range w.pods[w.operator.pods] {
		object := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}}
		if p.ring != "" {
			object.Annotations = map[string]string{labels.Ring: p.ring}
		}
		facts.Pods = append(facts.Pods, Pod{Pod: object})
	}
	component := Component{Census: w}
	var err error
	if facts.Cleared, err = component.cleared(context.Background(), w.store, facts); err != nil {
		t.Fatalf("take the census: %v", err)
	}
	plan, err := component.Plan(w.store, facts)
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	wanted := wantedSet(t, plan)
	next := w.set().DeepCopy()
	next.Annotations, next.Spec.Template.Annotations = wanted.Annotations, wanted.Spec.Template.Annotations
	next.Spec.Replicas = wanted.Spec.Replicas
	if *next.Spec.Replicas != *w.set().Spec.Replicas || !maps.Equal(next.Spec.Template.Annotations, w.set().Spec.Template.Annotations) {
		next.Generation++
	}
	w.sets = append(w.sets, next)
}

// sync is one of the StatefulSet's controller, as Kubernetes' own does it for pods in parallel: what is missing is made, of the revision
// of before where a roll is on its way; what is too much goes, the highest first; else one pod of before is replaced.
func (w *world) sync() {
	set, seen := w.sets[w.controller.set], w.pods[w.controller.pods]
	status, update := set.Status, set.Spec.Template.Annotations[labels.Ring]
	after := maps.Clone(w.now())
	counted := maps.Clone(seen)
	for i := range int(*set.Spec.Replicas) {
		name := names.Pod(set.Name, i)
		if _, there := seen[name]; there {
			continue
		}
		if _, there := after[name]; there {
			return // AlreadyExists, and the next sync knows more.
		}
		of := update
		if i < int(status.CurrentReplicas) {
			of = status.CurrentRevision
		}
		after[name], counted[name] = pod{ring: of}, pod{ring: of}
	}
	surplus, old := "", ""
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if p := seen[name]; p.ending {
			continue
		}
		if name >= names.Pod(set.Name, int(*set.Spec.Replicas)) {
			surplus = name
		} else if seen[name].ring != update {
			old = name
		}
	}
	for _, name := range []string{surplus, old} {
		if p, there := after[name]; there {
			p.ending = true
			after[name] = p
			break
		}
	}
	w.change(after)
	next := w.set().DeepCopy()
	next.Status = appsv1.StatefulSetStatus{ObservedGeneration: set.Generation, CurrentRevision: status.CurrentRevision, UpdateRevision: update}
	for _, p := range counted {
		next.Status.Replicas++
		if p.ring == update {
			next.Status.UpdatedReplicas++
		}
		if p.ring == status.CurrentRevision {
			next.Status.CurrentReplicas++
		}
	}
	if next.Status.UpdatedReplicas == next.Status.Replicas {
		next.Status.CurrentRevision, next.Status.CurrentReplicas = update, next.Status.UpdatedReplicas
	}
	w.sets = append(w.sets, next)
}

func (w *world) end() {
	after := maps.Clone(w.now())
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if after[name].ending {
			delete(after, name)
			break
		}
	}
	w.change(after)
}

type failer interface{ Fatalf(string, ...any) }

// check: no two pods of different rings.
func (w *world) check(t failer) {
	var first string
	for _, name := range slices.Sorted(maps.Keys(w.now())) {
		ring := w.now()[name].ring
		if first == "" {
			first = "ring " + ring
		} else if first != "ring "+ring {
			t.Fatalf("pods of two rings are side by side: %v", w.now())
		}
	}
}

func wantedSet(t failer, plan component.Plan) *appsv1.StatefulSet {
	if len(plan.Then) != 1 {
		t.Fatalf("no StatefulSet is wanted")
	}
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(plan.Then[0])
	if err != nil {
		t.Fatalf("read the intent: %v", err)
	}
	set := &appsv1.StatefulSet{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object, set); err != nil {
		t.Fatalf("read the intent: %v", err)
	}
	return set
}

func newWorld(t failer, replicas int32, store component.Store) *world {
	store.Spec.Replicas = &replicas
	w := &world{store: store}
	plan, err := Component{}.Plan(store, Facts{ClaimExists: true})
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	set := wantedSet(t, plan)
	set.Generation = 1
	set.Status.CurrentRevision = ring(store)
	w.sets, w.pods = []*appsv1.StatefulSet{set}, []map[string]pod{{}}
	return w
}

// settle lets everybody see and do everything until the store is as it should be.
func (w *world) settle(t failer) {
	for range 100 {
		w.operator.set, w.operator.pods = len(w.sets)-1, len(w.pods)-1
		w.pass(t)
		w.check(t)
		w.controller.set, w.controller.pods = len(w.sets)-1, len(w.pods)-1
		w.sync()
		w.check(t)
		w.end()
		w.check(t)
	}
	if len(w.now()) != int(*w.store.Spec.Replicas) {
		t.Fatalf("there are %d pods, and %d are wanted: %v", len(w.now()), *w.store.Spec.Replicas, w.now())
	}
	for name, p := range w.now() {
		if p.ring != ring(w.store) || p.ending {
			t.Fatalf("pod %s is %+v, and its ring should be %q", name, p, ring(w.store))
		}
	}
}

// Whoever is behind, and by how much: pods of two rings never run side by side, and the store gets its pods in the end.
func TestNoTwoRingsSideBySide(t *testing.T) {
	store := load(t, "replicas")
	forward := func(t *rapid.T, name string, at *int, versions int) {
		*at = rapid.IntRange(*at, versions-1).Draw(t, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, rapid.Int32Range(1, 4).Draw(t, "replicas"), store)
		t.Repeat(map[string]func(*rapid.T){
			"another number": func(t *rapid.T) { w.store.Spec.Replicas = new(rapid.Int32Range(1, 4).Draw(t, "replicas")) },
			"the operator":   func(t *rapid.T) { w.pass(t) },
			"it sees": func(t *rapid.T) {
				forward(t, "set", &w.operator.set, len(w.sets))
				forward(t, "pods", &w.operator.pods, len(w.pods))
			},
			"the controller": func(*rapid.T) { w.sync() },
			"it sees, too": func(t *rapid.T) {
				forward(t, "set", &w.controller.set, len(w.sets))
				forward(t, "pods", &w.controller.pods, len(w.pods))
			},
			"a pod ends": func(*rapid.T) { w.end() },
			"":           func(t *rapid.T) { w.check(t) },
		})
		w.settle(t)
	})
}

// A pod that was made just before the StatefulSet was stopped: neither its controller nor the operator has seen it yet.
func TestAPodThatNoCacheHolds(t *testing.T) {
	w := newWorld(t, 2, load(t, "replicas"))
	w.sync()
	w.store.Spec.Replicas = new(int32(3))
	w.pass(t)
	w.controller.set = len(w.sets) - 1
	w.sync()
	w.operator.set = len(w.sets) - 1
	w.pass(t)
	if len(w.now()) != 2 || !isStopped(w.set()) {
		t.Errorf("pods of the new ring are started beside %v", w.now())
	}
	w.settle(t)
}

// The way is taken, and told.
func TestResize(t *testing.T) {
	w := newWorld(t, 3, load(t, "replicas"))
	w.settle(t)
	if said := assessResize(w.store, Facts{Workload: w.set()}); said != nil {
		t.Errorf("a store that is as it should be says %+v", said)
	}
	w.store.Spec.Replicas = new(int32(2))
	before := w.set()
	facts := Facts{Workload: before}
	for name := range w.now() {
		facts.Pods = append(facts.Pods, Pod{Pod: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Name: name, Annotations: map[string]string{labels.Ring: before.Spec.Template.Annotations[labels.Ring]},
		}}})
	}
	for pods, still := range map[int]string{3: "3 of them are still there", 1: "1 of them is still there"} {
		said := assessWorkload(w.store, Facts{Workload: before, Pods: facts.Pods[:pods]}, true)
		if said.Reason != v1alpha1.ReasonResizing || !strings.Contains(said.Message, still) {
			t.Errorf("says %+v", said)
		}
	}
	w.operator.set, w.operator.pods = len(w.sets)-1, len(w.pods)-1
	w.pass(t)
	if after := w.set(); *after.Spec.Replicas != 0 || !isStopped(after) ||
		after.Spec.Template.Annotations[labels.Ring] != ring(w.store) {
		t.Errorf("the StatefulSet is not stopped with the new ring: %+v", after)
	}
	w.settle(t)
	if isStopped(w.set()) {
		t.Error("the StatefulSet is stopped still")
	}
}

// A StatefulSet that is made anew does not start beside what another one has left.
func TestPodsThatAreLeftEndFirst(t *testing.T) {
	store := load(t, "replicas")
	for name, tc := range map[string]struct {
		ring string
		want int32
	}{
		"of this ring": {ring(store), 3},
		"of another":   {"", 0},
	} {
		left := &corev1.Pod{}
		if tc.ring != "" {
			left.Annotations = map[string]string{labels.Ring: tc.ring}
		}
		got := set(t, "", store, Facts{Pods: []Pod{{Pod: left}}})
		if *got.Spec.Replicas != tc.want {
			t.Errorf("%s: %d replicas, want %d", name, *got.Spec.Replicas, tc.want)
		}
	}
}

// Pods that could not find each other are not started, and those of before are not ended for them.
func TestPodsWaitForTheServicesOfMembers(t *testing.T) {
	store := load(t, "replicas")
	missing := []string{"replicas-member-2"}
	running := live(set(t, "", store, Facts{}))
	if set(t, "", store, Facts{Unreachable: missing}) != nil {
		t.Error("pods start before there are their Services")
	}
	if set(t, "", store, Facts{Unreachable: missing, Workload: running}) == nil {
		t.Error("pods that run are left alone, as somebody has deleted a Service")
	}
	single := altered(t, "replicas", func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Replicas = nil })
	before := Facts{Unreachable: missing, Workload: live(set(t, "", single, Facts{ClaimExists: true}))}
	if set(t, "", store, before) != nil {
		t.Error("the pod of before ends before there are the Services of the new ones")
	}
	said := assessWorkload(store, before, true)
	if said.Reason != v1alpha1.ReasonProgressing || !strings.HasPrefix(said.Message, "The pods stay as they are until there are the Services") {
		t.Errorf("says %+v", said)
	}
}

func TestObserveMembers(t *testing.T) {
	store := load(t, "replicas")
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	service := func(ordinal int, owner metav1.Object) *corev1.Service {
		out := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: store.Object.Namespace, Name: names.Member(store.Object.Name, ordinal)}}
		out.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(owner, v1alpha1.GroupVersion.WithKind(v1alpha1.GroupKind.Kind))}
		return out
	}
	another := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "another", UID: "another"}}
	cached := fake.NewClientBuilder().WithScheme(scheme).WithObjects(service(0, store.Object), service(1, another)).Build()
	var facts Facts
	if err := (Component{}).observeMembers(t.Context(), cached, store, &facts); err != nil {
		t.Fatal(err)
	}
	if want := []string{"replicas-member-1", "replicas-member-2"}; !slices.Equal(facts.Unreachable, want) {
		t.Errorf("misses %q, want %q", facts.Unreachable, want)
	}
}

func TestLiveCensus(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	object := func(name, store, ring string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Namespace: "zot-system", Name: name, Labels: labels.Selector(store), Annotations: map[string]string{labels.Ring: ring},
		}}
	}
	api := fake.NewClientBuilder().WithScheme(scheme).WithObjects(
		object("store-0", "store", "3-a"), object("store-1", "store", ""), object("other-0", "other", "9-b")).Build()
	got, err := NewLiveCensus(api).Rings(t.Context(), client.ObjectKey{Namespace: "zot-system", Name: "store"})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Sort(got); !slices.Equal(got, []string{"", "3-a"}) {
		t.Errorf("got %q", got)
	}
}

// noCensus stands for an API server that is away.
type noCensus struct{}

func (noCensus) Rings(context.Context, client.ObjectKey) ([]string, error) {
	return nil, errors.New("no connection")
}

func TestWithoutACensusNothingStarts(t *testing.T) {
	w := newWorld(t, 3, load(t, "replicas"))
	w.store.Spec.Replicas = new(int32(2))
	w.pass(t)
	w.controller.set = len(w.sets) - 1
	w.sync()
	facts := Facts{Workload: w.set()}
	if cleared, err := (Component{Census: noCensus{}}).cleared(t.Context(), w.store, facts); err == nil || cleared {
		t.Error(fmt.Sprint("takes silence for an answer: ", cleared, err))
	}
}
