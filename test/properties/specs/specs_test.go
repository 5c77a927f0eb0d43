package specs

import (
	"flag"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/pkg/validation"
	"github.com/zot-artifact-store/operator/test/properties/schema"
)

// enough stores so that every leaf occurs, however deep.
const enough = 2000

// leastAccepted is the part of what is drawn that admission must take, in percent.
const leastAccepted = 60

func load(t *testing.T) schema.Node {
	t.Helper()
	spec, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func TestEveryLeafHasAProvider(t *testing.T) {
	spec := load(t)
	for _, leaf := range spec.Leaves() {
		if !Provided(leaf) {
			t.Errorf("%s: the schema does not tell its values: add a provider to values.go", leaf.Path)
		}
	}
	for _, path := range Unused(spec) {
		t.Errorf("%s: the schema has no such place: take its provider or shape out", path)
	}
}

// TestEveryLeafOccurs draws stores and counts, of those that admission takes, which leaves they set.
func TestEveryLeafOccurs(t *testing.T) {
	spec := load(t)
	checks := enough
	if testing.Short() {
		checks *= 5 // rapid draws a fifth then, in which not every leaf occurs
	}
	if err := flag.Set("rapid.checks", strconv.Itoa(checks)); err != nil {
		t.Fatal(err)
	}
	store, start := Store(spec), time.Now()
	seen, refused := map[string]int{}, map[string]int{}
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		drawn := store.Draw(t, "store")
		if errs := validation.Validate(validation.Input{New: drawn}); len(errs) > 0 {
			for _, err := range errs {
				refused[err.Field+": "+err.Detail]++
			}
			return
		}
		accepted++
		object, err := Object(drawn.Spec)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range slices.Compact(slices.Sorted(slices.Values(spec.Set(object)))) {
			seen[path]++
		}
	})
	rarest := spec.Leaves()[0].Path
	for _, leaf := range spec.Leaves() {
		if seen[leaf.Path] < seen[rarest] {
			rarest = leaf.Path
		}
		if seen[leaf.Path] == 0 {
			t.Errorf("%s: of %d admissible stores none sets it", leaf.Path, accepted)
		}
	}
	t.Logf("drawn %d in %s, admitted %d%%, leaves %d; the rarest is %s with %d", enough, time.Since(start).Round(time.Millisecond),
		accepted*100/enough, len(seen), rarest, seen[rarest])
	if accepted*100 < enough*leastAccepted {
		t.Errorf("admission takes %d%% of what is drawn, and it should be %d%%: the generator must follow the rules", accepted*100/enough, leastAccepted)
	}
	for _, why := range slices.SortedFunc(maps.Keys(refused), func(a, b string) int { return refused[b] - refused[a] })[:min(10, len(refused))] {
		t.Logf("%5d %s", refused[why], why)
	}
}
