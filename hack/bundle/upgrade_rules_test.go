package main

import (
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

type schema = apiextensionsv1.JSONSchemaProps

// upgradeRows are changes of today's CRD, and the rule that refuses them; none: OLM takes it. They show that the check of an upgrade sees what
// it is there for, and what a maintainer may change in a release.
var upgradeRows = map[string]struct {
	change func(t *testing.T, crd *apiextensionsv1.CustomResourceDefinition)
	rule   string
}{
	"nothing": {func(*testing.T, *apiextensionsv1.CustomResourceDefinition) {}, ""},
	"another scope": {func(_ *testing.T, crd *apiextensionsv1.CustomResourceDefinition) {
		crd.Spec.Scope = apiextensionsv1.ClusterScoped
	}, "scope"},
	"a stored version less": {func(_ *testing.T, crd *apiextensionsv1.CustomResourceDefinition) {
		crd.Spec.Versions[0].Name = "v1"
	}, "storedVersionRemoval"},
	"a version more": {func(_ *testing.T, crd *apiextensionsv1.CustomResourceDefinition) {
		more := *crd.Spec.Versions[0].DeepCopy()
		more.Name, more.Storage = "v1beta1", false
		crd.Spec.Versions = append(crd.Spec.Versions, more)
	}, ""},
	"a field less": {in("spec.storage", func(s *schema) { delete(s.Properties, "s3") }), "existingFieldRemoval"},
	"a field more": {in("spec.storage", func(s *schema) { s.Properties["more"] = schema{Type: "string"} }), ""},
	"a field more, required": {in("spec.storage", func(s *schema) {
		s.Properties["more"], s.Required = schema{Type: "string"}, append(s.Required, "more")
	}), "required"},
	"required":              {in("spec.storage", func(s *schema) { s.Required = append(s.Required, "size") }), "required"},
	"not required any more": {in("spec.storage.s3", func(s *schema) { s.Required = nil }), ""},
	"another type":          {in("spec.replicas", func(s *schema) { s.Type = "string" }), "type"},
	"a default":             {in("spec.externalURL", func(s *schema) { s.Default = raw(`"https://a.b"`) }), "default"},
	"another default":       {in("spec.storage.type", func(s *schema) { s.Default = raw(`"s3"`) }), "default"},
	"an enum":               {in("spec.externalURL", func(s *schema) { s.Enum = []apiextensionsv1.JSON{*raw(`"a"`)} }), "enum"},
	"an enum that shrinks":  {in("spec.storage.type", func(s *schema) { s.Enum = s.Enum[1:] }), "enum"},
	"an enum that grows":    {in("spec.storage.type", func(s *schema) { s.Enum = append(s.Enum, *raw(`"tape"`)) }), ""},
	"a minimum":             {in("spec.storage.s3.bucket", func(s *schema) { s.MinLength = new(int64(50)) }), "minLength"},
	"a maximum that shrinks": {in("spec.storage.s3.bucket", func(s *schema) {
		s.MaxLength = new(*s.MaxLength - 1)
	}), "maxLength"},
	"a maximum that grows": {in("spec.storage.s3.bucket", func(s *schema) { s.MaxLength = new(*s.MaxLength + 1) }), ""},
	"a pattern":            {in("spec.externalURL", func(s *schema) { s.Pattern = "^https" }), "unhandled"},
	"a rule": {in("spec.storage", func(s *schema) {
		s.XValidations = append(s.XValidations, apiextensionsv1.ValidationRule{Rule: "has(self.size)"})
	}), "unhandled"},
	"another list type": {in("spec.image.pullSecrets", func(s *schema) { s.XListType = new("atomic") }), "unhandled"},
	"another text":      {in("spec.storage", func(s *schema) { s.Description = "Where artifacts are." }), ""},
}

func TestUpgradeRules(t *testing.T) {
	for name, row := range upgradeRows {
		t.Run(name, func(t *testing.T) {
			from := today(t)
			to := from.DeepCopy()
			row.change(t, to)
			err := upgrade(from, to)
			switch {
			case row.rule == "" && err != nil:
				t.Errorf("refused: %v", err)
			case row.rule != "" && (err == nil || !strings.Contains(err.Error(), ": "+row.rule+": ")):
				t.Errorf("rule %s should refuse it; found: %v", row.rule, err)
			}
		})
	}
}

// in changes the schema of the field at that path.
func in(path string, change func(*schema)) func(*testing.T, *apiextensionsv1.CustomResourceDefinition) {
	return func(t *testing.T, crd *apiextensionsv1.CustomResourceDefinition) {
		t.Helper()
		changeAt(t, crd.Spec.Versions[0].Schema.OpenAPIV3Schema, path, strings.Split(path, "."), change)
	}
}

func changeAt(t *testing.T, at *schema, path string, rest []string, change func(*schema)) {
	t.Helper()
	if len(rest) == 0 {
		change(at)
		return
	}
	field, there := at.Properties[rest[0]]
	if !there {
		t.Fatalf("the CRD has no %s", path)
	}
	changeAt(t, &field, path, rest[1:], change)
	at.Properties[rest[0]] = field
}

func raw(text string) *apiextensionsv1.JSON { return &apiextensionsv1.JSON{Raw: []byte(text)} }
