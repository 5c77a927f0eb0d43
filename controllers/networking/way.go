package networking

import (
	"time"

	routev1 "github.com/openshift/api/route/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// way is a way in from outside of the cluster that has an object of its own beside the Service.
type way struct {
	kind schema.GroupVersionKind
	name func(store string) string
	// asked says whether the spec asks for it.
	asked func(spec v1alpha1.ZotArtifactStoreSpec) bool
	// api says whether its objects can be read and written, and if that is about to change, when to look again.
	api   func(facts Facts) (served bool, again time.Duration)
	build func(in resources.Input) runtime.ApplyConfiguration
	look  func(in resources.Input, facts Facts) finding
}

// finding is what there is to say about a way in.
type finding struct {
	// reason and message say what keeps it from working; no reason, nothing does, and the message is only good to know.
	reason, message string
	// address is where the registry is reached by it, if that is known.
	address string
}

// ways in the order in which their addresses are preferred. The load balancer of the Service itself comes after them.
func ways() []way {
	return []way{{
		kind: routev1.GroupVersion.WithKind("Route"), name: names.Route, asked: defaults.RouteOn,
		api:   func(f Facts) (bool, time.Duration) { return f.RouteAPI, f.RouteAgain },
		build: resources.Route, look: lookAtRoute,
	}, {
		kind: networkingv1.SchemeGroupVersion.WithKind("Ingress"), name: names.Ingress, asked: defaults.IngressOn,
		api:   func(Facts) (bool, time.Duration) { return true, 0 },
		build: func(in resources.Input) runtime.ApplyConfiguration { return resources.Ingress(in) }, look: lookAtIngress,
	}, {
		kind: schema.GroupVersion(gatewayv1.GroupVersion).WithKind("HTTPRoute"), name: names.HTTPRoute, asked: defaults.HTTPRouteOn,
		api:   func(f Facts) (bool, time.Duration) { return f.HTTPRouteAPI, f.HTTPRouteAgain },
		build: func(in resources.Input) runtime.ApplyConfiguration { return resources.HTTPRoute(in) }, look: lookAtHTTPRoute,
	}}
}
