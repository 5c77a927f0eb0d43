package apply

import (
	"context"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/labels"
)

// Owner is the store for which objects are written.
type Owner struct {
	types.NamespacedName
	UID types.UID
	// Paused: nothing is written; what would have been is Kept.
	Paused bool
}

// Applier writes the children of stores for one controller. It is safe for concurrent use on different stores.
type Applier struct {
	// writer sends under the controller's field manager.
	writer client.Client
	// cached reads objects that carry the operator's labels; live asks the API server.
	cached, live client.Reader
	compare      comparer

	now   func() time.Time
	mutex sync.Mutex
	sent  map[types.NamespacedName]memory
}

// memory is what was sent for one store, and when what is made once was made.
type memory struct {
	uid  types.UID
	refs map[Ref]sent
	made map[Ref]time.Time
}

// sent remembers a write until the cache shows it: a pass in between would see the old object and write again.
type sent struct {
	hash          string
	before, after string // resource versions
}

// New makes an Applier that writes under the field manager, which is the controller's name.
func New(c client.Client, live client.Reader, fieldManager string) *Applier {
	return &Applier{
		writer:  client.WithFieldOwner(c, fieldManager),
		cached:  c,
		live:    live,
		compare: newComparer(c.Scheme()),
		now:     time.Now,
		sent:    map[types.NamespacedName]memory{},
	}
}

// Forget drops what is remembered about a store that is gone.
func (a *Applier) Forget(store types.NamespacedName) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	delete(a.sent, store)
}

// Apply makes every intent true and every absent object go. It does all of them, whatever becomes of the others.
func (a *Applier) Apply(ctx context.Context, owner Owner, intents []runtime.ApplyConfiguration, absent []Ref) Report {
	var report Report
	for _, configuration := range intents {
		wanted, err := parse(configuration)
		if err != nil {
			report = append(report, Result{Ref: wanted.ref, Outcome: Failed, Err: err})
			continue
		}
		outcome, err := a.applyOne(ctx, owner, wanted)
		report = append(report, Result{Ref: wanted.ref, Outcome: outcome, Err: err})
	}
	for _, ref := range absent {
		outcome, err := a.deleteOne(ctx, owner, ref)
		report = append(report, Result{Ref: ref, Outcome: outcome, Err: err})
	}
	return report
}

func (a *Applier) applyOne(ctx context.Context, owner Owner, wanted intent) (Outcome, error) {
	live, err := a.read(ctx, wanted.ref)
	if err != nil {
		return Failed, err
	}
	found := live != nil
	if !found {
		// The cache holds only labelled objects: one of our name without our label would be overwritten unseen.
		if live, err = a.readLive(ctx, wanted.ref); err != nil {
			return Failed, err
		}
	}
	if live == nil {
		return a.send(ctx, owner, wanted, "")
	}
	if outcome := controls(owner, live); outcome != Unchanged {
		return outcome, nil
	}
	if outcome, sent := a.alreadySent(owner, wanted, live.GetResourceVersion(), found); sent {
		return outcome, nil
	}
	if found {
		same, err := a.compare.carries(live, wanted)
		if err != nil {
			return Failed, err
		}
		if same {
			return Unchanged, nil
		}
	}
	wanted.object.SetUID(live.GetUID())
	return a.send(ctx, owner, wanted, live.GetResourceVersion())
}

// send applies with force: the fields of an intent are ours, and what is not in it stays whose it is.
func (a *Applier) send(ctx context.Context, owner Owner, wanted intent, before string) (Outcome, error) {
	if owner.Paused {
		return Kept, nil
	}
	object := wanted.object
	if err := a.writer.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), client.ForceOwnership); err != nil {
		return Failed, fmt.Errorf("apply: %w", err)
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	// The server's answer is in the object now.
	after := object.GetResourceVersion()
	a.of(owner).refs[wanted.ref] = sent{hash: wanted.hash, before: before, after: after}
	if after == before {
		// The server finds nothing to change, so no watch will tell of it.
		return Unchanged, nil
	}
	return Applied, nil
}

