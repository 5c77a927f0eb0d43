package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/test/cluster/internal/layout"
)

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestStampFollowsWhatTheBinaryIsMadeFrom(t *testing.T) {
	source := t.TempDir()
	target := Target{Name: "thing", Module: ".", Packages: []string{"."}, Outputs: []string{"thing"}}
	put(t, filepath.Join(source, "go.mod"), "module thing\n")
	put(t, filepath.Join(source, "main.go"), "package main\n")
	current := func(target Target) string {
		s, err := stamp(source, target)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := current(target)

	put(t, filepath.Join(source, "main_test.go"), "package main\n")
	put(t, filepath.Join(source, "testdata", "file"), "x")
	put(t, filepath.Join(source, "nested", "go.mod"), "module nested\n")
	put(t, filepath.Join(source, "nested", "main.go"), "package main\n")
	if current(target) != first {
		t.Error("tests, test data and nested modules change the stamp")
	}

	seen := map[string]string{first: "nothing"}
	check := func(change string, target Target) {
		t.Helper()
		s := current(target)
		if other, same := seen[s]; same {
			t.Errorf("%s does not change the stamp (as %s)", change, other)
		}
		seen[s] = change
	}
	flagged := target
	flagged.LDFlags = "-X main.version=2"
	check("a flag", flagged)
	put(t, filepath.Join(source, "manifest.yaml"), "kind: Thing\n")
	check("an embedded file", target)
	put(t, filepath.Join(source, "go.mod"), "module thing\nrequire other v1.0.0\n")
	check("a module version", target)
	put(t, filepath.Join(source, "main.go"), "package main // changed\n")
	check("a source file", target)
}

func TestTargetsOfThisModule(t *testing.T) {
	source, err := layout.FindSource()
	if err != nil {
		t.Fatal(err)
	}
	targets, err := Targets(source)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, target := range targets {
		if names[target.Name] {
			t.Errorf("two targets %s share a stamp", target.Name)
		}
		names[target.Name] = true
		if len(target.Packages) != len(target.Outputs) {
			t.Errorf("%s: %d packages make %d binaries", target.Name, len(target.Packages), len(target.Outputs))
		}
		for i, p := range target.Packages {
			if base := filepath.Base(p); p != "." && base != target.Outputs[i] {
				t.Errorf("%s: package %s makes %s, not %s", target.Name, p, base, target.Outputs[i])
			}
		}
		if _, err := stamp(source, target); err != nil {
			t.Error(err)
		}
	}
	if version, err := KubernetesVersion(source); err != nil || !strings.HasPrefix(version.String(), "v1.") {
		t.Errorf("version %s, %v", version, err)
	}
}

func TestSelectGroups(t *testing.T) {
	targets := []Target{{Name: "a", Group: GroupNode}, {Name: "b", Group: GroupDNS}}
	if all, err := selectGroups(targets, nil); err != nil || len(all) != 2 {
		t.Errorf("all: %v, %v", all, err)
	}
	if one, err := selectGroups(targets, []string{GroupDNS}); err != nil || len(one) != 1 || one[0].Name != "b" {
		t.Errorf("one: %v, %v", one, err)
	}
	if _, err := selectGroups(targets, []string{"docker"}); err == nil || !strings.Contains(err.Error(), "docker") {
		t.Errorf("unknown group: %v", err)
	}
}

func TestRelinkReplaces(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	for _, target := range []string{"one", "two", "two"} {
		if err := relink(target, link); err != nil {
			t.Fatal(err)
		}
		if got, err := os.Readlink(link); err != nil || got != target {
			t.Errorf("link leads to %s (%v), want %s", got, err, target)
		}
	}
}
