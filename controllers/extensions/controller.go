package extensions

import (
	"context"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Name of the component.
const Name = "extensions"

// +kubebuilder:rbac:groups=monitoring.coreos.com,resources=servicemonitors,verbs=get;list;watch;create;patch;delete

// +kubebuilder:rbac:groups=apps,resources=deployments,verbs=get;list;watch;create;patch;delete

// Component is the extensions controller.
type Component struct {
	// Image is this version of the operator's image, which holds the S3 gateway.
	Image string
	// Gateways is how S3 gateways are asked.
	Gateways Gateways
	// Capabilities of the cluster.
	Capabilities *capabilities.Discovery
	// ServiceMonitors may come while the operator runs.
	ServiceMonitors component.API
	// Constraints, too. Nil: what is known of the cluster stays.
	Constraints component.API
}

// Facts are what the controller has seen.
type Facts struct {
	// S3 is about the S3 gateway.
	S3 S3Facts
	// Cluster is what the cluster can do.
	Cluster capabilities.Capabilities
	// ServiceMonitorAPI says whether ServiceMonitors can be read and written, and where the cluster has announced them and they cannot be,
	// ServiceMonitorAgain when to look again; else it is zero.
	ServiceMonitorAPI   bool
	ServiceMonitorAgain time.Duration
	// ServiceMonitor is nil if there is none.
	ServiceMonitor *unstructured.Unstructured
}

// SetupWithManager adds the controller to the manager.
func SetupWithManager(mgr ctrl.Manager, env component.Environment, image string, gateways Gateways) error {
	mine := []string{Name}
	c, err := component.Setup(mgr, env,
		Component{
			Image: image, Gateways: gateways, Capabilities: env.Capabilities, ServiceMonitors: env.APIs.ServiceMonitors,
			Constraints: env.APIs.Constraints,
		},
		component.Watch{Object: &appsv1.Deployment{}, Components: mine},
		component.Watch{Object: &corev1.Service{}, Components: mine},
		component.Watch{Object: &corev1.ServiceAccount{}, Components: mine},
		component.Watch{Object: &corev1.PersistentVolumeClaim{}, Components: mine},
		component.Watch{Object: &networkingv1.NetworkPolicy{}, Components: mine},
		component.Watch{Object: &corev1.Pod{}, Components: mine})
	if err != nil {
		return err
	}
	return env.APIs.ServiceMonitors.Watch(mgr, c, Name)
}

// Identity names the component.
func (Component) Identity() component.Identity {
	return component.Identity{Name: Name, Conditions: []string{v1alpha1.ConditionExtensionsReady}}
}

// Observe reads the S3 gateway, and the ServiceMonitor where there are some.
func (c Component) Observe(ctx context.Context, cached client.Reader, store component.Store) (Facts, error) {
	again, err := component.Noticed(ctx, c.Constraints)
	if err != nil {
		return Facts{}, err
	}
	facts := Facts{Cluster: c.Capabilities.Current()}
	if defaults.S3APIOn(store.Spec) {
		if facts.S3, err = c.observeS3(ctx, cached, store); err != nil {
			return facts, err
		}
		facts.S3.ConstraintsAgain = again
	}
	facts.ServiceMonitor, facts.ServiceMonitorAPI, facts.ServiceMonitorAgain, err = component.ReadIfServed(
		ctx, c.ServiceMonitors, cached,
		client.ObjectKey{Namespace: store.Object.Namespace, Name: names.ServiceMonitor(store.Object.Name)}, resources.NewServiceMonitor())
	return facts, err
}

// Plan wants the S3 gateway where it is on, and the ServiceMonitor of a store with figures where the cluster has the Prometheus
// operator's API.
func (c Component) Plan(store component.Store, facts Facts) (component.Plan, error) {
	in := store.Input(Name)
	plan, err := c.planS3(store, facts.S3, facts.Cluster)
	if err != nil {
		return component.Plan{}, err
	}
	switch {
	case !facts.ServiceMonitorAPI:
	case defaults.ServiceMonitorOn(store.Spec):
		plan.Apply = append(plan.Apply, resources.ServiceMonitor(in))
	default:
		plan.Absent = append(plan.Absent, apply.Ref{
			GroupVersionKind: resources.ServiceMonitorKind, Namespace: in.Namespace, Name: names.ServiceMonitor(in.Name),
		})
	}
	return plan, nil
}
