package validation

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	schemavalidation "k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// The API server's own limits for what CEL rules may cost.
const (
	callLimit  = 1_000_000
	costBudget = 10_000_000
)

// server judges objects as an API server does by the CRD: schema, list types and CEL, after it has filled in the schema's defaults.
type server struct {
	schema     schemavalidation.SchemaValidator
	structural *schema.Structural
	cel        *cel.Validator
	messages   []string
}

func newServer(t *testing.T) server {
	t.Helper()
	external := readCRD(t).Spec.Versions[0].Schema.OpenAPIV3Schema
	var internal apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(external, &internal, nil); err != nil {
		t.Fatal(err)
	}
	var s server
	var err error
	if s.structural, err = schema.NewStructural(&internal); err != nil {
		t.Fatal(err)
	}
	if s.schema, _, err = schemavalidation.NewSchemaValidator(&internal); err != nil {
		t.Fatal(err)
	}
	s.cel = cel.NewValidator(s.structural, true, callLimit)
	s.messages = celMessages(external)
	return s
}

func celMessages(s *apiextensionsv1.JSONSchemaProps) []string {
	var out []string
	for _, rule := range s.XValidations {
		out = append(out, rule.Message)
	}
	for name := range s.Properties {
		property := s.Properties[name]
		out = append(out, celMessages(&property)...)
	}
	if s.Items != nil && s.Items.Schema != nil {
		out = append(out, celMessages(s.Items.Schema)...)
	}
	return out
}

func (s server) refuses(t interface {
	Fatal(args ...any)
	Helper()
}, store, old *v1alpha1.ZotArtifactStore,
) field.ErrorList {
	t.Helper()
	convert := func(store *v1alpha1.ZotArtifactStore) map[string]any {
		if store == nil {
			return nil
		}
		object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(store)
		if err != nil {
			t.Fatal(err)
		}
		defaulting.Default(object, s.structural)
		return object
	}
	object, stored := convert(store), convert(old)
	errs := schemavalidation.ValidateCustomResource(nil, object, s.schema)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, s.structural, object)...)
	var before any
	if stored != nil {
		before = stored
	}
	said, _ := s.cel.Validate(context.Background(), nil, s.structural, object, before, costBudget)
	return append(errs, said...)
}

// covers says whether a rule's error is about what the server's error is about: the same field, an entry of the same list, or, as CEL
// may not name a field, the same message.
func covers(rule, server *field.Error) bool {
	return rule.Field == server.Field || strings.HasPrefix(rule.Field, server.Field+"[") || rule.Detail == server.Detail
}

// arbitrary draws any store, valid or not, by its Go types, so that new fields take part by themselves. The strings are chosen so
// that valid values come up often enough to let the others be judged alone.
func arbitrary(t *rapid.T, label string) *v1alpha1.ZotArtifactStore {
	sample := func(values ...string) *rapid.Generator[any] { return rapid.SampledFrom(values).AsAny() }
	spec := rapid.MakeCustom[v1alpha1.ZotArtifactStoreSpec](rapid.MakeConfig{
		Types: map[reflect.Type]*rapid.Generator[any]{
			reflect.TypeFor[resource.Quantity](): rapid.Custom(func(t *rapid.T) resource.Quantity {
				return resource.MustParse(rapid.SampledFrom([]string{"-1", "0", "1m", "1", "100m", "64Mi", "2Gi", "5Gi", "1E"}).Draw(t, "quantity"))
			}).AsAny(),
			reflect.TypeFor[int32](): rapid.SampledFrom([]int32{1, 1, 1, -1, 0, 2, 17, 80, 8079, 8080, 65536}).AsAny(),
			reflect.TypeFor[string](): rapid.OneOf(
				sample("", "a", "abc", "us-east-1", "/metrics", "https://a.example.com"), rapid.String().AsAny(),
				rapid.Map(rapid.IntRange(1, 600), func(n int) string { return strings.Repeat("a", n) }).AsAny()),
			reflect.TypeFor[v1alpha1.Duration]():              sample("", "", "1h", "24h", "0s", "1s", "1d", "-1h", "999999999h", "1"),
			reflect.TypeFor[v1alpha1.CacheType]():             sample("", "redis", "dynamodb", "other"),
			reflect.TypeFor[v1alpha1.DeletionPolicy]():        sample("", "Retain", "Delete", "other"),
			reflect.TypeFor[v1alpha1.ServiceType]():           sample("", "ClusterIP", "NodePort", "LoadBalancer", "other"),
			reflect.TypeFor[v1alpha1.IPFamily]():              sample("IPv4", "IPv6", "other"),
			reflect.TypeFor[v1alpha1.IPFamilyPolicy]():        sample("", "SingleStack", "PreferDualStack", "other"),
			reflect.TypeFor[v1alpha1.ExternalTrafficPolicy](): sample("", "Cluster", "Local", "other"),
			reflect.TypeFor[v1alpha1.RouteTermination]():      sample("", "edge", "reencrypt", "passthrough", "other"),
			reflect.TypeFor[v1alpha1.MetricsAction]():         sample("read", "other"),
			reflect.TypeFor[v1alpha1.StorageType]():           sample("", "filesystem", "s3", "azure", "gcp", "other"),
			reflect.TypeFor[v1alpha1.PullPolicy]():            sample("", "Always", "IfNotPresent", "Never", "other"),
			reflect.TypeFor[v1alpha1.LogLevel]():              sample("", "debug", "info", "warn", "error", "other"),
			reflect.TypeFor[v1alpha1.AccessAction]():          sample("read", "create", "update", "delete", "other"),
			reflect.TypeFor[v1alpha1.SigningProvider]():       sample("cosign", "notary", "notation", "other"),
			reflect.TypeFor[v1alpha1.SBOMFormat]():            sample("spdx", "cyclonedx", "other"),
		},
	}).Draw(t, label)
	name := rapid.SampledFrom([]string{"store", "store", "store", "a.b", "1a", "A", "x-", "a23456789-a23456789-a23456789-a23456789-a"})
	return &v1alpha1.ZotArtifactStore{ObjectMeta: metav1.ObjectMeta{Name: name.Draw(t, label+" name"), Namespace: "zot-system"}, Spec: spec}
}

