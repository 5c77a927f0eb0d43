package resources

import (
	"maps"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// untypedIntent is an apply configuration of a kind for which nobody has written types of them.
type untypedIntent struct{ *unstructured.Unstructured }

// IsApplyConfiguration makes it one.
func (untypedIntent) IsApplyConfiguration() {}

// untypedObject is an object of the store with that spec.
func untypedObject(in Input, apiVersion, kind, name string, annotations map[string]string, spec map[string]any) untypedIntent {
	metadata := map[string]any{
		"name": name, "namespace": in.Namespace, "labels": untyped(in.labels()),
		"ownerReferences": []any{map[string]any{
			"apiVersion": v1alpha1.GroupVersion.String(), "kind": v1alpha1.GroupKind.Kind, "name": in.Name,
			"uid": string(in.UID), "controller": true, "blockOwnerDeletion": true,
		}},
	}
	if annotations != nil {
		metadata["annotations"] = untyped(annotations)
	}
	return untypedIntent{&unstructured.Unstructured{Object: map[string]any{
		"apiVersion": apiVersion, "kind": kind, "metadata": metadata, "spec": spec,
	}}}
}

// overridden gives our values, where the user has not others. Neither map is changed.
func overridden(ours, users map[string]string) map[string]string {
	out := maps.Clone(ours)
	maps.Copy(out, users)
	return out
}

func untyped(values map[string]string) map[string]any {
	out := make(map[string]any, len(values))
	for key, value := range values {
		out[key] = value
	}
	return out
}
