package readiness

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/zot-artifact-store/operator/pkg/board"
)

// News that comes in the same moment is written once, and a status that is right again is not written at all.
func TestSettle(t *testing.T) {
	at := time.Unix(0, 0)
	r := New(nil, board.New(func(board.Store) {}), nil, nil, func() time.Time { return at })
	store := types.NamespacedName{Namespace: "zot-system", Name: "store"}
	for i, step := range []struct {
		after time.Duration
		same  bool
		wait  time.Duration
	}{
		{0, false, together},
		{together / 2, false, together / 2},
		{together / 2, false, 0},
		{0, false, together},
		{together / 2, true, 0},
		{together, false, together},
		{2 * together, false, 0},
	} {
		at = at.Add(step.after)
		if got := r.settle(store, step.same); got != step.wait {
			t.Errorf("step %d: waits %s, want %s", i, got, step.wait)
		}
	}
	r.settle(store, false)
	r.forget(store)
	if len(r.differing)+len(r.waiting)+len(r.written) > 0 {
		t.Error("a store that is gone is remembered")
	}
}
