package networking

import (
	"context"
	"errors"
	"fmt"
	"time"

	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Name of the component.
const Name = "networking"

// +kubebuilder:rbac:groups="",resources=services,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=ingresses,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=gateway.networking.k8s.io,resources=httproutes,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=route.openshift.io,resources=routes,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=route.openshift.io,resources=routes/custom-host,verbs=create;patch;update
// +kubebuilder:rbac:groups=apiregistration.k8s.io,resources=apiservices,verbs=get;list;watch

// Component is the networking controller.
type Component struct {
	// Routes and HTTPRoutes may come while the operator runs.
	Routes, HTTPRoutes API
}

// Facts are what the controller has seen.
type Facts struct {
	// RouteAPI and HTTPRouteAPI say whether Routes and HTTPRoutes can be read and written.
	RouteAPI, HTTPRouteAPI bool
	// RouteAgain and HTTPRouteAgain are when to look again, where the cluster has announced them and they cannot be; else zero.
	RouteAgain, HTTPRouteAgain time.Duration
	// What does not exist is nil.
	Service   *corev1.Service
	Route     *routev1.Route
	Ingress   *networkingv1.Ingress
	HTTPRoute *gatewayv1.HTTPRoute
}

// SetupWithManager adds the controller to the manager.
func SetupWithManager(mgr ctrl.Manager, env component.Environment) error {
	routes, httpRoutes := routes(), httpRoutes()
	c, err := component.Setup(mgr, env, Component{Routes: routes, HTTPRoutes: httpRoutes},
		component.Watch{Object: &corev1.Service{}, Components: []string{Name}},
		component.Watch{Object: &networkingv1.Ingress{}, Components: []string{Name}})
	if err != nil {
		return err
	}
	if err := routes.watch(mgr, env.Capabilities, c); err != nil {
		return err
	}
	return httpRoutes.watch(mgr, env.Capabilities, c)
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
	if facts.Service, err = read(ctx, cached, key(names.Service), &corev1.Service{}); err != nil {
		return Facts{}, err
	}
	if facts.Ingress, err = read(ctx, cached, key(names.Ingress), &networkingv1.Ingress{}); err != nil {
		return Facts{}, err
	}
	facts.Route, facts.RouteAPI, facts.RouteAgain, err = readIfServed(ctx, c.Routes, cached, key(names.Route), &routev1.Route{})
	if err != nil {
		return Facts{}, err
	}
	facts.HTTPRoute, facts.HTTPRouteAPI, facts.HTTPRouteAgain, err = readIfServed(
		ctx, c.HTTPRoutes, cached, key(names.HTTPRoute), &gatewayv1.HTTPRoute{})
	if err != nil {
		return Facts{}, err
	}
	return facts, nil
}

// read gives the object, nil if there is none.
func read[T client.Object](ctx context.Context, cached client.Reader, key client.ObjectKey, into T) (T, error) {
	var none T
	err := cached.Get(ctx, key, into)
	if apierrors.IsNotFound(err) {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("read %T: %w", into, err)
	}
	return into, nil
}

// readIfServed does the same with an API that may be missing, and tells that it is, and when to look again if it is about to come.
func readIfServed[T client.Object](
	ctx context.Context, api API, cached client.Reader, key client.ObjectKey, into T,
) (object T, served bool, again time.Duration, err error) {
	var none T
	served, again, err = api.Served(ctx)
	if err != nil || !served {
		return none, false, again, err
	}
	object, err = read(ctx, cached, key, into)
	if notYet := (&cache.ErrResourceNotCached{}); errors.As(err, &notYet) {
		return none, false, announced, nil // The watch has just begun.
	}
	return object, err == nil, 0, err
}

// Plan wants the Service, and each way in that is asked for. What is not asked for any more goes.
func (c Component) Plan(store component.Store, facts Facts) (component.Plan, error) {
	in := store.Input(Name)
	service := resources.Service(in)
	if err := resources.MakeRoom(service, facts.Service, c.Identity().FieldManager()); err != nil {
		return component.Plan{}, err
	}
	plan := component.Plan{Apply: []runtime.ApplyConfiguration{service}}
	for _, way := range ways() {
		served, _ := way.api(facts)
		switch {
		case !served:
		case way.asked(store.Spec):
			plan.Apply = append(plan.Apply, way.build(in))
		default:
			plan.Absent = append(plan.Absent, apply.Ref{GroupVersionKind: way.kind, Namespace: in.Namespace, Name: way.name(in.Name)})
		}
	}
	return plan, nil
}
