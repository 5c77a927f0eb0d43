package workload

import (
	"context"
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
)

// Another number of pods is another ring: each repository may have another owner, and two owners of one repository overwrite each
// other's tags. So the way from one ring to another leads through no pod at all. The StatefulSet gets the template of the new ring and
// no replica, in one write, and is marked as stopped; it gets its replicas when its controller has seen that, and the API server knows
// of no pod of another ring. All that there is to remember is in the StatefulSet: whoever takes over goes on from there.

// Census tells which pods of a store there are, by the annotation with their ring.
type Census interface {
	Rings(ctx context.Context, store client.ObjectKey) ([]string, error)
}

// LiveCensus asks the API server: a pod that was made just before its StatefulSet was stopped may not have reached the cache.
type LiveCensus struct{ live client.Reader }

// NewLiveCensus makes a census that is taken with a client that has no cache.
func NewLiveCensus(live client.Reader) LiveCensus { return LiveCensus{live} }

// Rings implements Census.
func (c LiveCensus) Rings(ctx context.Context, store client.ObjectKey) ([]string, error) {
	// Without their specs, which may hold what is nobody's business.
	pods := &metav1.PartialObjectMetadataList{}
	pods.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("PodList"))
	err := c.live.List(ctx, pods, client.InNamespace(store.Namespace), client.MatchingLabels(labels.Selector(store.Name)))
	if err != nil {
		return nil, fmt.Errorf("list the pods: %w", err)
	}
	var out []string
	for i := range pods.Items {
		out = append(out, pods.Items[i].Annotations[labels.Ring])
	}
	return out, nil
}

// observeMembers looks at what several pods need beside all that one does.
func (c Component) observeMembers(ctx context.Context, cached client.Reader, store component.Store, facts *Facts) error {
	for _, ordinal := range resources.Members(store.Input(Name)) {
		key := client.ObjectKey{Namespace: store.Object.Namespace, Name: names.Member(store.Object.Name, ordinal)}
		service, err := component.Read(ctx, cached, key, &corev1.Service{})
		if err != nil {
			return err
		}
		if service == nil || !metav1.IsControlledBy(service, store.Object) {
			facts.Unreachable = append(facts.Unreachable, key.Name)
		}
	}
	var err error
	facts.Cleared, err = c.cleared(ctx, store, *facts)
	return err
}

// cleared is true when a StatefulSet that is stopped has no pod of another ring, and gets none. Its controller must say so first: before
// that it may still make one.
func (c Component) cleared(ctx context.Context, store component.Store, facts Facts) (bool, error) {
	live, ring := facts.Workload, ring(store)
	if live == nil || !isStopped(live) || !settledAtNone(live) || otherRing(facts.Pods, ring) {
		return false, nil
	}
	if c.Census == nil {
		return true, nil
	}
	rings, err := c.Census.Rings(ctx, client.ObjectKeyFromObject(store.Object))
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(rings, func(of string) bool { return of != ring }), nil
}

func isStopped(live *appsv1.StatefulSet) bool {
	_, marked := live.Annotations[labels.Stopped]
	return marked
}

// settledAtNone is true once the StatefulSet's controller has seen that there are to be no pods, and counts none: it makes no pod of the
// template of before any more.
func settledAtNone(live *appsv1.StatefulSet) bool {
	status := live.Status
	return status.ObservedGeneration == live.Generation && status.Replicas == 0 && status.CurrentReplicas == 0
}

// ring is that of the pods which the spec asks for.
func ring(store component.Store) string { return zotconfig.Ring(identity(store), store.Spec) }

func otherRing(pods []Pod, ring string) bool {
	return slices.ContainsFunc(pods, func(pod Pod) bool { return pod.Annotations[labels.Ring] != ring })
}

// stopped is true while no pod of the ring that the spec asks for may run.
func stopped(store component.Store, facts Facts) bool {
	live, ring := facts.Workload, ring(store)
	switch {
	case otherRing(facts.Pods, ring):
		return true
	case live == nil:
		return false
	case live.Spec.Template.Annotations[labels.Ring] != ring:
		return true
	default:
		return isStopped(live) && !facts.Cleared
	}
}

// waitsForMembers is true while pods of the ring could not start, as they would not find each other. Pods of before run until then.
func waitsForMembers(store component.Store, facts Facts) bool {
	if len(facts.Unreachable) == 0 {
		return false
	}
	live := facts.Workload
	return live == nil || isStopped(live) || live.Spec.Template.Annotations[labels.Ring] != ring(store)
}

// assessResize tells of the way from one number of pods to another, nil if the store is not on it.
func assessResize(store component.Store, facts Facts) *board.Condition {
	if facts.Workload == nil || !stopped(store, facts) {
		return nil
	}
	still := fmt.Sprintf("%d of them are still there.", len(facts.Pods))
	switch len(facts.Pods) {
	case 0:
		still = "They have ended."
	case 1:
		still = "1 of them is still there."
	}
	out := board.False(v1alpha1.ConditionWorkloadReady, v1alpha1.ReasonResizing, fmt.Sprintf(
		"The store is to have another number of pods, %d. All of before end first, as pods of two numbers side by side would lose tags; "+
			"nobody is served meanwhile. %s", *store.Spec.Replicas, still))
	return &out
}
