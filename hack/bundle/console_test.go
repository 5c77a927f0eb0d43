package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	consolev1 "github.com/openshift/api/console/v1"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// specOf is what a quick start has people add to a store.
var specOf = regexp.MustCompile("(?ms)^```\n(spec:\n.*?)^```")

// OpenShift's console knows every field of the samples and quick starts, and an API server knows every field of the samples' stores.
func TestConsoleObjects(t *testing.T) {
	quickStarts := map[string]consolev1.ConsoleQuickStart{}
	for _, document := range consoleDocuments(t, "quickstarts.yaml") {
		one := consolev1.ConsoleQuickStart{}
		if err := yaml.UnmarshalStrict(document, &one); err != nil {
			t.Fatal(err)
		}
		quickStarts[one.Name] = one
	}
	if len(quickStarts) != 3 {
		t.Errorf("%d quick starts", len(quickStarts))
	}
	added := 0
	for name, one := range quickStarts {
		for _, next := range one.Spec.NextQuickStart {
			if _, found := quickStarts[next]; !found {
				t.Errorf("%s goes on to %s, which is not there", name, next)
			}
		}
		for _, task := range one.Spec.Tasks {
			if task.Review == nil || task.Review.FailedTaskHelp == "" || task.Summary == nil {
				t.Errorf("%s: task %q has no review or no summary", name, task.Title)
			}
			for _, snippet := range specOf.FindAllStringSubmatch(task.Description, -1) {
				store := v1alpha1.ZotArtifactStore{}
				if err := yaml.UnmarshalStrict([]byte(snippet[1]), &store); err != nil {
					t.Errorf("%s: task %q: %v", name, task.Title, err)
				}
				added++
			}
		}
	}
	if added != 1 {
		t.Errorf("%d tasks have something for a store's YAML: that of Keycloak alone has", added)
	}
	samples := consoleDocuments(t, "samples.yaml")
	if len(samples) != len(consoleSamples) {
		t.Errorf("%d samples", len(samples))
	}
	for _, document := range samples {
		one, store := consolev1.ConsoleYAMLSample{}, v1alpha1.ZotArtifactStore{}
		if err := yaml.UnmarshalStrict(document, &one); err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalStrict([]byte(one.Spec.YAML), &store); err != nil {
			t.Errorf("%s: %v", one.Name, err)
		}
		if store.Name == "" || store.Namespace != "" {
			t.Errorf("%s is for %s/%s: the namespace is the one that the console's user is in", one.Name, store.Namespace, store.Name)
		}
	}
}

func consoleDocuments(t *testing.T, file string) [][]byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "config", "openshift", "console", file))
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for document := range strings.SplitSeq(string(data), "---\n") {
		if strings.Contains(document, "kind:") {
			out = append(out, []byte(document))
		}
	}
	return out
}
