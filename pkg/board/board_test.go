package board_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	"github.com/zot-artifact-store/operator/pkg/board"
)

func store(name, uid string) board.Store {
	return board.Store{NamespacedName: types.NamespacedName{Namespace: "zot-system", Name: name}, UID: types.UID(uid)}
}

func verdict(generation int64, message string) board.Verdict {
	return board.Verdict{Generation: generation, Conditions: []board.Condition{board.True("StorageReady", "VolumeBound", message)}}
}

// listener counts how often each store was told of.
type listener map[board.Store]int

func (l listener) changed(s board.Store) { l[s]++ }

func TestPostTellsChangesOnly(t *testing.T) {
	heard := listener{}
	b := board.New(heard.changed)
	sample := store("sample", "1")
	for i, step := range []struct {
		verdict board.Verdict
		told    int
	}{
		{verdict(1, "bound"), 1},
		{verdict(1, "bound"), 1},
		{verdict(2, "bound"), 2},
		{verdict(2, "lost"), 3},
		{verdict(2, "lost"), 3},
		{board.Verdict{Generation: 2, Conditions: verdict(2, "lost").Conditions, Facts: board.Facts{Replicas: 1}}, 4},
	} {
		b.Post(sample, "storage", step.verdict)
		if heard[sample] != step.told {
			t.Errorf("step %d: told %d times, want %d", i, heard[sample], step.told)
		}
	}
}

func TestReadGivesTheLastVerdictOfEach(t *testing.T) {
	b := board.New(func(board.Store) {})
	b.Post(store("sample", "1"), "storage", verdict(1, "old"))
	b.Post(store("sample", "1"), "storage", verdict(2, "new"))
	b.Post(store("sample", "1"), "workload", verdict(1, "pods"))
	b.Post(store("other", "2"), "storage", verdict(7, "other"))
	want := map[string]board.Verdict{"storage": verdict(2, "new"), "workload": verdict(1, "pods")}
	if diff := cmp.Diff(want, b.Read(store("sample", "1"))); diff != "" {
		t.Error(diff)
	}
	if got := b.Read(store("sample", "3")); len(got) != 0 {
		t.Errorf("an unknown store has %v", got)
	}
}

func TestReadGivesACopy(t *testing.T) {
	b := board.New(func(board.Store) {})
	b.Post(store("sample", "1"), "storage", verdict(1, "bound"))
	delete(b.Read(store("sample", "1")), "storage")
	if len(b.Read(store("sample", "1"))) != 1 {
		t.Error("who changes what was read changes the board")
	}
}

// A store that was deleted and made again has verdicts of its own, also when a controller is late with one on the first.
func TestSuccessor(t *testing.T) {
	b := board.New(func(board.Store) {})
	first, second := store("sample", "1"), store("sample", "2")
	b.Post(first, "storage", verdict(5, "of the first"))
	b.Post(second, "workload", verdict(1, "of the second"))
	b.Post(first, "extensions", verdict(5, "late, of the first"))
	want := map[string]board.Verdict{"workload": verdict(1, "of the second")}
	if diff := cmp.Diff(want, b.Read(second)); diff != "" {
		t.Error(diff)
	}
	b.Forget(second.NamespacedName, second.UID)
	if len(b.Read(first)) != 0 {
		t.Error("the first one is not forgotten")
	}
	if diff := cmp.Diff(want, b.Read(second)); diff != "" {
		t.Error(diff)
	}
}

func TestForget(t *testing.T) {
	heard := listener{}
	b := board.New(heard.changed)
	sample := store("sample", "1")
	b.Post(sample, "storage", verdict(1, "bound"))
	b.Post(store("other", "2"), "storage", verdict(1, "bound"))
	b.Forget(sample.NamespacedName, "")
	b.Forget(types.NamespacedName{Name: "unknown"}, "")
	if len(b.Read(store("sample", "1"))) != 0 || len(b.Read(store("other", "2"))) != 1 {
		t.Errorf("left %v and %v, want nothing and one verdict", b.Read(store("sample", "1")), b.Read(store("other", "2")))
	}
	// What comes after is news again.
	b.Post(sample, "storage", verdict(1, "bound"))
	if heard[sample] != 2 {
		t.Errorf("told %d times, want 2", heard[sample])
	}
}

// The controllers post from several goroutines; run with -race. changed may read the board: it is called outside of its lock.
func TestConcurrentUse(t *testing.T) {
	var b *board.Board
	b = board.New(func(s board.Store) { b.Read(s) })
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 200 {
				s := store(fmt.Sprint(i%5), fmt.Sprint(i%5))
				b.Post(s, fmt.Sprint(worker), verdict(int64(i), "posted"))
				if i%50 == 0 {
					b.Forget(s.NamespacedName, "")
				}
			}
		})
	}
	group.Wait()
	if got := len(b.Read(store("4", "4"))); got > 8 {
		t.Errorf("8 controllers have posted %d verdicts", got)
	}
}
