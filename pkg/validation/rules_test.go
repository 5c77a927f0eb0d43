package validation

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// row is one object that a rule accepts, or refuses at the given fields.
type row struct {
	rule string
	// spec is YAML. old is the stored object's; without it the object is created.
	spec, old string
	// store and namespace are the object's, if that is what the row is about.
	store, namespace string
	// registry and s3 are the volumes that admission sees, if that is what the row is about.
	registry, s3 *Volume
	// refused are the paths of the errors, none if the rule accepts.
	refused []string
}

func at(paths ...string) []string { return paths }

// rows are told in one file per owner, beside the rules.
func rows() []row {
	return slices.Concat(
		workloadRows, httpRows, schedulingRows, affinityRows, gateRows, storageRows, lifecycleRows, cacheRows, objectStoreRows,
		movedBucketRows, extensionRows, supplyChainRows, metricsRows, searchRows, syncRows, serviceRows, networkingRows, accessRows,
		s3apiRows,
	)
}

func specOf(t testing.TB, text string) v1alpha1.ZotArtifactStoreSpec {
	t.Helper()
	var spec v1alpha1.ZotArtifactStoreSpec
	if err := yaml.UnmarshalStrict([]byte(text), &spec); err != nil {
		t.Fatalf("the row's YAML is wrong: %v\n%s", err, text)
	}
	return spec
}

func (r row) input(t testing.TB) Input {
	t.Helper()
	name := r.store
	if name == "" {
		name = "store"
	}
	meta := metav1.ObjectMeta{Name: name, Namespace: cmp.Or(r.namespace, "zot-system")}
	in := Input{
		New:     &v1alpha1.ZotArtifactStore{ObjectMeta: meta, Spec: specOf(t, r.spec)},
		Volumes: Volumes{Registry: r.registry, S3: r.s3},
	}
	if r.old != "" {
		in.Old = &v1alpha1.ZotArtifactStore{ObjectMeta: meta, Spec: specOf(t, r.old)}
	}
	return in
}

func fieldsOf(errs field.ErrorList) []string {
	out := make([]string, 0, len(errs))
	for _, err := range errs {
		out = append(out, err.Field)
	}
	return out
}

func TestRules(t *testing.T) {
	rules := map[string]Rule{}
	for _, rule := range Rules() {
		if _, ok := rules[rule.Name]; ok {
			t.Errorf("two rules are called %s", rule.Name)
		}
		rules[rule.Name] = rule
	}
	accepting, rejecting := map[string]int{}, map[string]int{}
	for _, r := range rows() {
		t.Run(r.rule+"/"+strings.Join(strings.Fields(r.spec+r.store), " "), func(t *testing.T) {
			rule, ok := rules[r.rule]
			if !ok {
				t.Fatalf("there is no rule %s", r.rule)
			}
			in := r.input(t)
			if got := fieldsOf(rule.Check(in)); !slices.Equal(got, r.refused) && len(got)+len(r.refused) > 0 {
				t.Errorf("refused at %q, want %q: %v", got, r.refused, rule.Check(in))
			}
			if len(r.refused) == 0 {
				accepting[r.rule]++
				if errs := Validate(in); len(errs) > 0 {
					t.Errorf("the row is there to be accepted, but another rule refuses it: %v", errs)
				}
				return
			}
			rejecting[r.rule]++
			if got := fieldsOf(Validate(in)); !slices.Contains(got, r.refused[0]) {
				t.Errorf("Validate refuses %q, want %q among them", got, r.refused)
			}
		})
	}
	for name := range rules {
		if accepting[name] == 0 || rejecting[name] == 0 {
			t.Errorf("rule %s has %d accepting and %d rejecting rows, want at least one of each", name, accepting[name], rejecting[name])
		}
	}
}

// machinery are the kinds of errors whose own words say it all: what is allowed, and what there is too much of.
var machinery = []field.ErrorType{
	field.ErrorTypeNotSupported, field.ErrorTypeDuplicate, field.ErrorTypeTooLong, field.ErrorTypeTooMany,
}

// advice is how the part of a message begins that says what to do. It comes after ':' or ';', or as a sentence of its own.
var advice = regexp.MustCompile(`[:;,.] (or )?(write|set|leave|remove|use|choose|name|make|run|change|lower|raise|correct|Write|Until)\b` +
	`|\b(you change|remove one|set only|must be set when)\b`)

// TestMessages checks what can be checked of the promise that messages say where, what is wrong, why, and what to write.
func TestMessages(t *testing.T) {
	for _, r := range rows() {
		for _, err := range Validate(r.input(t)) {
			if !strings.HasPrefix(err.Field, "spec.") && err.Field != "metadata.name" {
				t.Errorf("%s: %q is no place that a user could find: %v", r.rule, err.Field, err)
			}
			if slices.Contains(machinery, err.Type) {
				continue
			}
			if len(strings.Fields(err.Detail)) < 10 || len(err.Detail) > 400 || !strings.ContainsAny(err.Detail, ":;") {
				t.Errorf("%s: the message has no reason, or is too long: %q", err.Field, err.Detail)
			}
			if !advice.MatchString(err.Detail) {
				t.Errorf("%s: the message does not say what to do: %q", err.Field, err.Detail)
			}
			if strings.HasSuffix(err.Detail, ".") || strings.Contains(err.Detail, "  ") || strings.Contains(err.Detail, "%!") {
				t.Errorf("%s: the message is badly written: %q", err.Field, err.Detail)
			}
		}
	}
}
