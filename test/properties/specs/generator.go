package specs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/test/properties/schema"
)

// Store draws stores. Not all are admissible, see package validation; most are.
func Store(spec schema.Node) *rapid.Generator[*v1alpha1.ZotArtifactStore] {
	return rapid.Custom(func(t *rapid.T) *v1alpha1.ZotArtifactStore {
		g := generator{
			t:    t,
			wild: rapid.IntRange(0, 7).Draw(t, "wild") == 7,
			// A store with few fields and one with nearly all, and those between.
			fullness: rapid.SampledFrom([]int{15, 40, 60, 60, 85, 97}).Draw(t, "fullness"),
		}
		out := &v1alpha1.ZotArtifactStore{ObjectMeta: metav1.ObjectMeta{
			Name: storeNames.Draw(t, "name"), Namespace: namespaces.Draw(t, "namespace"), UID: "0f0f0f0f-0000-4000-8000-000000000002",
		}}
		decode(g.block(spec), &out.Spec)
		settle(t, &out.Spec)
		return out
	})
}

// decode is strict, so that schema and types agree.
func decode(object any, into *v1alpha1.ZotArtifactStoreSpec) {
	data, err := json.Marshal(object)
	if err != nil {
		panic(fmt.Sprintf("write a drawn spec: %v", err))
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		panic(fmt.Sprintf("the API's types do not take what its schema takes: %v\n%s", err, data))
	}
}

// Object is a spec as it is written, for walks along the schema.
func Object(spec v1alpha1.ZotArtifactStoreSpec) (map[string]any, error) {
	data, err := json.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("write a spec: %w", err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, fmt.Errorf("read a spec: %w", err)
	}
	return out, nil
}

type generator struct {
	t        *rapid.T
	wild     bool
	fullness int
}

// chance is true so many times in a hundred.
func (g generator) chance(percent int) bool {
	// Rapid makes small numbers more often than large ones, so the number is one of a list.
	return hundreds.Draw(g.t, "of a hundred") < percent
}

var hundreds = rapid.SampledFrom(upTo(100))

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// block draws an object. What a shape says goes before what the fields would be.
func (g generator) block(n schema.Node) map[string]any {
	var s shape
	if decide, ok := shapes[n.Path]; ok {
		s = decide(g)
	}
	out := map[string]any{}
	for _, child := range n.Children {
		name := child.Name()
		if value, ok := s.fixed[name]; ok {
			if value != nil {
				out[name] = value
			}
			continue
		}
		must := child.Required || slices.Contains(s.must, name)
		if slices.Contains(s.never, name) || !must && !g.chance(g.fullness) {
			continue
		}
		if value := g.value(child); value != nil {
			out[name] = value
		}
	}
	return out
}

func (g generator) value(n schema.Node) any {
	switch {
	case n.List():
		return g.blocks(n)
	case !n.Leaf():
		return g.block(n)
	}
	return g.leaf(n)
}

// blocks draws a list of objects. One whose key is there already is left out.
func (g generator) blocks(n schema.Node) any {
	low, top := bounds(n.Props.MinItems, 0), min(bounds(n.Props.MaxItems, 3), 3)
	count := rapid.IntRange(max(int(low), 1), int(top)).Draw(g.t, "length")
	out := make([]any, 0, count)
	seen := map[string]bool{}
	for range count {
		item := g.block(n)
		var key []string
		for _, name := range n.Props.XListMapKeys {
			key = append(key, fmt.Sprint(item[name]))
		}
		if joined := strings.Join(key, "\n"); key != nil {
			if seen[joined] {
				continue
			}
			seen[joined] = true
		}
		out = append(out, item)
	}
	return out
}

func bounds(p *int64, otherwise int64) int64 {
	if p == nil {
		return otherwise
	}
	return *p
}

func (g generator) leaf(n schema.Node) any {
	switch n.Props.Type {
	case "boolean":
		return rapid.Bool().Draw(g.t, n.Path)
	case "integer":
		return g.integer(n)
	case "array":
		switch n.Props.Items.Schema.Type {
		case "object":
			return provider(n)(g.t)
		case "integer":
			return g.numbers(n)
		}
		return g.texts(n)
	case "object", "":
		return provider(n)(g.t)
	}
	return g.text(n)
}

