package workload

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
)

// noPods is a StatefulSet that its controller has looked at, without a pod.
func noPods() *appsv1.StatefulSet {
	out := statefulSet(0, 0)
	out.Name, out.Namespace, out.UID, out.Status.Replicas = "store", "zot-system", "set-1", 0
	return out
}

// event of that StatefulSet, so many seconds after noon.
func event(name, reason, message string, second int, changes ...func(*corev1.Event)) *corev1.Event {
	out := &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Name: name, Namespace: "zot-system"},
		InvolvedObject: corev1.ObjectReference{UID: "set-1"}, Reason: reason, Message: message,
		LastTimestamp: metav1.Date(2025, 1, 1, 12, 0, second, 0, time.UTC),
	}
	for _, change := range changes {
		change(out)
	}
	return out
}

func inTheWay(changes ...func(*corev1.Pod)) *corev1.Pod {
	out := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "store-0", Namespace: "zot-system", UID: "pod-9"}}
	for _, change := range changes {
		change(out)
	}
	return out
}

// answering is a client of those objects that knows the field of events which is asked for.
func answering(failure error, objects ...client.Object) client.Reader {
	field := func(object client.Object) []string {
		return []string{string(object.(*corev1.Event).InvolvedObject.UID)}
	}
	return fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(objects...).
		WithIndex(&corev1.Event{}, "involvedObject.uid", field).
		WithInterceptorFuncs(interceptor.Funcs{
			List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
				if failure != nil {
					return failure
				}
				return c.List(ctx, list, options...)
			},
		}).Build()
}

