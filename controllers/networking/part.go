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

// part is what the spec may ask for beside the Service, and has an object of its own.
type part struct {
	kind schema.GroupVersionKind
	name func(store string) string
	// asked says whether the spec asks for it.
	asked func(spec v1alpha1.ZotArtifactStoreSpec) bool
	// api says whether its objects can be read and written, and if that is about to change, when to look again.
	api   func(facts Facts) (served bool, again time.Duration)
	build func(c Component, in resources.Input, facts Facts) runtime.ApplyConfiguration
	look  func(in resources.Input, facts Facts) finding
	// bound to a CRD: its objects are gone when their API is, so that nothing is left to be deleted when it comes back.
	bound bool
}

// finding is what there is to say about a part.
type finding struct {
	// reason and message say what keeps it from working; no reason, nothing does, and the message is only good to know.
	reason, message string
	// address is where the registry is reached by it, if that is known.
	address string
}

// parts begin with the ways in from outside of the cluster, in the order in which their addresses are preferred. The load balancer of the
// Service itself comes after them.
func parts() []part {
	always := func(Facts) (bool, time.Duration) { return true, 0 }
	return []part{{
		kind: routev1.GroupVersion.WithKind("Route"), name: names.Route, asked: defaults.RouteOn,
		api: func(f Facts) (bool, time.Duration) { return f.RouteAPI, f.RouteAgain },
		build: func(_ Component, in resources.Input, _ Facts) runtime.ApplyConfiguration {
			return resources.Route(in)
		},
		look: lookAtRoute,
	}, {
		kind: networkingv1.SchemeGroupVersion.WithKind("Ingress"), name: names.Ingress, asked: defaults.IngressOn, api: always,
		build: func(_ Component, in resources.Input, _ Facts) runtime.ApplyConfiguration {
			return resources.Ingress(in)
		},
		look: lookAtIngress,
	}, {
		kind: schema.GroupVersion(gatewayv1.GroupVersion).WithKind("HTTPRoute"), name: names.HTTPRoute, asked: defaults.HTTPRouteOn,
		api: func(f Facts) (bool, time.Duration) { return f.HTTPRouteAPI, f.HTTPRouteAgain },
		build: func(_ Component, in resources.Input, f Facts) runtime.ApplyConfiguration {
			return resources.HTTPRoute(in, f.Capabilities.HTTPRouteTimeouts)
		},
		look: lookAtHTTPRoute,
	}, {
		kind: schema.GroupVersion(gatewayv1.GroupVersion).WithKind("BackendTLSPolicy"), name: names.BackendTLSPolicy,
		asked: defaults.BackendTLSOn, bound: true,
		api: func(f Facts) (bool, time.Duration) { return f.BackendTLSPolicyAPI, f.BackendTLSPolicyAgain },
		build: func(_ Component, in resources.Input, _ Facts) runtime.ApplyConfiguration {
			return resources.BackendTLSPolicy(in)
		},
		look: lookAtBackendTLSPolicy,
	}, {
		kind: resources.CertificateKind, name: names.Certificate, asked: defaults.IssuerOn, bound: true,
		api: func(f Facts) (bool, time.Duration) { return f.CertificateAPI, f.CertificateAgain },
		build: func(c Component, in resources.Input, f Facts) runtime.ApplyConfiguration {
			return resources.Certificate(in, f.outside(), c.ClusterDomain)
		},
		look: lookAtCertificate,
	}, {
		kind: networkingv1.SchemeGroupVersion.WithKind("NetworkPolicy"), name: names.NetworkPolicy, asked: defaults.NetworkPolicyOn,
		api: always,
		build: func(c Component, in resources.Input, f Facts) runtime.ApplyConfiguration {
			return resources.NetworkPolicy(in, c.operator(f))
		},
		look: func(resources.Input, Facts) finding { return finding{} },
	}}
}
