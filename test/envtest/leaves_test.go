package envtest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/value"
)

// owned are the paths of an object that our managers own: every leaf, and every item of a list whose items have keys.
func owned(object client.Object) *fieldpath.Set {
	GinkgoHelper()
	out := fieldpath.NewSet()
	for _, entry := range object.GetManagedFields() {
		if !mine(entry.Manager) {
			continue
		}
		for path := range leaves(entry).All() {
			out.Insert(path.Copy())
			for i, element := range path {
				if element.Key != nil {
					out.Insert(path[:i+1].Copy())
				}
			}
		}
	}
	return out
}

// isKey is true for a field by which the items of a list are told apart. Another value of it is another item.
func isKey(path fieldpath.Path) bool {
	if len(path) < 2 || path[len(path)-1].FieldName == nil || path[len(path)-2].Key == nil {
		return false
	}
	return slices.ContainsFunc(*path[len(path)-2].Key, func(f value.Field) bool { return f.Name == *path[len(path)-1].FieldName })
}

// find gives the value at a path of an object's content, and whether there is one.
func find(content any, path fieldpath.Path) (found any, ok bool) {
	edit(content, path, func(at any) (any, bool) {
		found, ok = at, true
		return at, true
	})
	return found, ok
}

// edit replaces the value at a path by what change gives, or removes it, if change does not want to keep it. It gives the content.
func edit(content any, path fieldpath.Path, change func(any) (changed any, keep bool)) any {
	if len(path) == 0 {
		content, _ = change(content)
		return content
	}
	element, rest := path[0], path[1:]
	switch at := content.(type) {
	case map[string]any:
		if element.FieldName == nil {
			return content
		}
		inner, ok := at[*element.FieldName]
		if !ok {
			return content
		}
		if len(rest) > 0 {
			at[*element.FieldName] = edit(inner, rest, change)
		} else if changed, keep := change(inner); keep {
			at[*element.FieldName] = changed
		} else {
			delete(at, *element.FieldName)
		}
	case []any:
		i := slices.IndexFunc(at, func(item any) bool { return selects(element, item) })
		if i < 0 {
			return content
		}
		if len(rest) > 0 {
			at[i] = edit(at[i], rest, change)
		} else if changed, keep := change(at[i]); keep {
			at[i] = changed
		} else {
			return slices.Delete(slices.Clone(at), i, i+1)
		}
	}
	return content
}

// selects is true when a path's element names the item of a list.
func selects(element fieldpath.PathElement, item any) bool {
	if element.Value != nil {
		return value.Equals(*element.Value, value.NewValueInterface(item))
	}
	fields, ok := item.(map[string]any)
	if !ok || element.Key == nil {
		return false
	}
	for _, key := range *element.Key {
		if have, ok := fields[key.Name]; !ok || !value.Equals(key.Value, value.NewValueInterface(have)) {
			return false
		}
	}
	return true
}

// alternatives are values of which a field takes one.
var alternatives = [][]any{
	{"Always", "IfNotPresent", "Never"},
	{"TCP", "UDP"},
	{"HTTP", "HTTPS"},
	{"ClusterIP", "NodePort", "LoadBalancer"},
	{"RollingUpdate", "OnDelete"},
	{"RuntimeDefault", "Unconfined"},
	{"OnRootMismatch", "Always"},
	{"Memory", ""},
	{"edge", "passthrough", "reencrypt"},
	{"Redirect", "Allow", "None"},
	{"None", "Subdomain"},
	{"DoNotSchedule", "ScheduleAnyway"},
	{"Exact", "Prefix"},
}

var amount = regexp.MustCompile(`^(\d+)([a-zA-Z]*)$`)

// others are values that are not the given one, the likeliest to be taken first.
func others(v any) []any {
	var out []any
	switch v := v.(type) {
	case bool:
		return []any{!v}
	case int64:
		return []any{v + 1, v - 1}
	case float64:
		return []any{v + 1}
	case string:
		for _, group := range alternatives {
			if slices.Contains(group, any(v)) {
				out = append(out, slices.DeleteFunc(slices.Clone(group), func(other any) bool { return other == v })...)
			}
		}
		if match := amount.FindStringSubmatch(v); match != nil {
			if n, err := strconv.ParseInt(match[1], 10, 64); err == nil {
				out = append(out, fmt.Sprintf("%d%s", n+1, match[2]))
			}
		}
		return append(out, v+"x", "x"+v, "tmp", "run") // The last two are volumes.
	case []any:
		if len(v) > 0 {
			for _, other := range others(v[0]) {
				out = append(out, append([]any{other}, v[1:]...))
			}
		}
		return out
	case map[string]any:
		for _, key := range slices.SortedFunc(maps.Keys(v), func(a, b string) int { return plainness(v[b]) - plainness(v[a]) }) {
			for _, other := range others(v[key]) {
				changed := maps.Clone(v)
				changed[key] = other
				out = append(out, changed)
			}
		}
		return out
	}
	return nil
}

// plainness says how little harm another value does: an owner that is called otherwise is an owner that is gone.
func plainness(v any) int {
	switch v.(type) {
	case bool:
		return 2
	case int64, float64:
		return 1
	}
	return 0
}

var generated = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// leafName names a leaf of a kind, whatever the store.
func leafName(kind string, path fieldpath.Path) string {
	return kind + strings.ReplaceAll(generated.ReplaceAllString(path.String(), "<uid>"), `\"`, `"`)
}
