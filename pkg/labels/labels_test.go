package labels_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/zot-artifact-store/operator/pkg/labels"
)

func TestObject(t *testing.T) {
	want := map[string]string{
		"app":                          "zot-artifact-store",
		"app.kubernetes.io/managed-by": "zot-operator",
		"app.kubernetes.io/name":       "zot",
		"app.kubernetes.io/instance":   "sample",
		"artifacts.zot.io/store":       "sample",
		"artifacts.zot.io/component":   "networking",
	}
	if diff := cmp.Diff(want, labels.Object("sample", "networking")); diff != "" {
		t.Error(diff)
	}
}

// A StatefulSet's selector can never be changed: another set would leave every running store behind.
func TestSelectorIsFrozen(t *testing.T) {
	want := map[string]string{"app": "zot-artifact-store", "artifacts.zot.io/store": "sample"}
	if diff := cmp.Diff(want, labels.Selector("sample")); diff != "" {
		t.Error(diff)
	}
}

func TestSelectorSelectsWhatIsLabelled(t *testing.T) {
	object := labels.Object("sample", "workload")
	for key, value := range labels.Selector("sample") {
		if object[key] != value {
			t.Errorf("the selector wants %s=%s, an object has %q", key, value, object[key])
		}
	}
}

func TestLabelsAreLegal(t *testing.T) {
	longest := strings.Repeat("s", 40)
	for key, value := range labels.Object(longest, "networking") {
		if problems := append(validation.IsQualifiedName(key), validation.IsValidLabelValue(value)...); len(problems) > 0 {
			t.Errorf("%s=%s: %v", key, value, problems)
		}
	}
	for _, key := range []string{labels.Intent, labels.ConfigHash, labels.DefaultContainer} {
		if problems := validation.IsQualifiedName(key); len(problems) > 0 {
			t.Errorf("annotation %s: %v", key, problems)
		}
	}
}

// The sets are copies: who changes one must not change another's.
func TestSetsAreNotShared(t *testing.T) {
	labels.Object("a", "workload")["app"] = "changed"
	labels.Selector("a")["app"] = "changed"
	if labels.Object("a", "workload")["app"] != labels.AppValue || labels.Selector("a")["app"] != labels.AppValue {
		t.Error("a change of one set shows in another")
	}
}
