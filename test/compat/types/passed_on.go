package types

import (
	"fmt"
	"slices"

	"sigs.k8s.io/yaml"
)

// passedOn are fields that came after the oldest servers, in parts of a store's spec that the operator passes on as the user wrote
// them, by the field that holds the part. The operator sets none of them, so they are no fault of its own.
var passedOn = map[string][]string{
	// Of a Service: in the part that every object has, where no other kind has a field of that name.
	"spec":                      {"loadBalancerClass"},
	"podAffinity":               {"matchLabelKeys", "mismatchLabelKeys", "namespaceSelector"},
	"podAntiAffinity":           {"matchLabelKeys", "mismatchLabelKeys", "namespaceSelector"},
	"topologySpreadConstraints": {"matchLabelKeys", "minDomains", "nodeAffinityPolicy", "nodeTaintsPolicy"},
}

// withoutPassedOn gives the document without these fields. One that has none stays as it is, to the letter.
func withoutPassedOn(document []byte) ([]byte, error) {
	var object map[string]any
	if err := yaml.Unmarshal(document, &object); err != nil {
		return nil, fmt.Errorf("read YAML: %w", err)
	}
	if !remove(object, nil) {
		return document, nil
	}
	out, err := yaml.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	return out, nil
}

// remove takes the fields of those names out of a value, and what passedOn has for the parts in it. It tells if there were any.
func remove(value any, fields []string) bool {
	removed := false
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			removed = remove(item, fields) || removed
		}
	case map[string]any:
		for name, inner := range value {
			if slices.Contains(fields, name) {
				delete(value, name)
				removed = true
				continue
			}
			inside := fields
			if newer, ok := passedOn[name]; ok {
				inside = newer
			}
			removed = remove(inner, inside) || removed
		}
	}
	return removed
}
