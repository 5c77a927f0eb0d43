package schema

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// file is where `make generate` writes the definition.
const file = "config/crd/zotartifactstore_crd.yaml"

// kubernetes are blocks whose inside is Kubernetes' own: each is one leaf.
var kubernetes = []string{
	"spec.scheduling.affinity", "spec.scheduling.tolerations", "spec.scheduling.topologySpreadConstraints",
}

// Node is a place in the schema. Its path has names joined by dots; [] stands for the items of a list of objects.
type Node struct {
	Path  string
	Props apiextensionsv1.JSONSchemaProps
	// Children are the fields of an object in the order of their names, and of the objects of a list.
	Children []Node
	// Required says that the block above must have it.
	Required bool
}

// Name is the last part of the path.
func (n Node) Name() string { return n.Path[strings.LastIndex(n.Path, ".")+1:] }

// Leaf says whether a user sets a value here.
func (n Node) Leaf() bool { return len(n.Children) == 0 }

// List says whether the node holds objects, any number of them.
func (n Node) List() bool { return !n.Leaf() && n.Props.Type == "array" }

// Load reads the spec's part of the definition.
func Load() (Node, error) {
	_, here, _, ok := runtime.Caller(0)
	if !ok {
		return Node{}, fmt.Errorf("the folder of %s is unknown", file)
	}
	data, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "..", "..", file))
	if err != nil {
		return Node{}, fmt.Errorf("read the custom resource definition: %w", err)
	}
	var definition apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(data, &definition); err != nil {
		return Node{}, fmt.Errorf("read %s: %w", file, err)
	}
	spec, ok := definition.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"]
	if !ok {
		return Node{}, fmt.Errorf("%s has no spec", file)
	}
	return node("spec", spec), nil
}

func node(path string, props apiextensionsv1.JSONSchemaProps) Node {
	out := Node{Path: path, Props: props}
	fields := props
	below := path
	if props.Type == "array" && props.Items != nil && props.Items.Schema != nil {
		fields = *props.Items.Schema
		below += "[]"
	}
	if slices.Contains(kubernetes, path) || fields.Type != "object" {
		return out
	}
	for _, name := range slices.Sorted(maps.Keys(fields.Properties)) {
		child := node(below+"."+name, fields.Properties[name])
		child.Required = slices.Contains(fields.Required, name)
		out.Children = append(out.Children, child)
	}
	return out
}

// Leaves are all leaves below the node, by path.
func (n Node) Leaves() []Node {
	if n.Leaf() {
		return []Node{n}
	}
	var out []Node
	for _, child := range n.Children {
		out = append(out, child.Leaves()...)
	}
	return out
}

// Set gives the paths of the leaves that an object of that node sets.
func (n Node) Set(value any) []string {
	if n.Leaf() {
		return []string{n.Path}
	}
	var out []string
	items := []any{value}
	if n.List() {
		items, _ = value.([]any)
	}
	for _, item := range items {
		object, _ := item.(map[string]any)
		for _, child := range n.Children {
			if v, ok := object[child.Name()]; ok {
				out = append(out, child.Set(v)...)
			}
		}
	}
	return out
}
