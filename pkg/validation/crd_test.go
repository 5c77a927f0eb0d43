package validation

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	crdvalidation "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	"k8s.io/apimachinery/pkg/api/resource"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

func readCRD(t *testing.T) *apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	raw, err := os.ReadFile("../../config/crd/zotartifactstore_crd.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(raw, &crd); err != nil {
		t.Fatal(err)
	}
	return &crd
}

// TestServersTakeTheCRD asks what an API server asks of a CRD, the cost of its CEL rules among it.
func TestServersTakeTheCRD(t *testing.T) {
	crd := readCRD(t)
	apiextensionsv1.SetDefaults_CustomResourceDefinition(crd)
	apiextensionsv1.SetDefaults_CustomResourceDefinitionSpec(&crd.Spec)
	crd.Status.StoredVersions = []string{v1alpha1.GroupVersion.Version}
	var internal apiextensions.CustomResourceDefinition
	if err := apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(crd, &internal, nil); err != nil {
		t.Fatal(err)
	}
	for _, err := range crdvalidation.ValidateCustomResourceDefinition(t.Context(), &internal) {
		t.Error(err)
	}
}

// TestKubectlAppliesTheCRD: kubectl apply keeps all of it in an annotation.
func TestKubectlAppliesTheCRD(t *testing.T) {
	compact, err := json.Marshal(readCRD(t))
	if err != nil {
		t.Fatal(err)
	}
	if size := len(compact); size >= apivalidation.TotalAnnotationSizeLimitB {
		t.Errorf("the CRD has %d bytes, kubectl apply takes fewer than %d", size, apivalidation.TotalAnnotationSizeLimitB)
	}
}

// violation is a spec that breaks one bound of the schema.
type violation struct {
	path, bound string
	spec        any
}

// wrap puts a value at a place of the spec.
type wrap func(value any) any

// violations gives, for every bound below s, a spec that breaks it.
func violations(s apiextensionsv1.JSONSchemaProps, path string, at wrap) []violation {
	var out []violation
	add := func(bound string, value any) { out = append(out, violation{path, bound, at(value)}) }
	if s.MaxLength != nil {
		add("maxLength", strings.Repeat("a", int(*s.MaxLength)+1))
	}
	if s.MinLength != nil {
		add("minLength", "")
	}
	if s.Pattern != "" && !s.XIntOrString {
		add("pattern", "?")
	}
	if len(s.Enum) > 0 {
		add("enum", "no-such")
	}
	if s.Minimum != nil {
		add("minimum", *s.Minimum-1)
	}
	if s.Maximum != nil {
		add("maximum", *s.Maximum+1)
	}
	if len(s.Required) > 0 {
		add("required", map[string]any{})
	}
	if s.MaxProperties != nil {
		many := map[string]any{}
		for i := range *s.MaxProperties + 1 {
			many[fmt.Sprintf("n%d", i)] = "a"
		}
		add("maxProperties", many)
	}
	if s.MaxItems != nil {
		many := make([]any, *s.MaxItems+1)
		for i := range many {
			many[i] = item(*s.Items.Schema, i)
		}
		add("maxItems", many)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		out = append(out, violations(s.Properties[name], path+"."+name, func(v any) any { return at(map[string]any{name: v}) })...)
	}
	if s.Items != nil {
		out = append(out, violations(*s.Items.Schema, path+"[0]", func(v any) any { return at([]any{v}) })...)
	}
	return out
}

// item is an entry of a list that is too long.
func item(s apiextensionsv1.JSONSchemaProps, i int) any {
	switch s.Type {
	case "string":
		return fmt.Sprintf("n%d", i)
	case "integer":
		return int64(i + 1)
	}
	out := map[string]any{}
	for _, key := range []string{"name", "pattern"} {
		if _, ok := s.Properties[key]; ok {
			out[key] = fmt.Sprintf("n%d", i)
		}
	}
	return out
}

// TestEveryBound breaks each bound of the schema and looks for a rule that says so. A bound that no rule repeats would hold only as
// long as the schema does.
func TestEveryBound(t *testing.T) {
	s := newServer(t)
	spec := readCRD(t).Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"]
	found := violations(spec, "spec", func(value any) any { return value })
	if len(found) < 150 {
		t.Fatalf("the schema has only %d bounds", len(found))
	}
	judged := 0
	for _, v := range found {
		var store v1alpha1.ZotArtifactStore
		object := map[string]any{"spec": v.spec}
		err := runtime.DefaultUnstructuredConverter.FromUnstructured(object, &store)
		if errors.Is(err, resource.ErrFormatWrong) {
			continue // no object with it becomes a store that a rule could look at
		}
		if err != nil {
			t.Fatalf("%s %s: %v", v.path, v.bound, err)
		}
		store.ObjectMeta = metav1.ObjectMeta{Name: "store", Namespace: "zot-system"}
		refused := s.refuses(t, &store, nil)
		if !slices.ContainsFunc(refused, func(err *field.Error) bool { return strings.HasPrefix(err.Field, v.path) }) {
			// Empty strings and lists are as good as absent to the types, and so to the rules.
			if v.bound == "minLength" || v.bound == "required" {
				continue
			}
			t.Errorf("%s: the API server does not refuse what breaks %s", v.path, v.bound)
			continue
		}
		judged++
		for _, err := range run(Input{New: &store}) {
			refused = slices.DeleteFunc(refused, func(server *field.Error) bool { return covers(err, server) })
		}
		if len(refused) > 0 {
			t.Errorf("%s %s: no rule refuses what the API server refuses: %v", v.path, v.bound, errors.Join(refused.ToAggregate()))
		}
	}
	t.Logf("%d of %d bounds judged", judged, len(found))
}
