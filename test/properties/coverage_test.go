package properties

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/validation"
	"github.com/zot-artifact-store/operator/test/properties/schema"
)

// row says what one leaf of the spec does.
type row struct {
	// base is a spec without the leaf, or with another value of it.
	base string
	// value is what the leaf gets, as YAML. In lists it is the first entry that gets it.
	value string
	// changes are the objects that must change, appear or vanish, and no others.
	changes []string
	// along is what must change with the leaf, as a spec of its own; null takes a block away.
	along string
}

// TestEveryLeafDoesWhatItIsFor compares everything that is rendered without and with a leaf.
func TestEveryLeafDoesWhatItIsFor(t *testing.T) {
	spec, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	rows := table(t)
	for _, leaf := range spec.Leaves() {
		r, ok := rows[leaf.Path]
		if !ok {
			t.Errorf("%s: the table does not say what it does: add a row to the table of its block", leaf.Path)
			continue
		}
		delete(rows, leaf.Path)
		t.Run(leaf.Path, func(t *testing.T) { r.check(t, leaf.Path) })
	}
	for _, path := range slices.Sorted(maps.Keys(rows)) {
		t.Errorf("%s: the API has no such leaf: take its row out of the table", path)
	}
}

// table joins those of the blocks.
func table(t *testing.T) map[string]row {
	t.Helper()
	out := map[string]row{}
	for _, part := range []map[string]row{
		generalRows, accessRows, storageRows, retentionRows, networkingRows, extensionRows, searchRows, s3apiRows,
	} {
		for path, r := range part {
			if _, twice := out[path]; twice {
				t.Fatalf("%s has two rows", path)
			}
			out[path] = r
		}
	}
	return out
}

func (r row) check(t *testing.T, leaf string) {
	base := object(t, r.base)
	changed := object(t, r.base)
	var value any
	if err := yaml.Unmarshal([]byte(r.value), &value); err != nil {
		t.Fatalf("the value of the row: %v", err)
	}
	put(changed, strings.Split(strings.TrimPrefix(leaf, "spec."), "."), value)
	if reflect.DeepEqual(base, changed) {
		t.Fatalf("the base has the value %s already", r.value)
	}
	overlay(changed, object(t, r.along))
	before, after := rendered(t, store(t, base)), rendered(t, store(t, changed))
	var got []string
	for _, kind := range slices.Sorted(maps.Keys(maps.Collect(joined(before, after)))) {
		if before[kind] != after[kind] {
			got = append(got, kind)
		}
	}
	want := slices.Sorted(slices.Values(r.changes))
	if slices.Equal(got, want) {
		return
	}
	t.Errorf("it changes %q, and it is for %q", got, want)
	for _, kind := range got {
		if !slices.Contains(want, kind) {
			t.Logf("%s before: %s\n%s after: %s", kind, before[kind], kind, after[kind])
		}
	}
}

// overlay lays one spec over the other, key by key.
func overlay(into, above map[string]any) {
	for key, value := range above {
		below, isObject := into[key].(map[string]any)
		block, alsoObject := value.(map[string]any)
		switch {
		case isObject && alsoObject:
			overlay(below, block)
		case value == nil:
			delete(into, key)
		default:
			into[key] = value
		}
	}
}

// object is a spec with only its own fields.
func object(t *testing.T, text string) map[string]any {
	t.Helper()
	out := map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("the base of the row: %v\n%s", err, text)
	}
	return out
}

// put sets a value at a path, in the first entry of the lists on its way, and makes the blocks that are missing.
func put(into map[string]any, path []string, value any) {
	name, list := strings.CutSuffix(path[0], "[]")
	switch {
	case len(path) == 1:
		into[name] = value
		return
	case list:
		items, _ := into[name].([]any)
		if len(items) == 0 {
			items = []any{map[string]any{}}
			into[name] = items
		}
		first, _ := items[0].(map[string]any)
		put(first, path[1:], value)
		return
	}
	below, ok := into[name].(map[string]any)
	if !ok {
		below = map[string]any{}
		into[name] = below
	}
	put(below, path[1:], value)
}

// store is an admissible one with that spec.
func store(t *testing.T, spec map[string]any) *v1alpha1.ZotArtifactStore {
	t.Helper()
	out := &v1alpha1.ZotArtifactStore{ObjectMeta: metav1.ObjectMeta{Name: "store", Namespace: "zot-system", UID: "uid"}}
	data, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(data, &out.Spec); err != nil {
		t.Fatalf("the row is no spec: %v\n%s", err, data)
	}
	if errs := validation.Validate(validation.Input{New: out}); len(errs) > 0 {
		t.Fatalf("the row is not admissible: %v\n%s", errs, data)
	}
	return out
}

func joined(parts ...map[string]string) func(yield func(string, string) bool) {
	return func(yield func(string, string) bool) {
		for _, part := range parts {
			for key, value := range part {
				if !yield(key, value) {
					return
				}
			}
		}
	}
}

// TestEveryLeafChangesSomething but for those that say what the operator does.
func TestEveryLeafChangesSomething(t *testing.T) {
	rows := table(t)
	for _, path := range slices.Sorted(maps.Keys(rows)) {
		if len(rows[path].changes) == 0 && !slices.Contains(behaviour, path) {
			t.Errorf("%s: it changes nothing that is rendered: then it is a field without a use", path)
		}
	}
}

// behaviour are leaves that say what the operator does, and not how anything is: other tests look at it.
var behaviour = []string{"spec.paused"}
