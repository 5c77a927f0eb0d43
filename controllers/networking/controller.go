package networking

import (
	"context"
	"errors"
	"fmt"

	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Name of the component.
const Name = "networking"

// +kubebuilder:rbac:groups="",resources=services,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=route.openshift.io,resources=routes,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=route.openshift.io,resources=routes/custom-host,verbs=create;patch;update
// +kubebuilder:rbac:groups=apiregistration.k8s.io,resources=apiservices,verbs=get;list;watch

// Component is the networking controller.
type Component struct {
	// Routes may come while the operator runs.
	Routes Routes
}

// Facts are what the controller has seen.
type Facts struct {
	// RouteAPI says whether Routes can be read and written; RouteComing, whether the cluster has announced them and they cannot.
	RouteAPI, RouteComing bool
	// Route is nil if there is none.
	Route *routev1.Route
}

// SetupWithManager adds the controller to the manager.
func SetupWithManager(mgr ctrl.Manager, env component.Environment) error {
	routes := &routeWatcher{capabilities: env.Capabilities, reader: mgr.GetClient()}
	c, err := component.Setup(mgr, env, Component{Routes: routes},
		component.Watch{Object: &corev1.Service{}, Components: []string{Name}})
	if err != nil {
		return err
	}
	return routes.watch(mgr, c)
}

// Identity names the component.
func (Component) Identity() component.Identity {
	return component.Identity{Name: Name, Conditions: []string{v1alpha1.ConditionNetworkingReady}}
}

// Observe reads the Route, where there are Routes.
func (c Component) Observe(ctx context.Context, cached client.Reader, store component.Store) (Facts, error) {
	served, coming, err := c.Routes.Served(ctx)
	if err != nil {
		return Facts{}, err
	}
	facts := Facts{RouteAPI: served, RouteComing: coming && !served}
	if !served {
		return facts, nil
	}
	route := &routev1.Route{}
	key := client.ObjectKey{Namespace: store.Object.Namespace, Name: names.Route(store.Object.Name)}
	err = cached.Get(ctx, key, route)
	if notYet := (&cache.ErrResourceNotCached{}); errors.As(err, &notYet) {
		return Facts{RouteComing: true}, nil // The watch has just begun.
	}
	if err != nil {
		if apierrors.IsNotFound(err) {
			return facts, nil
		}
		return Facts{}, fmt.Errorf("read route: %w", err)
	}
	facts.Route = route
	return facts, nil
}

// Plan wants the Service, and the Route if it is asked for.
func (Component) Plan(store component.Store, facts Facts) (component.Plan, error) {
	in := store.Input(Name)
	plan := component.Plan{Apply: []runtime.ApplyConfiguration{resources.Service(in)}}
	switch {
	case !facts.RouteAPI:
	case defaults.RouteOn(store.Spec):
		plan.Apply = append(plan.Apply, resources.Route(in))
	default:
		plan.Absent = append(plan.Absent, apply.Ref{
			GroupVersionKind: routev1.GroupVersion.WithKind("Route"),
			Namespace:        in.Namespace, Name: names.Route(in.Name),
		})
	}
	return plan, nil
}

// Assess looks at the Route's admission; a Service works as soon as it is there. Addresses of objects that are not the store's
// are not told.
func (Component) Assess(store component.Store, facts Facts, report apply.Report) component.Verdict {
	verdict := component.Verdict{}
	if inPlace(report, "Service") {
		verdict.Facts.ServiceEndpoint = resources.Endpoint(store.Input(Name))
	}
	condition, host := assess(store.Spec, facts)
	if host != "" && inPlace(report, "Route") {
		verdict.Facts.ExternalEndpoint = "https://" + host
	}
	if report.Err() != nil {
		condition = board.False(v1alpha1.ConditionNetworkingReady, v1alpha1.ReasonProgressing,
			"The "+unwritten(report)+" is being written.")
	}
	if facts.RouteComing {
		// A store that asks for no Route may have one from before, which can go only then.
		verdict.RequeueAfter = unhurried
		if defaults.RouteOn(store.Spec) {
			verdict.RequeueAfter = announced
		}
	}
	verdict.Conditions = []board.Condition{condition}
	return verdict
}
