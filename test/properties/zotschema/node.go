package zotschema

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/zot-artifact-store/operator/pkg/version"
)

// kind is what a value is in JSON, or what a string must be.
type kind string

const (
	kindText     kind = "string"
	kindFlag     kind = "boolean"
	kindNumber   kind = "integer"
	kindDuration kind = "duration"
	kindList     kind = "array"
	kindObject   kind = "object"
	// kindNames is an object whose keys are anybody's choice.
	kindNames kind = "names"
	// kindDriver is an object whose key name decides which other keys there are.
	kindDriver kind = "driver"
)

// Node is one key of the configuration.
type Node struct {
	kind     kind
	fields   fields
	item     *Node
	drivers  map[string]fields
	values   []string
	since    version.Zot
	required bool
	check    func(string) error
	low, top int64
	// anyCase says that nobody minds when zot lower-cases the names.
	anyCase bool
}

type fields map[string]Node

func text() Node { return Node{kind: kindText} }

func flag() Node { return Node{kind: kindFlag} }

func duration() Node { return Node{kind: kindDuration} }

func number(low, top int64) Node { return Node{kind: kindNumber, low: low, top: top} }

func list(item Node) Node { return Node{kind: kindList, item: &item} }

func texts() Node { return list(text()) }

func object(f fields) Node { return Node{kind: kindObject, fields: f} }

func names(item Node) Node { return Node{kind: kindNames, item: &item} }

func (n Node) inAnyCase() Node {
	n.anyCase = true
	return n
}

func driver(drivers map[string]fields) Node { return Node{kind: kindDriver, drivers: drivers} }

func oneOf(values ...string) Node { return Node{kind: kindText, values: values} }

// address is a text that must be an absolute URL of one of the schemes.
func address(schemes ...string) Node {
	n := text()
	n.check = func(s string) error {
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
			return fmt.Errorf("is no URL of the scheme %s", strings.Join(schemes, " or "))
		}
		return nil
	}
	return n
}

func (n Node) must() Node {
	n.required = true
	return n
}

// from says that zot 2.1 knows the key from that patch on.
func (n Node) from(patch int) Node {
	n.since = version.Zot{Major: 2, Minor: 1, Patch: patch}
	return n
}

func (n Node) when(check func(string) error) Node {
	n.check = check
	return n
}

// Newest is the version whose keys are all of the tree.
func Newest() version.Zot { return version.Zot{Major: 2, Minor: 1, Patch: 20} }

// Decode reads a configuration with its numbers as they stand there.
func Decode(data []byte) (map[string]any, error) {
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber()
	var out map[string]any
	if err := decoder.Decode(&out); err != nil {
		return nil, fmt.Errorf("read zot's configuration: %w", err)
	}
	return out, nil
}

// Check gives what the zot of that version would not take, or would take without a use. The document is what Decode gives.
func Check(document map[string]any, zot version.Zot) []error {
	return Config().judge("", document, zot)
}

func (n Node) judge(at string, value any, zot version.Zot) []error {
	if n.since != (version.Zot{}) && !zot.AtLeast(n.since) {
		return wrong(at, "zot knows the key from %s on, and this is %s", n.since, zot)
	}
	switch n.kind {
	case kindObject:
		return n.judgeObject(at, value, zot)
	case kindDriver:
		return n.judgeDriver(at, value, zot)
	case kindNames:
		return n.judgeNames(at, value, zot)
	case kindList:
		return n.judgeList(at, value, zot)
	default:
		return n.judgeScalar(at, value)
	}
}

func (n Node) judgeObject(at string, value any, zot version.Zot) []error {
	got, ok := value.(map[string]any)
	if !ok {
		return wrong(at, "is %T and no object", value)
	}
	if len(got) == 0 && at != "" && !strings.HasSuffix(at, "]") {
		return wrong(at, "is empty: zot drops empty objects without a word")
	}
	return judgeFields(at, got, n.fields, zot)
}

