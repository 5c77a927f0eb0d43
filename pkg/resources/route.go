package resources

import (
	"maps"

	routev1 "github.com/openshift/api/route/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// Route is the way in from outside of an OpenShift cluster. The router serves https in each case, be it with a certificate of its
// own or with the registry's, and sends those who come by http there.
//
// It is written by hand, as openshift/api has types and no apply configurations.
func Route(in Input) runtime.ApplyConfiguration {
	wanted := in.Spec.Networking.Route
	spec := map[string]any{
		"to":   map[string]any{"kind": "Service", "name": names.Service(in.Name), "weight": int64(100)},
		"port": map[string]any{"targetPort": HTTPPort},
		"tls": map[string]any{
			// The API's values are OpenShift's.
			"termination":                   string(wanted.Termination),
			"insecureEdgeTerminationPolicy": string(routev1.InsecureEdgeTerminationPolicyRedirect),
		},
		"wildcardPolicy": string(routev1.WildcardPolicyNone),
	}
	if wanted.Host != "" {
		spec["host"] = wanted.Host
	}
	annotations := overridden(map[string]string{
		// The router's own limit is 30 s, less than a large layer takes.
		"haproxy.router.openshift.io/timeout": "30m",
	}, wanted.Annotations)
	return routeIntent{&unstructured.Unstructured{Object: map[string]any{
		"apiVersion": routev1.GroupVersion.String(),
		"kind":       "Route",
		"metadata": map[string]any{
			"name": names.Route(in.Name), "namespace": in.Namespace,
			"labels": untyped(in.labels()), "annotations": untyped(annotations),
			"ownerReferences": []any{map[string]any{
				"apiVersion": v1alpha1.GroupVersion.String(), "kind": v1alpha1.GroupKind.Kind, "name": in.Name,
				"uid": string(in.UID), "controller": true, "blockOwnerDeletion": true,
			}},
		},
		"spec": spec,
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

// routeIntent is an apply configuration without a type.
type routeIntent struct{ *unstructured.Unstructured }

// IsApplyConfiguration makes it one.
func (routeIntent) IsApplyConfiguration() {}
