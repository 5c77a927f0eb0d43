package schema

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func load(t *testing.T) Node {
	t.Helper()
	spec, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func TestLeaves(t *testing.T) {
	spec := load(t)
	var paths []string
	for _, leaf := range spec.Leaves() {
		paths = append(paths, leaf.Path)
	}
	if len(paths) < 100 {
		t.Errorf("there are only %d leaves", len(paths))
	}
	for _, want := range []string{
		"spec.paused", "spec.image.pullSecrets", "spec.resources.limits.cpu", "spec.scheduling.affinity", "spec.networking.route.annotations",
		"spec.accessControl.repositories[].policies[].actions", "spec.storage.retention.policies[].keepTags[].pulledWithin",
	} {
		if !slices.Contains(paths, want) {
			t.Errorf("%s is no leaf", want)
		}
	}
	if unique := slices.Compact(slices.Sorted(slices.Values(paths))); len(unique) != len(paths) {
		t.Error("a leaf occurs twice")
	}
}

func TestSet(t *testing.T) {
	got := load(t).Set(map[string]any{
		"paused":  true,
		"storage": map[string]any{"type": "filesystem"},
		"accessControl": map[string]any{"repositories": []any{
			map[string]any{"pattern": "**"},
			map[string]any{"pattern": "a", "policies": []any{map[string]any{"users": []any{"u"}}}},
		}},
	})
	want := []string{
		"spec.accessControl.repositories[].pattern", "spec.accessControl.repositories[].pattern",
		"spec.accessControl.repositories[].policies[].users", "spec.paused", "spec.storage.type",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
