package envtest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/labels"
)

// watchdog sees every state of every store of the whole suite, and every change of their objects.
type watchdog struct {
	mutex  sync.Mutex
	last   map[types.UID]*v1alpha1.ZotArtifactStore
	ready  map[types.UID]time.Time
	causes map[types.NamespacedName][]time.Time
	blinks []blink
	broken []string
	states int
}

// blink is that a store's Ready left True, with no change of its spec.
type blink struct {
	store          types.NamespacedName
	became, left   time.Time
	reason, detail string
}

var dog *watchdog

// causeKinds are those whose changes can be a reason for a store to be no longer Ready.
var causeKinds = []schema.GroupVersionKind{
	corev1.SchemeGroupVersion.WithKind("Pod"), corev1.SchemeGroupVersion.WithKind("PersistentVolumeClaim"),
	corev1.SchemeGroupVersion.WithKind("Service"), corev1.SchemeGroupVersion.WithKind("ConfigMap"),
	corev1.SchemeGroupVersion.WithKind("ServiceAccount"), appsv1.SchemeGroupVersion.WithKind("StatefulSet"),
	networkingv1.SchemeGroupVersion.WithKind("Ingress"),
}

// unwatched is true for a store with an object of a kind whose API comes and goes while the suite runs, so that nobody can watch it
// all the time.
func unwatched(store *v1alpha1.ZotArtifactStore) bool {
	networking := store.Spec.Networking
	return networking != nil && (networking.Route != nil || networking.HTTPRoute != nil)
}

// startWatchdog watches until the suite ends.
func startWatchdog() {
	GinkgoHelper()
	dog = &watchdog{
		last: map[types.UID]*v1alpha1.ZotArtifactStore{}, ready: map[types.UID]time.Time{}, causes: map[types.NamespacedName][]time.Time{},
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := watcher()
	stores, err := c.Watch(ctx, &v1alpha1.ZotArtifactStoreList{})
	Expect(err).NotTo(HaveOccurred())
	var wait sync.WaitGroup
	wait.Go(func() { dog.follow(ctx, stores, dog.store) })
	for _, kind := range causeKinds {
		list := &metav1.PartialObjectMetadataList{}
		list.SetGroupVersionKind(kind)
		objects, err := c.Watch(ctx, list, client.HasLabels{labels.Store})
		Expect(err).NotTo(HaveOccurred())
		wait.Go(func() { dog.follow(ctx, objects, dog.cause) })
	}
	DeferCleanup(func() {
		cancel()
		wait.Wait()
	})
}

func (w *watchdog) follow(ctx context.Context, events watch.Interface, handle func(watch.Event)) {
	for event := range events.ResultChan() {
		w.mutex.Lock()
		handle(event)
		w.mutex.Unlock()
	}
	if ctx.Err() == nil {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.broken = append(w.broken, "a watch has ended, so that not every state was seen")
	}
}

func (w *watchdog) cause(event watch.Event) {
	if object, ok := event.Object.(client.Object); ok {
		key := types.NamespacedName{Namespace: object.GetNamespace(), Name: object.GetLabels()[labels.Store]}
		w.causes[key] = append(w.causes[key], time.Now())
	}
}

func (w *watchdog) store(event watch.Event) {
	now, ok := event.Object.(*v1alpha1.ZotArtifactStore)
	if !ok {
		return
	}
	before := w.last[now.UID]
	delete(w.last, now.UID)
	if event.Type == watch.Deleted || len(now.Status.Conditions) == 0 || !operators(now) {
		delete(w.ready, now.UID)
		return
	}
	w.last[now.UID] = now
	w.states++
	if broken := check(state{before: before, now: now}); len(broken) > 0 && len(w.broken) < 20 {
		w.broken = append(w.broken, broken...)
	}
	w.blink(before, now)
}

// operators is true for a status that nobody but the operator has written: tests write some, too.
func operators(store *v1alpha1.ZotArtifactStore) bool {
	return !slices.ContainsFunc(store.ManagedFields, func(entry metav1.ManagedFieldsEntry) bool {
		return entry.Subresource == "status" && !mine(entry.Manager)
	})
}

func (w *watchdog) blink(before, now *v1alpha1.ZotArtifactStore) {
	is := stated(now, v1alpha1.ConditionReady)
	if before == nil || stated(before, v1alpha1.ConditionReady).Status != is.Status {
		if is.Status == metav1.ConditionTrue {
			w.ready[now.UID] = time.Now()
		} else if since, was := w.ready[now.UID]; was && !unwatched(now) && before != nil && before.Status.ObservedGeneration != nil &&
			*before.Status.ObservedGeneration == now.Generation {
			w.blinks = append(w.blinks, blink{
				client.ObjectKeyFromObject(now), since, time.Now(), is.Reason, is.Message,
			})
		}
	}
}

// report gives what was broken since the last time. A cause may be seen a moment after what it has caused.
func (w *watchdog) report() []string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	out := w.broken
	for _, b := range w.blinks {
		if !slices.ContainsFunc(w.causes[b.store], func(at time.Time) bool {
			return at.After(b.became) && at.Before(b.left.Add(time.Second))
		}) {
			out = append(out, fmt.Sprintf("store %s was Ready from %s until %s, and nothing of it had changed: %s: %s",
				b.store, b.became.Format(time.TimeOnly), b.left.Format(time.TimeOnly), b.reason, b.detail))
		}
	}
	w.broken, w.blinks = nil, nil
	return out
}