// of gives what is remembered about this store, and about no other of its name. The mutex is held.
func (a *Applier) of(owner Owner) memory {
	if a.sent[owner.NamespacedName].uid != owner.UID {
		a.sent[owner.NamespacedName] = memory{uid: owner.UID, refs: map[Ref]sent{}, made: map[Ref]time.Time{}}
	}
	return a.sent[owner.NamespacedName]
}

// alreadySent is true when this intent was sent and the object that we see is the one from before, or the very answer.
func (a *Applier) alreadySent(owner Owner, wanted intent, version string, cached bool) (Outcome, bool) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	store := a.sent[owner.NamespacedName]
	last, ok := store.refs[wanted.ref]
	if !ok || store.uid != owner.UID || last.hash != wanted.hash {
		return "", false
	}
	switch {
	case !cached && version == last.after, cached && version == last.before && last.after != last.before:
		return Sent, true
	case cached && version == last.before:
		return Unchanged, true
	}
	return "", false
}

// read gives the cached object, nil if the cache has none.
func (a *Applier) read(ctx context.Context, ref Ref) (client.Object, error) {
	live, err := a.empty(ref)
	if err != nil {
		return nil, err
	}
	err = a.cached.Get(ctx, client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}, live)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return live, nil
}

// empty gives an object to read into, without fields where the operator does not have the type of the kind.
func (a *Applier) empty(ref Ref) (client.Object, error) {
	object, err := a.writer.Scheme().New(ref.GroupVersionKind)
	if runtime.IsNotRegisteredError(err) {
		generic := &unstructured.Unstructured{}
		generic.SetGroupVersionKind(ref.GroupVersionKind)
		return generic, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", ref, err)
	}
	live, ok := object.(client.Object)
	if !ok {
		return nil, fmt.Errorf("read %s: the kind is no object", ref)
	}
	return live, nil
}

// readLive asks the API server for the object's metadata, nil if there is no object.
func (a *Applier) readLive(ctx context.Context, ref Ref) (client.Object, error) {
	meta := &metav1.PartialObjectMetadata{}
	meta.SetGroupVersionKind(ref.GroupVersionKind)
	err := a.live.Get(ctx, client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}, meta)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look whether it exists: %w", err)
	}
	return meta, nil
}

func (a *Applier) deleteOne(ctx context.Context, owner Owner, ref Ref) (Outcome, error) {
	live, err := a.read(ctx, ref)
	if err != nil {
		return Failed, err
	}
	if live == nil || !metav1.IsControlledBy(live, &metav1.ObjectMeta{UID: owner.UID}) || live.GetDeletionTimestamp() != nil {
		return Unchanged, nil
	}
	if owner.Paused {
		return Kept, nil
	}
	uid := live.GetUID()
	err = a.writer.Delete(ctx, live, client.Preconditions{UID: &uid})
	if client.IgnoreNotFound(err) != nil && !apierrors.IsConflict(err) {
		return Failed, fmt.Errorf("delete: %w", err)
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	// Config maps have their hash in their name: else each change of a store would be remembered as long as the store lives.
	delete(a.of(owner).refs, ref)
	return Deleted, nil
}

// controls says whose the object is: Unchanged if it is the store's own, else Foreign or Former.
//
// What has no controller is ours if its labels name this store: a volume, which never has one, or an object that has lost it.
func controls(owner Owner, live client.Object) Outcome {
	controller := metav1.GetControllerOf(live)
	switch {
	case controller == nil:
		if live.GetLabels()[labels.ManagedBy] == labels.Manager && live.GetLabels()[labels.Store] == owner.Name {
			return Unchanged
		}
		return Foreign
	case controller.UID == owner.UID:
		return Unchanged
	case controller.Kind == v1alpha1.GroupKind.Kind && controller.Name == owner.Name:
		return Former
	default:
		return Foreign
	}
}
