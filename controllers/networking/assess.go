package networking

import (
	"fmt"

	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// assess gives the condition, and the host under which the registry is reached from outside if there is one.
func assess(spec v1alpha1.ZotArtifactStoreSpec, facts Facts) (condition board.Condition, host string) {
	const kind = v1alpha1.ConditionNetworkingReady
	if !defaults.RouteOn(spec) {
		return board.True(kind, v1alpha1.ReasonServiceReady, "The Service is in place."), ""
	}
	if !facts.RouteAPI {
		return board.False(kind, v1alpha1.ReasonRouteAPIMissing, "spec.networking.route asks for a Route, but this cluster does "+
			"not serve route.openshift.io. Set enabled: false there; on OpenShift, wait until its API server is back."), ""
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
