package gather

import (
	"context"
	"encoding/base64"
	"maps"
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/zot-artifact-store/operator/pkg/labels"
)

// outline is what is told of a Secret: that a key is missing or empty is most of what goes wrong with one.
type outline struct {
	Name string `json:"name"`
	// Missing is true where something names it and it is not there.
	Missing bool              `json:"missing,omitempty"`
	Type    string            `json:"type,omitempty"`
	Created string            `json:"created,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
	// Keys has the number of bytes of each value.
	Keys map[string]int `json:"keys,omitempty"`
}

// collectSecrets tells of the Secrets that stores and pods of ours name, or that are ours, what they are called and how long their values
// are.
func (c *collection) collectSecrets(ctx context.Context, namespace string, found map[kind][]unstructured.Unstructured, said *counts) error {
	names := map[string]bool{}
	for _, of := range []kind{stores, pods, ingresses, issued} {
		for _, object := range found[of] {
			spec, _, _ := unstructured.NestedMap(object.Object, "spec")
			namedSecrets(spec, names)
		}
	}
	own, err := c.list(ctx, secrets, namespace, labels.Store)
	if err != nil {
		return err
	}
	outlines := map[string]outline{}
	for _, secret := range own.Items {
		outlines[secret.GetName()] = outlineOf(secret)
	}
	for name := range names {
		if _, known := outlines[name]; known {
			continue
		}
		failed := c.failed
		secret, err := c.one(ctx, secrets, namespace, name)
		switch {
		case err != nil:
			return err
		case secret != nil:
			outlines[name] = outlineOf(*secret)
		case failed == c.failed:
			outlines[name] = outline{Name: name, Missing: true}
		}
	}
	said.add("secrets, without values", len(outlines))
	if len(outlines) == 0 {
		return nil
	}
	sorted := make([]outline, 0, len(outlines))
	for _, name := range slices.Sorted(maps.Keys(outlines)) {
		sorted = append(sorted, outlines[name])
	}
	return c.writeYAML(path.Join("namespaces", namespace, "secrets-without-values.yaml"), sorted)
}

func outlineOf(secret unstructured.Unstructured) outline {
	out := outline{Name: secret.GetName(), Labels: secret.GetLabels()}
	out.Created, _, _ = unstructured.NestedString(secret.Object, "metadata", "creationTimestamp")
	out.Type, _, _ = unstructured.NestedString(secret.Object, "type")
	data, _, _ := unstructured.NestedStringMap(secret.Object, "data")
	for key, value := range data {
		if out.Keys == nil {
			out.Keys = map[string]int{}
		}
		decoded, _ := base64.StdEncoding.DecodeString(value)
		out.Keys[key] = len(decoded)
	}
	return out
}

// namedSecrets finds names of Secrets: in fields whose own name tells so, as a text, as a list, or as an object with the name in it. A
// claim of a bucket has a Secret of its name.
func namedSecrets(value any, names map[string]bool) {
	switch value := value.(type) {
	case []any:
		for _, one := range value {
			namedSecrets(one, names)
		}
	case map[string]any:
		for key, field := range value {
			if strings.Contains(strings.ToLower(key), "secret") || key == "objectBucketClaim" {
				takeNames(field, names)
			}
			namedSecrets(field, names)
		}
	}
}

func takeNames(value any, names map[string]bool) {
	switch value := value.(type) {
	case string:
		if value != "" {
			names[value] = true
		}
	case []any:
		for _, one := range value {
			takeNames(one, names)
		}
	case map[string]any:
		for _, key := range []string{"name", "secretName"} {
			if name, _ := value[key].(string); name != "" {
				names[name] = true
			}
		}
	}
}
