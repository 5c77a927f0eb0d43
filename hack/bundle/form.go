package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	olm "github.com/operator-framework/api/pkg/operators/v1alpha1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// fieldWords is what config/olm/form.yaml says of a field.
type fieldWords struct {
	// Path is that of a descriptor: from spec or status on, [0] for the elements of a list.
	Path string `json:"path"`
	Name string `json:"name"`
	// When is PATH=VALUE of the field on which this one depends.
	When     string `json:"when,omitempty"`
	Advanced bool   `json:"advanced,omitempty"`
}

// field is one of the schema's, with the words for it.
type field struct {
	fieldWords

	schema apiextensionsv1.JSONSchemaProps
	key    string
}

// form fills in the descriptors from which the console makes its form and its details page.
func form(in inputs, csv *olm.ClusterServiceVersion) error {
	words := struct{ Spec, Status []fieldWords }{}
	if err := in.read(&words, "config", "olm", "form.yaml"); err != nil {
		return err
	}
	schema, err := in.schema()
	if err != nil {
		return err
	}
	owned := &csv.Spec.CustomResourceDefinitions.Owned[0]
	spec, err := fields(schema.Properties["spec"], words.Spec)
	if err != nil {
		return err
	}
	for _, one := range spec {
		owned.SpecDescriptors = append(owned.SpecDescriptors, olm.SpecDescriptor{
			Path: one.Path, DisplayName: one.Name, Description: one.schema.Description, XDescriptors: one.specWidgets(),
		})
	}
	status, err := fields(schema.Properties["status"], words.Status)
	if err != nil {
		return err
	}
	for _, one := range status {
		owned.StatusDescriptors = append(owned.StatusDescriptors, olm.StatusDescriptor{
			Path: one.Path, DisplayName: one.Name, Description: one.schema.Description, XDescriptors: one.statusWidgets(),
		})
	}
	return nil
}

// schema reads that of the CRD.
func (in inputs) schema() (*apiextensionsv1.JSONSchemaProps, error) {
	crd := apiextensionsv1.CustomResourceDefinition{}
	if err := in.read(&crd, "config", "crd", "zotartifactstore_crd.yaml"); err != nil {
		return nil, err
	}
	return crd.Spec.Versions[0].Schema.OpenAPIV3Schema, nil
}

// fields lists all of them, parents first, as the console forgets what it knows of children when it reads of their parent. Among
// siblings those that have words come first, in the order of these.
func fields(schema apiextensionsv1.JSONSchemaProps, words []fieldWords) ([]field, error) {
	order := map[string]int{}
	for i, one := range words {
		if _, twice := order[one.Path]; twice {
			return nil, fmt.Errorf("config/olm/form.yaml: %s is there twice", one.Path)
		}
		order[one.Path] = i - len(words)
	}
	out := walk(schema, "", func(path string) fieldWords {
		if i, found := order[path]; found {
			return words[i+len(words)]
		}
		return fieldWords{Path: path}
	}, order)
	there := map[string]bool{}
	for _, one := range out {
		there[one.Path] = true
	}
	for _, one := range words {
		if path, _, _ := strings.Cut(one.When, "="); !there[one.Path] || path != "" && !there[path] {
			return nil, fmt.Errorf("config/olm/form.yaml: the CRD has no %s, or not that on which it depends", one.Path)
		}
	}
	return out, nil
}

func walk(schema apiextensionsv1.JSONSchemaProps, parent string, words func(string) fieldWords, order map[string]int) []field {
	keys := sorted(schema.Properties)
	path := func(key string) string { return strings.TrimPrefix(parent+"."+key, ".") }
	slices.SortStableFunc(keys, func(a, b string) int { return order[path(a)] - order[path(b)] })
	var out []field
	for _, key := range keys {
		child := schema.Properties[key]
		one := field{fieldWords: words(path(key)), schema: child, key: key}
		if one.Name == "" {
			one.Name = title(key)
		}
		out = append(out, one)
		if isWhole(key) {
			continue
		}
		if items := child.Items; items != nil && items.Schema != nil {
			element := field{fieldWords: words(path(key) + "[0]"), schema: *items.Schema, key: key}
			if element.Name == "" {
				element.Name = title(key)
			}
			if len(items.Schema.Properties) == 0 && len(element.widgets()) > 0 {
				out = append(out, element)
			}
			out = append(out, walk(*items.Schema, path(key)+"[0]", words, order)...)
			continue
		}
		out = append(out, walk(child, path(key), words, order)...)
	}
	return out
}

// whole are fields that Kubernetes itself describes, or that the console has one widget for: what is in them needs no descriptor.
var whole = []string{
	"resources", "nodeAffinity", "podAffinity", "podAntiAffinity", "tolerations", "topologySpreadConstraints", "conditions",
}

func isWhole(key string) bool { return slices.Contains(whole, key) }

var short = map[string]string{
	"Url": "URL", "Urls": "URLs", "Ca": "CA", "Tls": "TLS", "Ip": "IP", "Cve": "CVE", "Dns": "DNS", "Id": "ID", "Ui": "UI", "Db": "DB",
}

// wordStart is where a word begins after a small letter, and after an abbreviation.
var wordStart = regexp.MustCompile(`([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z]{2})`)

// title makes "Storage class name" of storageClassName.
func title(key string) string {
	words := strings.Fields(wordStart.ReplaceAllString(key, "$1$3 $2$4"))
	for i, word := range words {
		runes := []rune(strings.ToLower(word))
		runes[0] = unicode.ToUpper(runes[0])
		if abbreviation, found := short[string(runes)]; found {
			words[i] = abbreviation
			continue
		}
		if i > 0 {
			runes[0] = unicode.ToLower(runes[0])
		}
		words[i] = string(runes)
	}
	return strings.Join(words, " ")
}