func TestLiveRefusals(t *testing.T) {
	quota := `pods "store-0" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0`
	told := "create Pod store-0 in StatefulSet store failed error: " + quota
	older := event("a", "FailedCreate", "create Pod store-0 in StatefulSet store failed error: older", 1)
	newer := event("b", "FailedCreate", told, 2)
	later := func(e *corev1.Event) {
		e.LastTimestamp, e.EventTime = metav1.Time{}, metav1.MicroTime{Time: newer.LastTimestamp.Add(-time.Hour)}
		e.Series = &corev1.EventSeries{LastObservedTime: metav1.MicroTime{Time: newer.LastTimestamp.Add(time.Minute)}}
	}
	refusal := Refusal{Pod: "store-0", Words: quota}
	for name, tc := range map[string]struct {
		objects []client.Object
		want    Refusal
	}{
		"nothing":             {nil, Refusal{Pod: "store-0"}},
		"the newest":          {[]client.Object{older, newer}, refusal},
		"not the first event": {[]client.Object{newer, event("c", "FailedCreate", "older", 1)}, refusal},
		"of the newer kind":   {[]client.Object{newer, event("c", "FailedCreate", "newest", 0, later)}, Refusal{Pod: "store-0", Words: "newest"}},
		"other events":        {[]client.Object{newer, event("c", "PolicyViolation", "a policy engine's report", 9)}, refusal},
		"made since":          {[]client.Object{newer, event("c", "SuccessfulCreate", "made", 3)}, Refusal{Pod: "store-0"}},
		"made in that second": {[]client.Object{newer, event("c", "SuccessfulCreate", "made", 2)}, Refusal{Pod: "store-0"}},
		"made before":         {[]client.Object{newer, event("c", "SuccessfulCreate", "made", 1)}, refusal},
		"another set's": {
			[]client.Object{event("c", "FailedCreate", told, 1, func(e *corev1.Event) { e.InvolvedObject.UID = "set-0" })},
			Refusal{Pod: "store-0"},
		},
		"a pod in the way": {[]client.Object{inTheWay(), newer}, Refusal{Pod: "store-0", Foreign: true}},
		"a pod in the way that leaves": {[]client.Object{newer, inTheWay(func(p *corev1.Pod) {
			p.Finalizers, p.DeletionTimestamp = []string{"example.com/hold"}, new(metav1.Now())
		})}, refusal},
		"a pod that is new": {[]client.Object{newer, inTheWay(func(p *corev1.Pod) {
			p.OwnerReferences = []metav1.OwnerReference{{UID: "set-1", Controller: new(true)}}
		})}, Refusal{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := NewLiveRefusals(answering(nil, tc.objects...)).Latest(t.Context(), noPods())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLiveRefusalsThatAreNotTold(t *testing.T) {
	failure := errors.New("no permission")
	_, err := NewLiveRefusals(answering(failure)).Latest(t.Context(), noPods())
	if !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
}

// counting is how often it is asked, and gives the same answer each time.
type counting struct {
	asked  int
	answer Refusal
	err    error
}

func (c *counting) Latest(context.Context, *appsv1.StatefulSet) (Refusal, error) {
	c.asked++
	return c.answer, c.err
}

// The question is a request to the API server: no store that is well may cost it.
func TestWhyIsAskedOnlyWithoutPods(t *testing.T) {
	changed := func(change func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
		out := noPods()
		change(out)
		return out
	}
	for name, tc := range map[string]struct {
		facts Facts
		want  int
	}{
		"no pod":           {Facts{Workload: noPods()}, 1},
		"no StatefulSet":   {Facts{}, 0},
		"a pod":            {Facts{Workload: noPods(), Pods: []Pod{{Pod: testPod(nil)}}}, 0},
		"a pod to be seen": {Facts{Workload: changed(func(s *appsv1.StatefulSet) { s.Status.Replicas = 1 })}, 0},
		"not looked at":    {Facts{Workload: changed(func(s *appsv1.StatefulSet) { s.Generation = 3 })}, 0},
		"none wanted":      {Facts{Workload: changed(func(s *appsv1.StatefulSet) { s.Spec.Replicas = new(int32) })}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			refusals := &counting{answer: Refusal{Pod: "store-0", Words: "no"}}
			got := Component{Refusals: refusals}.why(t.Context(), tc.facts)
			if refusals.asked != tc.want || (got != nil) != (tc.want > 0) {
				t.Errorf("asked %d times and got %v, want %d", refusals.asked, got, tc.want)
			}
		})
	}
}

// Without an answer the store is looked after all the same, and it is asked again.
func TestWhyWithoutAnAnswer(t *testing.T) {
	facts := Facts{Workload: noPods()}
	facts.Refusal = Component{Refusals: &counting{err: errors.New("no permission")}}.why(t.Context(), facts)
	verdict := Component{}.Assess(load(t, "minimal"), facts, apply.Report{})
	if verdict.RequeueAfter != 10*time.Second || verdict.Conditions[0].Reason != "PodsNotReady" {
		t.Errorf("got %+v", verdict)
	}
	if verdict := (Component{}).Assess(load(t, "minimal"), Facts{Workload: statefulSet(1, 1)}, apply.Report{}); verdict.RequeueAfter != 0 {
		t.Errorf("a store with pods is looked at again after %s", verdict.RequeueAfter)
	}
}

func TestDiagnoseRefusal(t *testing.T) {
	refused := func(words, remedy string) board.Condition {
		return board.False("WorkloadReady", "PodCreationFailed", "The cluster refuses to make pod store-0: "+words+"."+remedy+
			" The cluster tries again by itself: soon at first, every 17 minutes in the end.")
	}
	for name, tc := range map[string]struct {
		refusal Refusal
		written bool
		want    board.Condition
	}{
		"quota": {
			Refusal{Pod: "store-0", Words: `pods "store-0" is forbidden: exceeded quota: none, used: pods=0, limited: pods=0`},
			true,
			refused(`pods "store-0" is forbidden: exceeded quota: none, used: pods=0, limited: pods=0`,
				" Raise the ResourceQuota of the namespace, make room in it, or lower spec.resources."),
		},
		"PriorityClass": {
			Refusal{Pod: "store-0", Words: `pods "store-0" is forbidden: no PriorityClass with name high was found`},
			true,
			refused(`pods "store-0" is forbidden: no PriorityClass with name high was found`,
				" Create the PriorityClass, or name another one in spec.scheduling.priorityClassName."),
		},
		"policy": {
			Refusal{Pod: "store-0", Words: `admission webhook "x" denied the request: no latest.`},
			true,
			refused(`admission webhook "x" denied the request: no latest`, " A policy of the cluster is in the way: change what it names, or ask who made it."),
		},
		"something else": {Refusal{Pod: "store-0", Words: "the server is on fire"}, true, refused("the server is on fire", "")},
		"a pod in the way": {
			Refusal{Pod: "store-0", Foreign: true},
			true,
			board.False("WorkloadReady", "NameConflict", "Pod store-0 exists in this namespace and does not belong to this store; it is left "+
				"alone, and keeps the store's pod of that name from being made. Delete or rename it. The cluster tries again by itself: soon at "+
				"first, every 17 minutes in the end."),
		},
		"what was before this pass wrote": {
			Refusal{Pod: "store-0", Words: "no"},
			false,
			assessWorkload(load(t, "minimal"), Facts{Workload: noPods()}, false),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := assessWorkload(load(t, "minimal"), Facts{Workload: noPods(), Refusal: &tc.refusal}, tc.written)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
