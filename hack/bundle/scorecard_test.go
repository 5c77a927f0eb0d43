package main

import (
	"encoding/json"
	"strings"
	"testing"

	olm "github.com/operator-framework/api/pkg/operators/v1alpha1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// The six tests of Operator SDK's scorecard, which is not a library: what they ask is in its documentation. The first one needs a
// cluster there; the examples are applied to an API server by test/envtest, and have a spec here. olm-bundle-validation is
// TestValidatorsFindNothing.

func TestScorecardBasicCheckSpec(t *testing.T) {
	for _, store := range almExamples(t) {
		if spec, _ := store["spec"].(map[string]any); len(spec) == 0 {
			t.Errorf("example %v has no spec", store["metadata"])
		}
	}
}

func TestScorecardCRDsHaveValidation(t *testing.T) {
	schema := loadSchema(t)
	for _, block := range []string{"spec", "status"} {
		for name, field := range schema.Properties[block].Properties {
			if field.Type == "" && !field.XIntOrString && field.XPreserveUnknownFields == nil {
				t.Errorf("%s.%s has no type", block, name)
			}
		}
	}
}

func TestScorecardCRDsHaveResources(t *testing.T) {
	for _, crd := range committed(t).CSV.Spec.CustomResourceDefinitions.Owned {
		if len(crd.Resources) == 0 {
			t.Errorf("%s lists no resources", crd.Name)
		}
	}
}

func TestScorecardSpecDescriptors(t *testing.T) {
	described := map[string]bool{}
	for _, one := range committed(t).CSV.Spec.CustomResourceDefinitions.Owned[0].SpecDescriptors {
		described[one.Path] = true
	}
	for _, store := range almExamples(t) {
		spec, _ := store["spec"].(map[string]any)
		for key := range spec {
			if !described[key] {
				t.Errorf("spec.%s of an example has no descriptor", key)
			}
		}
	}
}

func TestScorecardStatusDescriptors(t *testing.T) {
	described := map[string]bool{}
	for _, one := range committed(t).CSV.Spec.CustomResourceDefinitions.Owned[0].StatusDescriptors {
		described[one.Path] = true
	}
	// The scorecard asks for those of an example's status; ours have none, as users write none. All fields are described.
	for key := range loadSchema(t).Properties["status"].Properties {
		if !described[key] {
			t.Errorf("status.%s has no descriptor", key)
		}
	}
}

func almExamples(t *testing.T) []map[string]any {
	t.Helper()
	var out []map[string]any
	if err := json.Unmarshal([]byte(committed(t).CSV.Annotations["alm-examples"]), &out); err != nil {
		t.Fatal(err)
	}
	if len(out) != len(samples) {
		t.Fatalf("%d examples, not %d", len(out), len(samples))
	}
	return out
}

// A field that a person can set has a descriptor with help, and no descriptor points nowhere.
func TestDescriptorsAreTheSchemas(t *testing.T) {
	owned := committed(t).CSV.Spec.CustomResourceDefinitions.Owned[0]
	described := map[string]olm.SpecDescriptor{}
	for _, one := range owned.SpecDescriptors {
		if _, twice := described[one.Path]; twice {
			t.Errorf("%s is described twice", one.Path)
		}
		described[one.Path] = one
	}
	known := map[string]bool{}
	visit(loadSchema(t).Properties["spec"], "", func(path string, schema apiextensionsv1.JSONSchemaProps) {
		known[path] = true
		one, found := described[path]
		element := strings.HasSuffix(path, "]")
		switch {
		case !found && (!element || len(schema.Enum) > 0):
			t.Errorf("spec.%s has no descriptor", path)
		case found && (one.DisplayName == "" || !element && one.Description == ""):
			t.Errorf("spec.%s has no name or no help", path)
		}
	})
	for path, one := range described {
		if !known[path] {
			t.Errorf("a descriptor points to spec.%s, which is not there", path)
		}
		for _, each := range one.XDescriptors {
			if on, found := strings.CutPrefix(each, fieldDependency); found {
				if control, _, _ := strings.Cut(on, ":"); !known[control] {
					t.Errorf("spec.%s depends on spec.%s, which is not there", path, control)
				}
			}
		}
	}
}

// visit is on purpose not the walk of the program, which it judges.
func visit(schema apiextensionsv1.JSONSchemaProps, path string, each func(string, apiextensionsv1.JSONSchemaProps)) {
	for key, child := range schema.Properties {
		at := strings.TrimPrefix(path+"."+key, ".")
		each(at, child)
		if isWhole(key) {
			continue
		}
		visit(child, at, each)
		if child.Items != nil && child.Items.Schema != nil {
			if len(child.Items.Schema.Properties) == 0 {
				each(at+"[0]", *child.Items.Schema)
			}
			visit(*child.Items.Schema, at+"[0]", each)
		}
	}
}

// The console shows no field whose schema may be one of several (allOf, anyOf, oneOf), unless it has a widget for the whole of it.
func TestTheFormShowsWhatHasADescriptor(t *testing.T) {
	visit(loadSchema(t).Properties["spec"], "", func(path string, schema apiextensionsv1.JSONSchemaProps) {
		if len(schema.AllOf)+len(schema.AnyOf)+len(schema.OneOf) > 0 {
			t.Errorf("spec.%s has a choice of schemas: the console leaves it out of the form", path)
		}
	})
}
