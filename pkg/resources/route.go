package resources

import (
	routev1 "github.com/openshift/api/route/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// Route is the way in from outside of an OpenShift cluster. TLS ends at the router; plain HTTP is sent there.
//
// It is written by hand, as openshift/api has types and no apply configurations.
func Route(in Input) runtime.ApplyConfiguration {
	spec := map[string]any{
		"to":   map[string]any{"kind": "Service", "name": names.Service(in.Name), "weight": int64(100)},
		"port": map[string]any{"targetPort": HTTPPort},
		"tls": map[string]any{
			"termination":                   string(routev1.TLSTerminationEdge),
			"insecureEdgeTerminationPolicy": string(routev1.InsecureEdgeTerminationPolicyRedirect),
		},
		"wildcardPolicy": string(routev1.WildcardPolicyNone),
	}
	if host := in.Spec.Networking.Route.Host; host != "" {
		spec["host"] = host
	}
	labels := map[string]any{}
	for key, value := range in.labels() {
		labels[key] = value
	}
	return routeIntent{&unstructured.Unstructured{Object: map[string]any{
		"apiVersion": routev1.GroupVersion.String(),
		"kind":       "Route",
		"metadata": map[string]any{
			"name": names.Route(in.Name), "namespace": in.Namespace, "labels": labels,
			"annotations": map[string]any{
				// The router's own limit is 30 s, less than a large layer takes.
				"haproxy.router.openshift.io/timeout": "30m",
			},
			"ownerReferences": []any{map[string]any{
				"apiVersion": v1alpha1.GroupVersion.String(), "kind": v1alpha1.GroupKind.Kind, "name": in.Name,
				"uid": string(in.UID), "controller": true, "blockOwnerDeletion": true,
			}},
		},
		"spec": spec,
	}}}
}

// routeIntent is an apply configuration without a type.
type routeIntent struct{ *unstructured.Unstructured }

// IsApplyConfiguration makes it one.
func (routeIntent) IsApplyConfiguration() {}
