package networking

import (
	"fmt"
	"slices"
	"strings"

	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// assess gives the condition, and the host under which the registry is reached from outside if there is one.
func assess(spec v1alpha1.ZotArtifactStoreSpec, facts Facts) (condition board.Condition, host string) {
	const kind = v1alpha1.ConditionNetworkingReady
	if !defaults.RouteOn(spec) {
		return board.True(kind, v1alpha1.ReasonServiceReady, "The Service is in place."), ""
	}
	if facts.RouteComing {
		return board.False(kind, v1alpha1.ReasonProgressing, "spec.networking.route asks for a Route. This cluster announces "+
			"route.openshift.io and does not serve it now. If it stays so: `kubectl get apiservice "+RouteAPIService+"` says why."), ""
	}
	if !facts.RouteAPI {
		return board.False(kind, v1alpha1.ReasonRouteAPIMissing, "spec.networking.route asks for a Route, but this cluster does "+
			"not have route.openshift.io. Set enabled: false there."), ""
	}
	if facts.Route == nil {
		return board.False(kind, v1alpha1.ReasonProgressing, "The Route is being created."), ""
	}
	message := "No router has answered yet."
	for _, ingress := range facts.Route.Status.Ingress {
		for _, c := range ingress.Conditions {
			if c.Type != routev1.RouteAdmitted {
				continue
			}
			if c.Status == corev1.ConditionTrue {
				return board.True(kind, v1alpha1.ReasonServiceReady, "Service and Route are in place."), ingress.Host
			}
			message = fmt.Sprintf("Router %s refuses it: %s %s", ingress.RouterName, c.Reason, c.Message)
		}
	}
	return board.False(kind, v1alpha1.ReasonRouteNotAdmitted, "The Route is not admitted. "+message), ""
}

// inPlace is true when an object of the kind is as intended, and the store's own.
func inPlace(report apply.Report, kind string) bool {
	return slices.ContainsFunc(report, func(result apply.Result) bool {
		taken := []apply.Outcome{apply.Unchanged, apply.Applied, apply.Sent}
		return result.Ref.Kind == kind && slices.Contains(taken, result.Outcome)
	})
}

// unwritten gives the kinds of the objects that could not be written.
func unwritten(report apply.Report) string {
	var kinds []string
	for _, result := range report {
		if result.Outcome == apply.Failed {
			kinds = append(kinds, result.Ref.Kind)
		}
	}
	return strings.Join(kinds, " and the ")
}
