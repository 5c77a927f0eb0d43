package networking

import (
	"cmp"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// lookAtHTTPRoute asks whether each Gateway that is named has accepted it. It gives no address: whether a host is reached by https is
// up to the Gateway's listeners, which the operator does not read.
func lookAtHTTPRoute(in resources.Input, facts Facts) finding {
	switch {
	case facts.HTTPRouteAgain > 0:
		return finding{reason: v1alpha1.ReasonProgressing, message: "spec.networking.httpRoute asks for an HTTPRoute. This cluster " +
			"announces gateway.networking.k8s.io and does not serve HTTPRoutes now. If it stays so: " +
			"`kubectl get crd httproutes.gateway.networking.k8s.io` says whether they are installed; it takes Kubernetes 1.27 or later."}
	case !facts.HTTPRouteAPI:
		return finding{reason: v1alpha1.ReasonHTTPRouteAPIMissing, message: "spec.networking.httpRoute asks for an HTTPRoute, but this " +
			"cluster does not have gateway.networking.k8s.io/v1. Install the Gateway API, or set enabled: false there."}
	case facts.HTTPRoute == nil:
		return finding{reason: v1alpha1.ReasonProgressing, message: "The HTTPRoute is being created."}
	}
	var problems []string
	for _, gateway := range in.Spec.Networking.HTTPRoute.ParentRefs {
		if problem := refusal(gateway, facts.HTTPRoute); problem != "" {
			problems = append(problems, problem)
		}
	}
	if len(problems) > 0 {
		return finding{
			reason: v1alpha1.ReasonHTTPRouteNotAccepted, message: "The HTTPRoute is not accepted. " + strings.Join(problems, " "),
		}
	}
	var notes []string
	if defaults.TLSOn(in.Spec) && !defaults.BackendTLSOn(in.Spec) {
		notes = append(notes, fmt.Sprintf("By itself a Gateway speaks plain HTTP with the registry, which serves https (spec.http.tls): "+
			"it needs a BackendTLSPolicy for Service %s, which spec.networking.httpRoute.backendTLS makes.", names.Service(in.Name)))
	}
	if defaults.Enabled(in.Spec.Networking.HTTPRoute.Timeouts.Enabled) && !facts.Capabilities.HTTPRouteTimeouts {
		notes = append(notes, "The HTTPRoutes of this cluster have no timeouts, so that those of the Gateway hold, which may be shorter "+
			"than a large layer takes.")
	}
	return finding{message: strings.Join(notes, " ")}
}

// refusal says why a Gateway does not serve the route, nothing if it does. A Gateway may be served by several controllers.
func refusal(gateway v1alpha1.GatewayReference, route *gatewayv1.HTTPRoute) string {
	name := "Gateway " + cmp.Or(gateway.Namespace, route.Namespace) + "/" + gateway.Name
	if gateway.SectionName != "" {
		name += ", listener " + gateway.SectionName
	}
	out := name + " has not answered yet."
	for _, parent := range route.Status.Parents {
		if !refersTo(parent.ParentRef, gateway, route.Namespace) {
			continue
		}
		accepted := current(parent.Conditions, gatewayv1.RouteConditionAccepted, route.Generation)
		resolved := current(parent.Conditions, gatewayv1.RouteConditionResolvedRefs, route.Generation)
		switch {
		case accepted == nil || accepted.Status == metav1.ConditionUnknown:
		case accepted.Status == metav1.ConditionFalse:
			out = fmt.Sprintf("%s refuses it: %s %s", name, accepted.Reason, accepted.Message)
			if accepted.Reason == string(gatewayv1.RouteReasonUnsupportedValue) {
				out = component.Sentence(out) + " If that is about its timeouts, set spec.networking.httpRoute.timeouts.enabled to false."
			}
		case resolved != nil && resolved.Status == metav1.ConditionFalse:
			out = fmt.Sprintf("%s does not reach the Service by it: %s %s", name, resolved.Reason, resolved.Message)
		default:
			return ""
		}
	}
	return out
}

// refersTo is true when the status of a parent is about the Gateway.
func refersTo(parent gatewayv1.ParentReference, gateway v1alpha1.GatewayReference, own string) bool {
	namespace, section := own, ""
	if parent.Namespace != nil {
		namespace = string(*parent.Namespace)
	}
	if parent.SectionName != nil {
		section = string(*parent.SectionName)
	}
	return string(parent.Name) == gateway.Name && namespace == cmp.Or(gateway.Namespace, own) && section == gateway.SectionName
}

// current gives the condition, nil if there is none, or only one about an older spec.
func current(conditions []metav1.Condition, kind gatewayv1.RouteConditionType, generation int64) *metav1.Condition {
	found := meta.FindStatusCondition(conditions, string(kind))
	if found == nil || found.ObservedGeneration != 0 && found.ObservedGeneration < generation {
		return nil
	}
	return found
}

// lookAtBackendTLSPolicy asks whether a Gateway has accepted it. Not every Gateway writes that down.
func lookAtBackendTLSPolicy(_ resources.Input, facts Facts) finding {
	switch {
	case !facts.BackendTLSPolicyAPI:
		return finding{reason: v1alpha1.ReasonBackendTLSPolicyAPIMissing, message: "spec.networking.httpRoute.backendTLS asks for a " +
			"BackendTLSPolicy, but this cluster does not have those of gateway.networking.k8s.io/v1, which came with version 1.4 of the " +
			"Gateway API. Install it, or take backendTLS out and tell the Gateway in its own way."}
	case facts.BackendTLSPolicy == nil:
		return finding{reason: v1alpha1.ReasonProgressing, message: "The BackendTLSPolicy is being created."}
	}
	for _, ancestor := range facts.BackendTLSPolicy.Status.Ancestors {
		for _, kind := range []gatewayv1.PolicyConditionType{
			gatewayv1.PolicyConditionAccepted, gatewayv1.PolicyConditionType(gatewayv1.RouteConditionResolvedRefs),
		} {
			c := current(ancestor.Conditions, gatewayv1.RouteConditionType(kind), facts.BackendTLSPolicy.Generation)
			if c != nil && c.Status == metav1.ConditionFalse {
				return finding{reason: v1alpha1.ReasonBackendTLSPolicyNotAccepted, message: fmt.Sprintf(
					"The BackendTLSPolicy is not accepted. %s says: %s %s", ancestor.AncestorRef.Name, c.Reason, c.Message)}
			}
		}
	}
	return finding{}
}
