package zotschema

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// printed is a part of the JSON schema that `zot schema` prints.
type printed struct {
	Reference   string             `json:"$ref"`
	Definitions map[string]printed `json:"definitions"`
	Type        any                `json:"type"`
	Properties  map[string]printed `json:"properties"`
	// Additional is false, a schema, or absent.
	Additional json.RawMessage `json:"additionalProperties"`
	Items      *printed        `json:"items"`
	AnyOf      []printed       `json:"anyOf"`
}

// unprinted are keys that zot reads and its schema leaves out: they are of embedded structures.
var unprinted = []string{"extensions.events.sinks.credentials", "extensions.events.sinks.tlsconfig"}

// TestAgainstZot compares keys and types with those of the binary.
func TestAgainstZot(t *testing.T) {
	binary := os.Getenv("ZOT_BIN")
	if binary == "" {
		t.Skip("ZOT_BIN names no zot: its schema is not compared with ours")
	}
	// #nosec G204 -- the person who runs the tests names the binary
	output, err := exec.Command(binary, "schema").Output()
	if err != nil {
		t.Fatalf("let zot print its schema: %v", err)
	}
	var root printed
	if err := json.Unmarshal(output, &root); err != nil {
		t.Fatal(err)
	}
	c := comparison{t: t, definitions: root.Definitions}
	c.compare("", Config(), root)
	t.Logf("compared %d keys", c.keys)
	if c.keys < 150 {
		t.Error("that is no whole schema")
	}
}

type comparison struct {
	t           *testing.T
	definitions map[string]printed
	keys        int
}

// resolve follows references, and leaves out that a value may be null.
func (c *comparison) resolve(p printed) printed {
	for _, option := range p.AnyOf {
		if option.Type != "null" {
			return c.resolve(option)
		}
	}
	if name, ok := strings.CutPrefix(p.Reference, "#/definitions/"); ok {
		name = strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
		return c.resolve(c.definitions[name])
	}
	return p
}

func (p printed) is(wanted string) bool {
	if types, ok := p.Type.([]any); ok {
		return slices.Contains(types, any(wanted))
	}
	return p.Type == wanted
}

func (c *comparison) compare(at string, ours Node, theirs printed) {
	theirs = c.resolve(theirs)
	c.keys++
	want := map[kind]string{
		kindText: "string", kindDuration: "string", kindFlag: "boolean", kindNumber: "integer", kindList: "array",
		kindObject: "object", kindNames: "object", kindDriver: "object",
	}[ours.kind]
	if !theirs.is(want) {
		c.t.Errorf("%s: zot takes %v, and the tree says %s", at, theirs.Type, want)
		return
	}
	switch ours.kind {
	case kindList:
		c.compare(at, *ours.item, *theirs.Items)
	case kindNames:
		var value printed
		if err := json.Unmarshal(theirs.Additional, &value); err != nil {
			c.t.Errorf("%s: zot takes only keys that it knows, and the tree says any: %v", at, err)
		} else if c.resolve(value).Type != nil {
			c.compare(at+".*", *ours.item, value)
		}
	case kindObject:
		c.compareFields(at, ours.fields, theirs.Properties)
	}
}

// compareFields ignores case: zot's schema has each key in all spellings that it takes.
func (c *comparison) compareFields(at string, ours fields, theirs map[string]printed) {
	known := map[string]printed{}
	for _, key := range slices.Sorted(maps.Keys(theirs)) {
		known[strings.ToLower(key)] = theirs[key]
	}
	for _, key := range slices.Sorted(maps.Keys(ours)) {
		lower := strings.ToLower(key)
		if other, ok := known[lower]; ok {
			c.compare(below(at, key), ours[key], other)
		} else if !slices.Contains(unprinted, strings.ToLower(below(at, key))) {
			c.t.Errorf("%s: zot does not know the key", below(at, key))
		}
		delete(known, lower)
	}
	for key := range known {
		c.t.Errorf("%s: zot has the key and the tree has not", below(at, key))
	}
}
