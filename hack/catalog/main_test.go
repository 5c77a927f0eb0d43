package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/blang/semver/v4"
	"sigs.k8s.io/yaml"
)

const folder = "../../catalog"

// A bundle that nobody has rendered is an error, and of two renderings the later one counts.
func TestRun(t *testing.T) {
	write := func(content string) string {
		file := filepath.Join(t.TempDir(), "file.yaml")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	template := write("schema: olm.template.basic\nentries:\n- schema: olm.package\n  name: p\n- schema: olm.bundle\n  image: registry/b:1\n")
	older := write("schema: olm.bundle\nimage: registry/b:1\nname: older\n---\nschema: olm.bundle\nimage: registry/b:2\nname: other\n")
	newer := write("schema: olm.bundle\nimage: registry/b:1\nname: newer\n")
	out := &bytes.Buffer{}
	if err := run(template, []string{older, newer}, out); err != nil {
		t.Fatal(err)
	}
	want := "name: p\nschema: olm.package\n---\nimage: registry/b:1\nname: newer\nschema: olm.bundle\n"
	if out.String() != want {
		t.Errorf("got\n%s", out)
	}
	if err := run(template, nil, out); err == nil || !strings.Contains(err.Error(), "registry/b:1") {
		t.Errorf("nothing is rendered: %v", err)
	}
}

// Every channel has one head, every release in it is in the catalog, and each but the first can be reached from an older one.
func TestGraph(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(folder, "zot-artifact-store-operator", "catalog.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	bundles := map[string]bool{}
	type entry struct{ Name, Replaces, SkipRange string }
	channels := map[string][]entry{}
	heads := ""
	for document := range strings.SplitSeq(string(data), "---\n") {
		blob := struct {
			Schema, Name, DefaultChannel string
			Entries                      []entry
		}{}
		if err := yaml.Unmarshal([]byte(document), &blob); err != nil {
			t.Fatal(err)
		}
		switch blob.Schema {
		case "olm.bundle":
			bundles[blob.Name] = true
		case "olm.channel":
			channels[blob.Name] = blob.Entries
		case "olm.package":
			heads = blob.DefaultChannel
		}
	}
	if _, found := channels["candidate"]; !found || len(channels[heads]) == 0 {
		t.Fatalf("channels are %v, the default one is %q", channels, heads)
	}
	for name, entries := range channels {
		replaced := map[string]bool{}
		for _, one := range entries {
			replaced[one.Replaces] = true
			version, err := semver.Parse(strings.TrimPrefix(one.Name, "zot-artifact-store-operator.v"))
			if err != nil || !bundles[one.Name] {
				t.Errorf("channel %s: %s is no release of the catalog (%v)", name, one.Name, err)
			}
			skipped, err := semver.ParseRange(one.SkipRange)
			if err != nil || skipped(version) {
				t.Errorf("channel %s: the skip range %q of %s is none, or has the release itself", name, one.SkipRange, one.Name)
			}
		}
		free := 0
		for _, one := range entries {
			if !replaced[one.Name] {
				free++
			}
		}
		if free != 1 {
			t.Errorf("channel %s has %d heads", name, free)
		}
	}
}