// TestWhatTheServerRefusesTheRulesRefuse is the promise to servers without CEL and to the controllers.
func TestWhatTheServerRefusesTheRulesRefuse(t *testing.T) {
	s := newServer(t)
	rapid.Check(t, func(t *rapid.T) {
		in := Input{New: arbitrary(t, "new")}
		if rapid.Bool().Draw(t, "update") {
			in.Old = arbitrary(t, "old")
		}
		Warnings(in)
		found := run(in)
		for _, refused := range s.refuses(t, in.New, in.Old) {
			if !slices.ContainsFunc(found, func(err *field.Error) bool { return covers(err, refused) }) {
				t.Fatalf("no rule refuses what the API server refuses: %v", refused)
			}
		}
	})
	for _, r := range rows() {
		in := r.input(t)
		if refused := s.refuses(t, in.New, in.Old); len(refused) > 0 && len(r.refused) == 0 {
			t.Errorf("%s: the API server refuses a row that is there to be accepted: %v", r.rule, refused)
		}
	}
}

// TestBothSayTheSame keeps the messages of the CRD's CEL rules and of the rules here alike.
func TestBothSayTheSame(t *testing.T) {
	said := map[string]bool{}
	for _, r := range rows() {
		for _, err := range run(r.input(t)) {
			said[err.Detail] = true
		}
	}
	s := newServer(t)
	if len(s.messages) < 5 {
		t.Fatalf("the CRD has only %d CEL rules", len(s.messages))
	}
	for _, message := range s.messages {
		if !said[message] {
			t.Errorf("no rule says what the CRD says: %q", message)
		}
	}
}

// TestTheServersRulesWork wants the server to say each of its own messages in some row, and those about changes in every row that the
// rule refuses: also about a store that was made without spec.
func TestTheServersRulesWork(t *testing.T) {
	s := newServer(t)
	said := map[string]bool{}
	for _, r := range rows() {
		in := r.input(t)
		refused := s.refuses(t, in.New, in.Old)
		for _, err := range run(in) {
			told := slices.ContainsFunc(refused, func(server *field.Error) bool { return strings.Contains(server.Detail, err.Detail) })
			said[err.Detail] = said[err.Detail] || told
			if r.old != "" && !told && slices.Contains(s.messages, err.Detail) {
				t.Errorf("%s: from %q to %q the API server does not say %q: %v", r.rule, r.old, r.spec, err.Detail, refused)
			}
		}
	}
	for _, message := range s.messages {
		if !said[message] {
			t.Errorf("no row makes the API server say %q", message)
		}
	}
}

func TestValidateNeitherPanicsNorChangesItsInput(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := Input{New: arbitrary(t, "new"), Old: arbitrary(t, "old")}
		before := Input{New: in.New.DeepCopy(), Old: in.Old.DeepCopy()}
		Validate(in)
		Warnings(in)
		Validate(Input{New: in.New})
		if !reflect.DeepEqual(in, before) {
			t.Fatal("a rule changes what it judges")
		}
		if errs := Validate(Input{New: in.New, Old: in.New}); len(errs) > 0 {
			t.Fatalf("an update that changes nothing is refused: %v", errs)
		}
	})
}
