package capabilities

import (
	"fmt"
	"slices"
	"sync/atomic"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilversion "k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/openapi"
)

// Capabilities are the optional abilities of a cluster.
type Capabilities struct {
	// Route: route.openshift.io/v1 is served.
	Route bool
	// HTTPRoute: the HTTPRoutes of gateway.networking.k8s.io/v1 are served. Only servers that name the kinds of all groups at once
	// can tell (Kubernetes 1.27 and later): a cluster may have Gateways of that API and no HTTPRoutes.
	HTTPRoute bool
	// HTTPRouteTimeouts: its HTTPRoutes have timeouts.
	HTTPRouteTimeouts bool
	// BackendTLSPolicy: the BackendTLSPolicies of gateway.networking.k8s.io/v1 are served.
	BackendTLSPolicy bool
	// Certificate: the Certificates of cert-manager.io/v1 are served.
	Certificate bool
	// ServiceMonitor: the ServiceMonitors of monitoring.coreos.com/v1 are served.
	ServiceMonitor bool
	// PodDisruptionBudget: policy/v1 is served (Kubernetes 1.21 and later).
	PodDisruptionBudget bool
	// NamedNamespaces: each namespace carries its name as a label, so that a NetworkPolicy can name it (Kubernetes 1.21 and later, too).
	NamedNamespaces bool
	// AssignedUID: the platform gives each namespace its own user IDs and refuses pods that fix one
	// (security context constraints, security.openshift.io).
	AssignedUID bool
	// NoSeccomp: the platform refuses pods that name a seccomp profile, even the runtime's own (OpenShift before 4.11).
	NoSeccomp bool
}

var (
	routes      = schema.GroupVersion{Group: "route.openshift.io", Version: "v1"}
	gateways    = schema.GroupVersion{Group: "gateway.networking.k8s.io", Version: "v1"}
	certManager = schema.GroupVersion{Group: "cert-manager.io", Version: "v1"}
	monitoring  = schema.GroupVersion{Group: "monitoring.coreos.com", Version: "v1"}
	budgets     = schema.GroupVersion{Group: "policy", Version: "v1"}
	constraints = schema.GroupVersion{Group: "security.openshift.io", Version: "v1"}

	// withSeccomp is the Kubernetes of OpenShift 4.11, the first whose constraints for everybody allow the runtime's profile.
	withSeccomp = utilversion.MustParseGeneric("1.24")
)

// Client is the part of client-go's discovery client that is needed. ServerGroups would not do: it leaves out, without an error,
// what an aggregated API server that is away for a moment serves.
type Client interface {
	GroupsAndMaybeResources() (
		groups *metav1.APIGroupList, resources map[schema.GroupVersion]*metav1.APIResourceList,
		failed map[schema.GroupVersion]error, err error)
	ServerVersion() (*version.Info, error)
	OpenAPIV3() openapi.Client
}

// Discovery asks the cluster and remembers the answer.
type Discovery struct {
	client  Client
	current atomic.Pointer[Capabilities]
}

// NewDiscovery asks for the first time. A cluster that cannot be asked is an error, not a cluster without abilities. So is an API
// whose server is away: taken for absent, every pod would be given another user ID.
func NewDiscovery(client Client) (*Discovery, error) {
	d := &Discovery{client: client}
	d.current.Store(&Capabilities{})
	if _, err := d.Refresh(); err != nil {
		return nil, err
	}
	return d, nil
}

// Current is the last answer.
func (d *Discovery) Current() Capabilities { return *d.current.Load() }

// Refresh asks again and says whether the answer has changed. After an error the last answer stays.
func (d *Discovery) Refresh() (bool, error) {
	now, err := d.ask()
	if err != nil {
		return false, err
	}
	return now != *d.current.Swap(&now), nil
}

func (d *Discovery) ask() (Capabilities, error) {
	groups, kinds, failed, err := d.client.GroupsAndMaybeResources()
	if err != nil {
		return Capabilities{}, fmt.Errorf("ask which APIs the cluster serves: %w", err)
	}
	for _, asked := range []schema.GroupVersion{routes, gateways, certManager, monitoring, budgets, constraints} {
		if err := failed[asked]; err != nil {
			return Capabilities{}, fmt.Errorf("ask which APIs the cluster serves: it has %s, whose server does not answer now "+
				"(`kubectl get apiservice %s.%s` says why): %w", asked, asked.Version, asked.Group, err)
		}
	}
	now := Capabilities{
		Route:               serves(groups, routes),
		HTTPRoute:           has(kinds[gateways], "httproutes"),
		BackendTLSPolicy:    has(kinds[gateways], "backendtlspolicies"),
		Certificate:         has(kinds[certManager], "certificates"),
		ServiceMonitor:      has(kinds[monitoring], "servicemonitors"),
		PodDisruptionBudget: serves(groups, budgets),
		NamedNamespaces:     serves(groups, budgets),
		AssignedUID:         serves(groups, constraints),
	}
	if now.HTTPRoute {
		if now.HTTPRoute, now.HTTPRouteTimeouts, err = d.routeFields(); err != nil {
			return Capabilities{}, err
		}
	}
	if now.AssignedUID {
		if now.NoSeccomp, err = d.before(withSeccomp); err != nil {
			return Capabilities{}, err
		}
	}
	return now, nil
}

// before is true when the cluster's Kubernetes is older.
func (d *Discovery) before(limit *utilversion.Version) (bool, error) {
	info, err := d.client.ServerVersion()
	if err != nil {
		return false, fmt.Errorf("ask for the cluster's version: %w", err)
	}
	runs, err := utilversion.ParseGeneric(info.GitVersion)
	if err != nil {
		return false, fmt.Errorf("read the cluster's version: %w", err)
	}
	return runs.LessThan(limit), nil
}

func has(list *metav1.APIResourceList, resource string) bool {
	return list != nil && slices.ContainsFunc(list.APIResources, func(r metav1.APIResource) bool { return r.Name == resource })
}

func serves(groups *metav1.APIGroupList, asked schema.GroupVersion) bool {
	for _, g := range groups.Groups {
		if g.Name != asked.Group {
			continue
		}
		for _, v := range g.Versions {
			if v.Version == asked.Version {
				return true
			}
		}
	}
	return false
}