var _ = AfterEach(func(ctx SpecContext) {
	if dog == nil {
		return
	}
	Expect(dog.report()).To(BeEmpty(), "Contract 10: a status broke an invariant")
	stores := &v1alpha1.ZotArtifactStoreList{}
	Expect(admin.List(ctx, stores)).To(Succeed())
	for i := range stores.Items {
		store := &stores.Items[i]
		if store.DeletionTimestamp == nil && len(store.Status.Conditions) > 0 && operators(store) {
			atRest(ctx, store)
		}
	}
})

// atRest checks what takes more than the status to check: that its selector finds the store's pods, and that nothing of a Secret
// is in it or in an event.
func atRest(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	if store.Status.Selector != "" {
		selector, err := metav1.ParseToLabelSelector(store.Status.Selector)
		Expect(err).NotTo(HaveOccurred())
		selected := &corev1.PodList{}
		Expect(admin.List(ctx, selected, client.InNamespace(store.Namespace), client.MatchingLabels(selector.MatchLabels))).To(Succeed())
		for i := range selected.Items {
			Expect(selected.Items[i].Labels).To(HaveKeyWithValue(labels.Store, store.Name), "Contract 10: the selector finds another's pod")
		}
		labelled := &corev1.PodList{}
		Expect(admin.List(ctx, labelled, client.InNamespace(store.Namespace), client.MatchingLabels{labels.Store: store.Name})).To(Succeed())
		Expect(selected.Items).To(HaveLen(len(labelled.Items)), "Contract 10: the selector misses a pod")
	}
	told, err := json.Marshal(store.Status)
	Expect(err).NotTo(HaveOccurred())
	notes := &eventsv1.EventList{}
	Expect(admin.List(ctx, notes, client.InNamespace(store.Namespace))).To(Succeed())
	for i := range notes.Items {
		told = append(told, notes.Items[i].Note...)
	}
	secrets := &corev1.SecretList{}
	Expect(admin.List(ctx, secrets, client.InNamespace(store.Namespace))).To(Succeed())
	for i := range secrets.Items {
		for key, value := range secrets.Items[i].Data {
			if len(value) > 5 {
				Expect(strings.Contains(string(told), string(value))).To(BeFalse(),
					"Contract 10: %s of Secret %s is in the status or in an event", key, secrets.Items[i].Name)
			}
		}
	}
}

var _ = AfterSuite(func() {
	if dog != nil {
		AddReportEntry("status", fmt.Sprintf("Contract 10: %d states of stores seen, %d invariants checked on each", dog.states, len(invariants)),
			ReportEntryVisibilityAlways)
	}
})
