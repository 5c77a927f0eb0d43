package readiness

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// FieldManager is the controller's name and the owner of every status field.
const FieldManager = "zot-readiness"

// patience is how long after its start the controller waits for the others before it says that one has not reported.
const patience = 60 * time.Second

// together is how long news is gathered before it is written. It halves the writes of a new store and nobody sees the delay
// (make bench).
const together = 100 * time.Millisecond

// +kubebuilder:rbac:groups=artifacts.zot.io,resources=zotartifactstores,verbs=get;list;watch
// +kubebuilder:rbac:groups=artifacts.zot.io,resources=zotartifactstores/status,verbs=patch
// +kubebuilder:rbac:groups=artifacts.zot.io,resources=zotartifactstores/finalizers,verbs=update
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconciler is the readiness controller.
type Reconciler struct {
	cached   client.Reader
	writer   client.Client
	board    *board.Board
	recorder events.EventRecorder
	// controllers are the names that must have reported.
	controllers []string
	now         func() time.Time

	mutex sync.Mutex
	// waiting says since when a store has been looked at with reports missing.
	waiting map[types.NamespacedName]time.Time
	// differing says since when a status is not what it should be.
	differing map[types.NamespacedName]time.Time
	// written remembers a status until the cache shows it.
	written map[types.NamespacedName]written
}

type written struct {
	uid           types.UID
	before, after string // resource versions
	status        v1alpha1.ZotArtifactStoreStatus
}

// SetupWithManager adds the controller to the manager. changed brings what the board tells; controllers are the names that
// report.
func SetupWithManager(mgr ctrl.Manager, env component.Environment, changed source.Source, controllers []string) error {
	r := New(mgr.GetClient(), env.Board, mgr.GetEventRecorder(FieldManager), controllers, time.Now)
	err := ctrl.NewControllerManagedBy(mgr).
		Named(FieldManager).
		WithOptions(component.Options()).
		// Every change of the object, also of the status: what somebody else writes there is put right.
		For(&v1alpha1.ZotArtifactStore{}).
		WatchesRawSource(changed).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up controller %s: %w", FieldManager, err)
	}
	return nil
}

// New makes the controller.
func New(c client.Client, b *board.Board, recorder events.EventRecorder, controllers []string, now func() time.Time) *Reconciler {
	return &Reconciler{
		cached: c, writer: client.WithFieldOwner(c, FieldManager), board: b, recorder: recorder, controllers: controllers, now: now,
		waiting: map[types.NamespacedName]time.Time{}, differing: map[types.NamespacedName]time.Time{},
		written: map[types.NamespacedName]written{},
	}
}

// Reconcile writes the status of one store, if it is not what it should be.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	store := &v1alpha1.ZotArtifactStore{}
	if err := r.cached.Get(ctx, request.NamespacedName, store); err != nil {
		if apierrors.IsNotFound(err) {
			r.forget(request.NamespacedName)
			return ctrl.Result{}, nil
		}
		return ctrl.Result{}, fmt.Errorf("read the store: %w", err)
	}
	if store.DeletionTimestamp != nil {
		return ctrl.Result{}, nil
	}
	r.board.Forget(request.NamespacedName, store.UID)
	verdicts := r.board.Read(board.Store{NamespacedName: request.NamespacedName, UID: store.UID})
	if wait := r.wait(store, verdicts); wait > 0 {
		return ctrl.Result{RequeueAfter: wait}, nil
	}
	current, version := r.current(store)
	desired := fold(input{
		controllers: r.controllers, verdicts: verdicts, generation: store.Generation,
		paused: defaults.Paused(store.Spec), old: current, now: metav1.NewTime(r.now().Truncate(time.Second)),
	})
	same := equality.Semantic.DeepEqual(current, desired)
	if wait := r.settle(request.NamespacedName, same); same || wait > 0 {
		return ctrl.Result{RequeueAfter: wait}, nil
	}
	done, err := r.write(ctx, store, version, desired)
	if err != nil || !done {
		return ctrl.Result{}, err
	}
	r.tell(store, current, desired)
	return ctrl.Result{}, nil
}

// wait gives how long to wait for controllers that have not reported on the spec as it is. They will within moments, and until
// they have, the status in place is as true as it was: a start writes nothing, and a change of the spec is written once.
func (r *Reconciler) wait(store *v1alpha1.ZotArtifactStore, verdicts map[string]board.Verdict) time.Duration {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	name, missing := client.ObjectKeyFromObject(store), false
	for _, name := range r.controllers {
		if verdict, ok := verdicts[name]; !ok || verdict.Generation < store.Generation {
			missing = true
		}
	}
	if !missing {
		delete(r.waiting, name)
		return 0
	}
	since, ok := r.waiting[name]
	if !ok {
		since = r.now()
		r.waiting[name] = since
	}
	return patience - r.now().Sub(since)
}

// settle gives how long to wait before a status is written that is not what it should be: the controllers' news of one event come
// within moments of each other, and are written together.
func (r *Reconciler) settle(store types.NamespacedName, same bool) time.Duration {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	since, known := r.differing[store]
	switch {
	case same:
		delete(r.differing, store)
		return 0
	case !known:
		r.differing[store] = r.now()
		return together
	}
	wait := together - r.now().Sub(since)
	if wait <= 0 {
		delete(r.differing, store)
	}
	return max(wait, 0)
}

// current is the status as it is stored, and the version of the object, even if the cache does not show our last write yet.
func (r *Reconciler) current(store *v1alpha1.ZotArtifactStore) (status v1alpha1.ZotArtifactStoreStatus, version string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	name := client.ObjectKeyFromObject(store)
	if last, ok := r.written[name]; ok {
		if last.uid == store.UID && last.before == store.ResourceVersion {
			return last.status, last.after
		}
		delete(r.written, name)
	}
	return store.Status, store.ResourceVersion
}

func (r *Reconciler) write(
	ctx context.Context, store *v1alpha1.ZotArtifactStore, version string, status v1alpha1.ZotArtifactStoreStatus,
) (done bool, err error) {
	intent := statusIntent(store, version, status)
	err = r.writer.Status().Apply(ctx, intent, client.ForceOwnership)
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return false, nil // The store has changed, or is another one or gone: the change brings another pass.
	}
	if err != nil {
		return false, fmt.Errorf("write the status: %w", err)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	// The server's answer is in the intent now.
	r.written[client.ObjectKeyFromObject(store)] = written{
		uid: store.UID, before: store.ResourceVersion, after: *intent.ResourceVersion, status: status,
	}
	return true, nil
}

func (r *Reconciler) forget(store types.NamespacedName) {
	r.board.Forget(store, "")
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.waiting, store)
	delete(r.differing, store)
	delete(r.written, store)
}

// tell makes an event of each condition that has changed its status or its reason.
func (r *Reconciler) tell(store *v1alpha1.ZotArtifactStore, before, after v1alpha1.ZotArtifactStoreStatus) {
	for _, t := range transitions(before.Conditions, after.Conditions) {
		kind := corev1.EventTypeNormal
		if t.warning {
			kind = corev1.EventTypeWarning
		}
		// The action is the condition: events that agree in reason and action are taken for one that came twice, and the words of
		// the second are lost.
		r.recorder.Eventf(store, nil, kind, t.condition.Reason, t.condition.Type, "%s: %s", t.condition.Type, t.condition.Message)
	}
}
