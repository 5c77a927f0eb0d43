package workload

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/component"
)

// askWhy is when a StatefulSet that gets no pod is looked at again: neither its events nor somebody else's pod wake anybody.
const askWhy = 10 * time.Second

// eventLimit bounds the answer. Who writes events merges those that are alike and lets through 25 of an object and 12 more an hour, and
// the cluster forgets them after an hour.
const eventLimit = 100

// Refusal is why the cluster makes no pod. The zero value is that nothing tells.
type Refusal struct {
	// Pod is the name of the pod that is not made.
	Pod string
	// Foreign is true when a pod of that name is there that is not the StatefulSet's.
	Foreign bool
	// Words are the API server's.
	Words string
}

// Refusals tells why a StatefulSet without pods has none.
type Refusals interface {
	Latest(ctx context.Context, workload *appsv1.StatefulSet) (Refusal, error)
}

// LiveRefusals asks the API server: what it looks at is not the operator's and so in no cache.
type LiveRefusals struct{ live client.Reader }

// NewLiveRefusals makes refusals that are read with a client that has no cache.
func NewLiveRefusals(live client.Reader) LiveRefusals { return LiveRefusals{live} }

// Latest looks for a pod in the way first, as the StatefulSet's controller makes no event of it.
func (r LiveRefusals) Latest(ctx context.Context, workload *appsv1.StatefulSet) (Refusal, error) {
	out := Refusal{Pod: workload.Name + "-0"}
	// Without its spec, which may hold what is nobody's business.
	pod := &metav1.PartialObjectMetadata{}
	pod.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Pod"))
	err := r.live.Get(ctx, client.ObjectKey{Namespace: workload.Namespace, Name: out.Pod}, pod)
	switch {
	case client.IgnoreNotFound(err) != nil:
		return Refusal{}, fmt.Errorf("read pod %s: %w", out.Pod, err)
	case err == nil && metav1.IsControlledBy(pod, workload):
		return Refusal{}, nil // The cache does not hold it yet.
	case err == nil && pod.DeletionTimestamp == nil:
		out.Foreign = true
		return out, nil
	}
	list := &corev1.EventList{}
	err = r.live.List(ctx, list, client.InNamespace(workload.Namespace),
		client.MatchingFields{"involvedObject.uid": string(workload.UID)}, client.Limit(eventLimit))
	if err != nil {
		return Refusal{}, fmt.Errorf("list the events of StatefulSet %s: %w", workload.Name, err)
	}
	out.Words = refused(list.Items)
	return out, nil
}

// refused gives the words of the newest refusal, none if a pod was made after it: events stay for an hour, and a pod that is just
// being replaced is not refused.
func refused(events []corev1.Event) string {
	const failed, made = "FailedCreate", "SuccessfulCreate"
	events = slices.DeleteFunc(events, func(e corev1.Event) bool { return e.Reason != failed && e.Reason != made })
	if len(events) == 0 {
		return ""
	}
	// They are told to the second. Of the same one what was made counts: a refusal that lasts is soon told again.
	newest := slices.MaxFunc(events, func(a, b corev1.Event) int {
		return cmp.Or(happened(&a).Compare(happened(&b)), cmp.Compare(a.Reason, b.Reason))
	})
	if newest.Reason != failed {
		return ""
	}
	if _, words, found := strings.Cut(newest.Message, " failed error: "); found {
		return words
	}
	return newest.Message
}

// happened is when the event was last the case. There are two generations of them, with the time in other fields.
func happened(e *corev1.Event) time.Time {
	out := e.CreationTimestamp.Time
	times := []time.Time{e.LastTimestamp.Time, e.EventTime.Time}
	if e.Series != nil {
		times = append(times, e.Series.LastObservedTime.Time)
	}
	for _, t := range times {
		if t.After(out) {
			out = t
		}
	}
	return out.Truncate(time.Second)
}

// podless is true for a StatefulSet that should have pods, and has none though its controller has looked at it.
func podless(facts Facts) bool {
	live := facts.Workload
	if live == nil || len(facts.Pods) > 0 || live.Spec.Replicas != nil && *live.Spec.Replicas == 0 {
		return false
	}
	return live.Status.Replicas == 0 && live.Status.ObservedGeneration == live.Generation
}

// why asks for the reason where there is no pod, nil if there is nothing to ask. A store is looked after without the answer, too.
func (c Component) why(ctx context.Context, facts Facts) *Refusal {
	if c.Refusals == nil || !podless(facts) {
		return nil
	}
	out, err := c.Refusals.Latest(ctx, facts.Workload)
	if err != nil {
		log.FromContext(ctx).Info("cannot tell why there is no pod; it is asked again", "error", err.Error())
	}
	return &out
}

// remedies say what to do about the API server's words, by a part of them. The first one that fits is given.
var remedies = []struct{ words, text string }{
	{"exceeded quota", "Raise the ResourceQuota of the namespace, make room in it, or lower spec.resources."},
	{"failed quota", "The ResourceQuota wants every container to have these: set them in spec.resources, or have a LimitRange set them."},
	{"PriorityClass", "Create the PriorityClass, or name another one in spec.scheduling.priorityClassName."},
	{"per Container is", "The namespace's LimitRange does not allow it: change spec.resources or the LimitRange."},
	{"per Pod is", "The namespace's LimitRange does not allow it: change spec.resources or the LimitRange."},
	{"violates PodSecurity", "Change what it names in the spec, or the label pod-security.kubernetes.io/enforce of the namespace."},
	{"security context constraint", "Change what it names in the spec, or allow a SecurityContextConstraint to the pods' ServiceAccount."},
	{"failed calling webhook", "A webhook of the cluster does not answer: mend it, or ask who runs it."},
	{"denied", "A policy of the cluster is in the way: change what it names, or ask who made it."},
}

// diagnoseRefusal says what keeps the cluster from making pods, nil if nothing tells.
func diagnoseRefusal(refusal *Refusal) *trouble {
	switch {
	case refusal == nil:
		return nil
	case refusal.Foreign:
		return &trouble{v1alpha1.ReasonNameConflict, fmt.Sprintf("Pod %s exists in this namespace and does not belong to this store; it "+
			"is left alone, and keeps the store's pod of that name from being made. Delete or rename it.%s", refusal.Pod, again)}
	case refusal.Words == "":
		return nil
	}
	return &trouble{v1alpha1.ReasonPodCreationFailed, fmt.Sprintf("The cluster refuses to make pod %s: %s%s%s",
		refusal.Pod, component.Sentence(refusal.Words), remedy(refusal.Words), again)}
}

// remedy is what to do about the API server's words.
func remedy(words string) string {
	for _, r := range remedies {
		if strings.Contains(words, r.words) {
			return " " + r.text
		}
	}
	return ""
}

// again is about the pauses of the StatefulSet's controller, each twice as long as the one before.
const again = " The cluster tries again by itself: soon at first, every 17 minutes in the end."
