package networking

import (
	"context"
	"fmt"
	"slices"
	"time"

	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Name of the component.
const Name = "networking"

// +kubebuilder:rbac:groups="",resources=services,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=ingresses,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=networkpolicies,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=gateway.networking.k8s.io,resources=httproutes,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=gateway.networking.k8s.io,resources=backendtlspolicies,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=cert-manager.io,resources=certificates,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=route.openshift.io,resources=routes,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=route.openshift.io,resources=routes/custom-host,verbs=create;update
// +kubebuilder:rbac:groups=apiregistration.k8s.io,resources=apiservices,verbs=get;list;watch

// Component is the networking controller.
type Component struct {
	// Routes, HTTPRoutes, BackendTLSPolicies and Certificates may come while the operator runs.
	Routes, HTTPRoutes, BackendTLSPolicies, Certificates component.API
	// Capabilities of the cluster.
	Capabilities *capabilities.Discovery
	// Namespace is the operator's own, empty outside of a cluster.
	Namespace string
	// ClusterDomain is what the names of Services end in.
	ClusterDomain string
}

// Facts are what the controller has seen.
type Facts struct {
	Capabilities capabilities.Capabilities
	// These say whether the objects of an API can be read and written, and where the cluster has announced it and they cannot be,
	// when to look again; else zero.
	RouteAPI, HTTPRouteAPI, BackendTLSPolicyAPI, CertificateAPI         bool
	RouteAgain, HTTPRouteAgain, BackendTLSPolicyAgain, CertificateAgain time.Duration
	// What does not exist is nil.
	Service *corev1.Service
	// Services are the names of all that the controller has made for the store.
	Services         []string
	Route            *routev1.Route
	Ingress          *networkingv1.Ingress
	HTTPRoute        *gatewayv1.HTTPRoute
	BackendTLSPolicy *gatewayv1.BackendTLSPolicy
	Certificate      *unstructured.Unstructured
}

// SetupWithManager adds the controller to the manager.
func SetupWithManager(mgr ctrl.Manager, env component.Environment) error {
	apis := env.APIs
	c, err := component.Setup(mgr, env, Component{
		Routes: apis.Routes, HTTPRoutes: apis.HTTPRoutes, BackendTLSPolicies: apis.BackendTLSPolicies, Certificates: apis.Certificates,
		Capabilities: env.Capabilities, Namespace: env.Namespace, ClusterDomain: env.ClusterDomain,
	},
		component.Watch{Object: &corev1.Service{}, Components: []string{Name}},
		component.Watch{Object: &networkingv1.Ingress{}, Components: []string{Name}},
		component.Watch{Object: &networkingv1.NetworkPolicy{}, Components: []string{Name}})
	if err != nil {
		return err
	}
	for _, api := range []*component.OptionalAPI{apis.Routes, apis.HTTPRoutes, apis.BackendTLSPolicies, apis.Certificates} {
		if err := api.Watch(mgr, c, Name); err != nil {
			return err
		}
	}
	return nil
}

// Identity names the component.
func (Component) Identity() component.Identity {
	return component.Identity{Name: Name, Conditions: []string{v1alpha1.ConditionNetworkingReady}}
}

// Observe reads the objects, of the kinds that there are.
func (c Component) Observe(ctx context.Context, cached client.Reader, store component.Store) (Facts, error) {
	var facts Facts
	var err error
	key := func(name func(string) string) client.ObjectKey {
		return client.ObjectKey{Namespace: store.Object.Namespace, Name: name(store.Object.Name)}
	}
	if facts.Service, err = component.Read(ctx, cached, key(names.Service), &corev1.Service{}); err != nil {
		return Facts{}, err
	}
	services := &corev1.ServiceList{}
	mine := client.MatchingLabels{labels.Store: store.Object.Name, labels.Component: Name}
	if err := cached.List(ctx, services, client.InNamespace(store.Object.Namespace), mine); err != nil {
		return Facts{}, fmt.Errorf("list the Services: %w", err)
	}
	for i := range services.Items {
		facts.Services = append(facts.Services, services.Items[i].Name)
	}
	slices.Sort(facts.Services)
	if facts.Ingress, err = component.Read(ctx, cached, key(names.Ingress), &networkingv1.Ingress{}); err != nil {
		return Facts{}, err
	}
	facts.Route, facts.RouteAPI, facts.RouteAgain, err = component.ReadIfServed(
		ctx, c.Routes, cached, key(names.Route), &routev1.Route{})
	if err != nil {
		return Facts{}, err
	}
	facts.HTTPRoute, facts.HTTPRouteAPI, facts.HTTPRouteAgain, err = component.ReadIfServed(
		ctx, c.HTTPRoutes, cached, key(names.HTTPRoute), &gatewayv1.HTTPRoute{})
	if err != nil {
		return Facts{}, err
	}
	facts.BackendTLSPolicy, facts.BackendTLSPolicyAPI, facts.BackendTLSPolicyAgain, err = component.ReadIfServed(
		ctx, c.BackendTLSPolicies, cached, key(names.BackendTLSPolicy), &gatewayv1.BackendTLSPolicy{})
	if err != nil {
		return Facts{}, err
	}
	facts.Certificate, facts.CertificateAPI, facts.CertificateAgain, err = component.ReadIfServed(
		ctx, c.Certificates, cached, key(names.Certificate), resources.NewCertificate())
	if err != nil {
		return Facts{}, err
	}
	// What the cluster can do may have been found out just now.
	facts.Capabilities = c.Capabilities.Current()
	return facts, nil
}

// outside is what the cluster has given to the ways in.
func (f Facts) outside() resources.Outside {
	return resources.OutsideOf(f.Route, f.Service)
}

// operator is the operator's namespace, as far as a NetworkPolicy can name it.
func (c Component) operator(facts Facts) string {
	if !facts.Capabilities.NamedNamespaces {
		return ""
	}
	return c.Namespace
}

// Plan wants the Service, and each part that is asked for. What is not asked for any more goes.
func (c Component) Plan(store component.Store, facts Facts) (component.Plan, error) {
	in := store.Input(Name)
	service := resources.Service(in)
	if err := resources.MakeRoom(service, facts.Service, c.Identity().FieldManager()); err != nil {
		return component.Plan{}, err
	}
	plan := component.Plan{Apply: []runtime.ApplyConfiguration{service}}
	wanted := []string{names.Service(in.Name)}
	for _, ordinal := range resources.Members(in) {
		plan.Apply = append(plan.Apply, resources.MemberService(in, ordinal))
		wanted = append(wanted, names.Member(in.Name, ordinal))
	}
	for _, name := range facts.Services {
		if !slices.Contains(wanted, name) {
			plan.Absent = append(plan.Absent, apply.Ref{
				GroupVersionKind: corev1.SchemeGroupVersion.WithKind("Service"), Namespace: in.Namespace, Name: name,
			})
		}
	}
	for _, part := range parts() {
		served, _ := part.api(facts)
		switch {
		case !served:
		case part.asked(store.Spec):
			plan.Apply = append(plan.Apply, part.build(c, in, facts))
		default:
			plan.Absent = append(plan.Absent, apply.Ref{GroupVersionKind: part.kind, Namespace: in.Namespace, Name: part.name(in.Name)})
		}
	}
	return plan, nil
}
