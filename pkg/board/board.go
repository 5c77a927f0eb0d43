package board

import (
	"maps"
	"reflect"
	"sync"

	"k8s.io/apimachinery/pkg/types"
)

// Store identifies a store: a verdict on a store that was deleted never lands on its successor of the same name.
type Store struct {
	types.NamespacedName
	UID types.UID
}

// Board holds the last verdict of each controller on each store. It is safe for concurrent use.
type Board struct {
	mutex    sync.RWMutex
	verdicts map[types.UID]map[string]Verdict
	stores   map[types.NamespacedName]types.UID
	changed  func(Store)
}

// New makes an empty board. changed is called after a verdict has become another one; it must not block.
func New(changed func(Store)) *Board {
	return &Board{
		verdicts: map[types.UID]map[string]Verdict{},
		stores:   map[types.NamespacedName]types.UID{},
		changed:  changed,
	}
}

// Post puts up the verdict of a controller.
func (b *Board) Post(store Store, controller string, verdict Verdict) {
	if b.put(store, controller, verdict) {
		b.changed(store)
	}
}

func (b *Board) put(store Store, controller string, verdict Verdict) bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if old, ok := b.stores[store.NamespacedName]; ok && old != store.UID {
		delete(b.verdicts, old)
	}
	b.stores[store.NamespacedName] = store.UID
	if b.verdicts[store.UID] == nil {
		b.verdicts[store.UID] = map[string]Verdict{}
	}
	old, ok := b.verdicts[store.UID][controller]
	b.verdicts[store.UID][controller] = verdict
	return !ok || !reflect.DeepEqual(old, verdict)
}

// Read gives the verdicts on a store by controller.
func (b *Board) Read(uid types.UID) map[string]Verdict {
	b.mutex.RLock()
	defer b.mutex.RUnlock()
	return maps.Clone(b.verdicts[uid])
}

// Forget takes everything down about a store that is gone. A controller that was still at work may post once more; the post wakes
// the readiness controller, which finds no store and forgets again.
func (b *Board) Forget(name types.NamespacedName) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	delete(b.verdicts, b.stores[name])
	delete(b.stores, name)
}
