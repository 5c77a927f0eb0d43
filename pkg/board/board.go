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
	verdicts map[Store]map[string]Verdict
	changed  func(Store)
}

// New makes an empty board. changed is called after a verdict has become another one; it must not block.
func New(changed func(Store)) *Board {
	return &Board{verdicts: map[Store]map[string]Verdict{}, changed: changed}
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
	if b.verdicts[store] == nil {
		b.verdicts[store] = map[string]Verdict{}
	}
	old, ok := b.verdicts[store][controller]
	b.verdicts[store][controller] = verdict
	return !ok || !reflect.DeepEqual(old, verdict)
}

// Read gives the verdicts on a store by controller.
func (b *Board) Read(store Store) map[string]Verdict {
	b.mutex.RLock()
	defer b.mutex.RUnlock()
	return maps.Clone(b.verdicts[store])
}

// Forget takes everything down about stores of that name, but for the one that lives; an empty UID stands for none. A controller
// that is still at work on a store that is gone may post once more: the post wakes the readiness controller, which forgets again.
func (b *Board) Forget(name types.NamespacedName, lives types.UID) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	maps.DeleteFunc(b.verdicts, func(store Store, _ map[string]Verdict) bool {
		return store.NamespacedName == name && store.UID != lives
	})
}