func judgeFields(at string, got map[string]any, known fields, zot version.Zot) []error {
	var out []error
	for _, key := range slices.Sorted(maps.Keys(got)) {
		child, ok := known[key]
		if !ok {
			out = append(out, wrong(below(at, key), "zot knows no such key")...)
			continue
		}
		out = append(out, child.judge(below(at, key), got[key], zot)...)
	}
	for _, key := range slices.Sorted(maps.Keys(known)) {
		if _, ok := got[key]; !ok && known[key].required {
			out = append(out, wrong(below(at, key), "is missing, and zot cannot work without it")...)
		}
	}
	return out
}

func (n Node) judgeDriver(at string, value any, zot version.Zot) []error {
	got, ok := value.(map[string]any)
	if !ok {
		return wrong(at, "is %T and no object", value)
	}
	name, _ := got["name"].(string)
	known, ok := n.drivers[name]
	if !ok {
		return wrong(below(at, "name"), "%q is none of %q", name, slices.Sorted(maps.Keys(n.drivers)))
	}
	if node, ok := known["name"]; ok {
		// Carries the version from which there is the driver.
		if problems := node.judge(below(at, "name"), name, zot); len(problems) > 0 {
			return problems
		}
	}
	return judgeFields(at, got, known, zot)
}

// judgeNames looks at the keys as well: zot's loader lower-cases them, and takes "::" for a step down.
func (n Node) judgeNames(at string, value any, zot version.Zot) []error {
	got, ok := value.(map[string]any)
	if !ok {
		return wrong(at, "is %T and no object", value)
	}
	var out []error
	for _, key := range slices.Sorted(maps.Keys(got)) {
		switch {
		case strings.Contains(key, "::"):
			out = append(out, wrong(below(at, key), "zot takes :: in a key for a step down")...)
		case strings.ToLower(key) != key && !n.anyCase:
			out = append(out, wrong(below(at, key), "zot lower-cases the key, so that it is another one then")...)
		case key == "":
			out = append(out, wrong(at, "has an empty key")...)
		}
		out = append(out, n.item.judge(below(at, key), got[key], zot)...)
	}
	return out
}

func (n Node) judgeList(at string, value any, zot version.Zot) []error {
	got, ok := value.([]any)
	if !ok {
		return wrong(at, "is %T and no list", value)
	}
	var out []error
	for i, item := range got {
		out = append(out, n.item.judge(fmt.Sprintf("%s[%d]", at, i), item, zot)...)
	}
	return out
}

func (n Node) judgeScalar(at string, value any) []error {
	if n.kind == kindNumber {
		return n.judgeNumber(at, value)
	}
	if n.kind == kindFlag {
		if _, ok := value.(bool); !ok {
			return wrong(at, "is %T and no boolean", value)
		}
		return nil
	}
	got, ok := value.(string)
	if !ok {
		return wrong(at, "is %T and no string", value)
	}
	if n.kind == kindDuration {
		if d, err := time.ParseDuration(got); err != nil || d < 0 {
			return wrong(at, "%q is no duration from zero on, as Go writes it", got)
		}
	}
	if n.values != nil && !slices.Contains(n.values, got) {
		return wrong(at, "%q is none of %q", got, n.values)
	}
	if n.required && got == "" {
		return wrong(at, "is empty, and zot cannot work without it")
	}
	if n.check != nil {
		if err := n.check(got); err != nil {
			return wrong(at, "%q: %w", got, err)
		}
	}
	return nil
}

func (n Node) judgeNumber(at string, value any) []error {
	number, ok := value.(json.Number)
	if !ok {
		return wrong(at, "is %T and no number", value)
	}
	got, err := number.Int64()
	if err != nil {
		return wrong(at, "%s is no whole number", number)
	}
	if got < n.low || got > n.top {
		return wrong(at, "%d is not within %d and %d", got, n.low, n.top)
	}
	return nil
}

func below(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

func wrong(at, format string, arguments ...any) []error {
	if at == "" {
		at = "the document"
	}
	return []error{fmt.Errorf(at+": "+format, arguments...)}
}
