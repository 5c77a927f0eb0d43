package extensions

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Name of the component.
const Name = "extensions"

// +kubebuilder:rbac:groups=monitoring.coreos.com,resources=servicemonitors,verbs=get;list;watch;create;patch;delete

// Component is the extensions controller.
type Component struct {
	// ServiceMonitors may come while the operator runs.
	ServiceMonitors component.API
}

// Facts are what the controller has seen.
type Facts struct {
	// ServiceMonitorAPI says whether ServiceMonitors can be read and written, and where the cluster has announced them and they cannot be,
	// ServiceMonitorAgain when to look again; else it is zero.
	ServiceMonitorAPI   bool
	ServiceMonitorAgain time.Duration
	// ServiceMonitor is nil if there is none.
	ServiceMonitor *unstructured.Unstructured
}

// SetupWithManager adds the controller to the manager.
func SetupWithManager(mgr ctrl.Manager, env component.Environment) error {
	c, err := component.Setup(mgr, env, Component{ServiceMonitors: env.APIs.ServiceMonitors})
	if err != nil {
		return err
	}
	return env.APIs.ServiceMonitors.Watch(mgr, c, Name)
}

// Identity names the component.
func (Component) Identity() component.Identity {
	return component.Identity{Name: Name, Conditions: []string{v1alpha1.ConditionExtensionsReady}}
}

// Observe reads the ServiceMonitor, where there are some.
func (c Component) Observe(ctx context.Context, cached client.Reader, store component.Store) (Facts, error) {
	var facts Facts
	var err error
	facts.ServiceMonitor, facts.ServiceMonitorAPI, facts.ServiceMonitorAgain, err = component.ReadIfServed(
		ctx, c.ServiceMonitors, cached,
		client.ObjectKey{Namespace: store.Object.Namespace, Name: names.ServiceMonitor(store.Object.Name)}, resources.NewServiceMonitor())
	return facts, err
}

// Plan wants the ServiceMonitor of a store with figures, where the cluster has the Prometheus operator's API.
func (c Component) Plan(store component.Store, facts Facts) (component.Plan, error) {
	in := store.Input(Name)
	switch {
	case !facts.ServiceMonitorAPI:
		return component.Plan{}, nil
	case defaults.ServiceMonitorOn(store.Spec):
		return component.Plan{Apply: []runtime.ApplyConfiguration{resources.ServiceMonitor(in)}}, nil
	default:
		return component.Plan{Absent: []apply.Ref{{
			GroupVersionKind: resources.ServiceMonitorKind, Namespace: in.Namespace, Name: names.ServiceMonitor(in.Name),
		}}}, nil
	}
}