func (g generator) integer(n schema.Node) any {
	if provide, ok := providers[n.Path]; ok {
		return provide(g.t)
	}
	low, top := *n.Props.Minimum, *n.Props.Maximum
	if g.chance(20) {
		return rapid.SampledFrom([]float64{low, top}).Draw(g.t, n.Path)
	}
	return rapid.Int64Range(int64(low), int64(top)).Draw(g.t, n.Path)
}

// numbers draws a list without repetitions.
func (g generator) numbers(n schema.Node) any {
	low, top := int(*n.Props.Items.Schema.Minimum), int(*n.Props.Items.Schema.Maximum)
	return rapid.SliceOfNDistinct(rapid.IntRange(low, top), 1, 4, rapid.ID[int]).Draw(g.t, n.Path)
}

// texts draws a list without repetitions.
func (g generator) texts(n schema.Node) any {
	item := schema.Node{Path: n.Path, Props: *n.Props.Items.Schema}
	low, top := int(bounds(n.Props.MinItems, 0)), int(min(bounds(n.Props.MaxItems, 4), 4))
	count := rapid.IntRange(low, top).Draw(g.t, "length")
	if count == 0 && g.chance(80) {
		return nil
	}
	out := make([]any, 0, count)
	for range count {
		if v := g.text(item); !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func (g generator) text(n schema.Node) any {
	if len(n.Props.Enum) > 0 {
		values := make([]string, len(n.Props.Enum))
		for i, raw := range n.Props.Enum {
			if err := json.Unmarshal(raw.Raw, &values[i]); err != nil {
				panic(fmt.Sprintf("%s: its enumeration holds %s, which is no text", n.Path, raw.Raw))
			}
		}
		return rapid.SampledFrom(values).Draw(g.t, n.Path)
	}
	if g.wild && g.chance(12) {
		return wildText(g.t, n)
	}
	return provider(n)(g.t)
}

// provider finds the one for the field, or for all fields of that name.
func provider(n schema.Node) draw {
	if provide, ok := providers[n.Path]; ok {
		return provide
	}
	if provide, ok := providers["*."+n.Name()]; ok {
		return provide
	}
	panic(fmt.Sprintf("no provider makes values for %s: add one to values.go in test/properties/specs", n.Path))
}

// Provided says whether values of the leaf can be drawn.
func Provided(n schema.Node) bool {
	item := n.Props
	if n.Props.Items != nil && n.Props.Items.Schema != nil {
		item = *n.Props.Items.Schema
	}
	_, own := providers[n.Path]
	_, shared := providers["*."+n.Name()]
	bounded := item.Type == "boolean" || item.Type == "integer" && item.Minimum != nil && item.Maximum != nil
	return own || shared || bounded || item.Type == "string" && len(item.Enum) > 0
}

// Unused gives the providers and shapes that stand for no place of the schema.
func Unused(spec schema.Node) []string {
	known := map[string]bool{}
	var walk func(n schema.Node)
	walk = func(n schema.Node) {
		known[n.Path], known["*."+n.Name()] = true, true
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(spec)
	var out []string
	for _, path := range slices.Concat(slices.Collect(maps.Keys(providers)), slices.Collect(maps.Keys(shapes))) {
		if !known[path] {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// wildText is within the schema's bounds and need not make any sense.
func wildText(t *rapid.T, n schema.Node) string {
	low, top := int(bounds(n.Props.MinLength, 0)), int(bounds(n.Props.MaxLength, 64))
	if n.Props.Pattern != "" {
		out := rapid.StringMatching(n.Props.Pattern).Draw(t, n.Path)
		return cut(out, top)
	}
	out := rapid.OneOf(nonsense, rapid.StringN(low, min(top, low+20), -1)).Draw(t, n.Path)
	for len([]rune(out)) < low {
		out += "x"
	}
	return cut(out, top)
}

func cut(s string, top int) string {
	if runes := []rune(s); len(runes) > top {
		return string(runes[:top])
	}
	return s
}

var nonsense = rapid.SampledFrom([]string{
	" ", "a b", "A", "..", "/", "a/", "//", "a::b", "$(HOSTNAME)", "${HOME}", "{{ .x }}", "a\nb", "é", "%", "%zz", "a?b=c", "#a", "\\", "[",
	"{", "*", "-", "--x", "1", "0", "true", "null", "~", "'", "\"", "a,b", "::1", "[::1]:80", "localhost", "1.2.3.4", "x.y", "x_y", "x--y",
	"http://", "https://a", "https://u:p@a", "ftp://a", "redis://a", strings.Repeat("a", 63), strings.Repeat("a.", 31) + "a",
	strings.Repeat("x", 253),
})
