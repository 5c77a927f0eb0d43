package resources

import (
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	gatewayac "sigs.k8s.io/gateway-api/applyconfiguration/apis/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// HTTPRoute is the way in from outside through a Gateway.
//
// Every field that the API server would fill in is said here: lists of this kind are compared whole.
//
// Timeouts says whether the cluster's HTTPRoutes have that field: older versions of the API do not, and refuse a route with it.
func HTTPRoute(in Input, timeouts bool) *gatewayac.HTTPRouteApplyConfiguration {
	wanted := in.Spec.Networking.HTTPRoute
	spec := gatewayac.HTTPRouteSpec()
	for _, parent := range wanted.ParentRefs {
		spec.WithParentRefs(gateway(parent))
	}
	for _, host := range wanted.Hostnames {
		spec.WithHostnames(gatewayv1.Hostname(host))
	}
	rule := gatewayac.HTTPRouteRule().
		WithMatches(gatewayac.HTTPRouteMatch().
			WithPath(gatewayac.HTTPPathMatch().WithType(gatewayv1.PathMatchPathPrefix).WithValue("/"))).
		WithBackendRefs(gatewayac.HTTPBackendRef().
			WithGroup("").
			WithKind("Service").
			WithName(gatewayv1.ObjectName(names.Service(in.Name))).
			WithPort(*in.Spec.HTTP.Port).
			WithWeight(1))
	if timeouts && defaults.Enabled(wanted.Timeouts.Enabled) {
		rule.WithTimeouts(gatewayac.HTTPRouteTimeouts().WithRequest(gatewayv1.Duration(wanted.Timeouts.Request)))
	}
	spec.WithRules(rule)
	return gatewayac.HTTPRoute(names.HTTPRoute(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithAnnotations(wanted.Annotations).
		WithOwnerReferences(in.owner()).
		WithSpec(spec)
}

func gateway(parent v1alpha1.GatewayReference) *gatewayac.ParentReferenceApplyConfiguration {
	out := gatewayac.ParentReference().
		WithGroup(gatewayv1.GroupName).
		WithKind("Gateway").
		WithName(gatewayv1.ObjectName(parent.Name))
	if parent.Namespace != "" {
		out.WithNamespace(gatewayv1.Namespace(parent.Namespace))
	}
	if parent.SectionName != "" {
		out.WithSectionName(gatewayv1.SectionName(parent.SectionName))
	}
	return out
}
