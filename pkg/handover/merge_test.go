package handover_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func object(t testing.TB, text string) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestMerge(t *testing.T) {
	tests := []struct{ name, boot, live, want string }{
		{"nothing", `{}`, `{}`, `{}`},
		{"side by side", `{"a":1}`, `{"b":2}`, `{"a":1,"b":2}`},
		{"live wins", `{"a":1}`, `{"a":2}`, `{"a":2}`},
		{"objects merge", `{"h":{"p":1,"q":{"r":1}}}`, `{"h":{"q":{"s":2}}}`, `{"h":{"p":1,"q":{"r":1,"s":2}}}`},
		{"arrays do not", `{"a":[1,2,3]}`, `{"a":[4]}`, `{"a":[4]}`},
		{"null wins", `{"a":{"b":1}}`, `{"a":null}`, `{"a":null}`},
		{"object over value", `{"a":1}`, `{"a":{"b":1}}`, `{"a":{"b":1}}`},
		{"value over object", `{"a":{"b":1}}`, `{"a":1}`, `{"a":1}`},
		{"empty object keeps", `{"a":{"b":1}}`, `{"a":{}}`, `{"a":{"b":1}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := handover.Merge(object(t, test.boot), object(t, test.live))
			if diff := cmp.Diff(object(t, test.want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMergeSharesNothing(t *testing.T) {
	boot := object(t, `{"a":{"b":{"c":1}},"l":[{"x":1}]}`)
	live := object(t, `{"d":{"e":1},"m":[{"y":1}]}`)
	merged := handover.Merge(boot, live)
	merged["a"].(map[string]any)["b"].(map[string]any)["c"] = "changed"
	merged["l"].([]any)[0].(map[string]any)["x"] = "changed"
	merged["d"].(map[string]any)["e"] = "changed"
	merged["m"].([]any)[0].(map[string]any)["y"] = "changed"
	if diff := cmp.Diff(object(t, `{"a":{"b":{"c":1}},"l":[{"x":1}]}`), boot); diff != "" {
		t.Errorf("boot was changed:\n%s", diff)
	}
	if diff := cmp.Diff(object(t, `{"d":{"e":1},"m":[{"y":1}]}`), live); diff != "" {
		t.Errorf("live was changed:\n%s", diff)
	}
}

func FuzzMerge(f *testing.F) {
	f.Add(`{"a":{"b":1}}`, `{"a":{"c":2}}`)
	f.Add(`{"a":[1]}`, `{"a":null}`)
	f.Fuzz(func(t *testing.T, first, second string) {
		var boot, live map[string]any
		if json.Unmarshal([]byte(first), &boot) != nil || json.Unmarshal([]byte(second), &live) != nil {
			return
		}
		if boot == nil || live == nil {
			return
		}
		merged := handover.Merge(boot, live)
		same := func(law string, want, got map[string]any) {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s:\n%s", law, diff)
			}
		}
		same("nothing over something changes nothing", boot, handover.Merge(boot, map[string]any{}))
		same("something over nothing is itself", live, handover.Merge(map[string]any{}, live))
		same("merging twice changes nothing more", merged, handover.Merge(merged, live))
		same("the inputs stay", handover.Merge(boot, live), merged)
		for key := range boot {
			if _, ok := merged[key]; !ok {
				t.Errorf("key %q of boot is lost", key)
			}
		}
	})
}

func TestHash(t *testing.T) {
	const want = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if got := handover.Hash(nil); got != want {
		t.Errorf("got %s", got)
	}
	if got := handover.ShortHash(nil); got != want[:10] {
		t.Errorf("got %s", got)
	}
}
