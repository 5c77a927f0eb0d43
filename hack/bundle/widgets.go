package main

import (
	"encoding/json"
	"strings"
)

// The console's names of widgets: frontend/packages/operator-lifecycle-manager/src/components/descriptors/types.ts of openshift/console.
const (
	widget         = "urn:alm:descriptor:com.tectonic.ui:"
	resourcePicker = "urn:alm:descriptor:io.kubernetes:"

	advanced        = widget + "advanced"
	fieldDependency = widget + "fieldDependency:"
	conditions      = "urn:alm:descriptor:io.kubernetes.conditions"
	phase           = "urn:alm:descriptor:io.kubernetes.phase"
	link            = "urn:alm:descriptor:org.w3:link"
	text            = "urn:alm:descriptor:text"
)

// byKey are widgets that a field's name tells.
var byKey = map[string]string{
	"replicas":        widget + "podCount",
	"resources":       widget + "resourceRequirements",
	"pullPolicy":      widget + "imagePullPolicy",
	"nodeAffinity":    widget + "nodeAffinity",
	"podAffinity":     widget + "podAffinity",
	"podAntiAffinity": widget + "podAntiAffinity",
	"existingClaim":   resourcePicker + "PersistentVolumeClaim",
	"pullSecrets":     resourcePicker + "Secret",
}

// bySuffix are widgets that the end of a field's name tells.
var bySuffix = []struct{ suffix, widget string }{
	{"storageClassName", resourcePicker + "StorageClass"},
	{"configMapName", resourcePicker + "ConfigMap"},
	{"ConfigMapName", resourcePicker + "ConfigMap"},
	{"secretName", resourcePicker + "Secret"},
	{"SecretName", resourcePicker + "Secret"},
	{"Secret", resourcePicker + "Secret"},
}

// widgets are those for the field's value alone.
func (f field) widgets() []string {
	if f.schema.Type == "array" {
		return nil // its elements have them
	}
	if found, ok := byKey[f.key]; ok {
		return []string{found}
	}
	if len(f.schema.Enum) > 0 {
		return choices(f)
	}
	switch f.schema.Type {
	case "boolean":
		return []string{widget + "booleanSwitch"}
	case "integer", "number":
		return []string{widget + "number"}
	case "string":
		for _, one := range bySuffix {
			if strings.HasSuffix(f.key, one.suffix) {
				return []string{one.widget}
			}
		}
		return []string{widget + "text"}
	}
	return nil
}

func choices(f field) []string {
	var out []string
	for _, choice := range f.schema.Enum {
		value := ""
		if json.Unmarshal(choice.Raw, &value) == nil {
			out = append(out, widget+"select:"+value)
		}
	}
	return out
}

// specWidgets are all x-descriptors of a field of the spec.
func (f field) specWidgets() []string {
	out := f.widgets()
	if path, value, found := strings.Cut(f.When, "="); found {
		out = append(out, fieldDependency+path+":"+value)
	}
	if f.Advanced {
		out = append(out, advanced)
	}
	return out
}

// statusWidgets are the x-descriptors of a field of the status.
func (f field) statusWidgets() []string {
	switch f.Path {
	case "conditions":
		return []string{conditions}
	case "phase":
		return []string{phase}
	case "externalEndpoint":
		return []string{link}
	}
	if f.schema.Type == "object" {
		return nil
	}
	return []string{text}
}
