// Package networking is the controller of how a store is reached. It owns the Service and, where asked for and where the cluster
// has that API, the OpenShift Route, and reports NetworkingReady.
package networking

import (
	"context"
	"fmt"

	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Name of the component.
const Name = "networking"

// +kubebuilder:rbac:groups="",resources=services,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=route.openshift.io,resources=routes,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=route.openshift.io,resources=routes/custom-host,verbs=create;patch
// +kubebuilder:rbac:groups=apiregistration.k8s.io,resources=apiservices,verbs=get;list;watch

// Component is the networking controller.
type Component struct {
	// Capabilities of the cluster; they may change while the operator runs.
	Capabilities *capabilities.Discovery
}

// Facts are what the controller has seen.
type Facts struct {
	// RouteAPI says whether the cluster has Routes.
	RouteAPI bool
	// Route is nil if there is none.
	Route *routev1.Route
}

// SetupWithManager adds the controller to the manager.
func SetupWithManager(mgr ctrl.Manager, env component.Environment) error {
	c, err := component.Setup(mgr, env, Component{Capabilities: env.Capabilities},
		component.Watch{Object: &corev1.Service{}, Components: []string{Name}})
	if err != nil {
		return err
	}
	return watchRoutes(mgr, c, env.Capabilities)
}

// Identity names the component.
func (Component) Identity() component.Identity {
	return component.Identity{Name: Name, Conditions: []string{v1alpha1.ConditionNetworkingReady}}
}

// Observe reads the Route, where there are Routes.
func (c Component) Observe(ctx context.Context, cached client.Reader, store component.Store) (Facts, error) {
	facts := Facts{RouteAPI: c.Capabilities.Current().Route}
	if !facts.RouteAPI {
		return facts, nil
	}
	route := &routev1.Route{}
	key := client.ObjectKey{Namespace: store.Object.Namespace, Name: names.Route(store.Object.Name)}
	if err := cached.Get(ctx, key, route); err != nil {
		if apierrors.IsNotFound(err) {
			return facts, nil
		}
		return facts, fmt.Errorf("read route: %w", err)
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

// Assess looks at the Route's admission; a Service works as soon as it is there.
func (Component) Assess(store component.Store, facts Facts, report apply.Report) component.Verdict {
	verdict := component.Verdict{Facts: board.Facts{ServiceEndpoint: resources.Endpoint(store.Input(Name))}}
	condition, host := assess(store.Spec, facts)
	if host != "" {
		verdict.Facts.ExternalEndpoint = "https://" + host
	}
	if err := report.Err(); err != nil {
		condition = board.False(v1alpha1.ConditionNetworkingReady, v1alpha1.ReasonProgressing,
			"The Service is being written.")
	}
	verdict.Conditions = []board.Condition{condition}
	return verdict
}
