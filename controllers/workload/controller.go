package workload

import (
	"context"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// Name of the component.
const Name = "workload"

// storageName is the component that owns the claim, networkingName that which owns the Service, the Route and the Certificate.
// Controllers do not import each other; they meet through objects.
const (
	storageName    = "storage"
	networkingName = "networking"
)

// +kubebuilder:rbac:groups="",resources=serviceaccounts,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=apps,resources=statefulsets,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=policy,resources=poddisruptionbudgets,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups="",resources=pods,verbs=get;list;watch
// What a StatefulSet's events say is asked only while it gets no pod.
// +kubebuilder:rbac:groups="",resources=events,verbs=list
// The Secret of session keys is made, and never read.
// +kubebuilder:rbac:groups="",resources=secrets,verbs=create

// Agents asks the config agent of a pod what it has done.
type Agents interface {
	State(ctx context.Context, pod *corev1.Pod) (handover.State, error)
}

// Component is the workload controller.
type Component struct {
	// AgentImage is the config agent's image of this version of the operator.
	AgentImage string
	// Agents is how pods are asked.
	Agents Agents
	// Refusals is how it is found out why there are no pods. Nil: it is not.
	Refusals Refusals
	// Census is how it is made sure that pods of another ring are gone. Nil: by the cache alone.
	Census Census
	// Capabilities of the cluster.
	Capabilities *capabilities.Discovery
	// Routes and Certificates may come while the operator runs.
	Routes, Certificates component.API
	// Constraints, too. Nil: what is known of the cluster stays.
	Constraints component.API
	// memory of what agents have said, so that they are not asked again and again.
	memory *memory
}

// SetupWithManager adds the controller to the manager.
func SetupWithManager(mgr ctrl.Manager, env component.Environment, agentImage string, agents Agents) error {
	c := New(agentImage, agents, env.Capabilities)
	c.Refusals, c.Census = NewLiveRefusals(mgr.GetAPIReader()), NewLiveCensus(mgr.GetAPIReader())
	c.Routes, c.Certificates, c.Constraints = env.APIs.Routes, env.APIs.Certificates, env.APIs.Constraints
	watches := []component.Watch{
		{Object: &corev1.PersistentVolumeClaim{}, Components: []string{storageName}},
		{Object: &corev1.Service{}, Components: []string{networkingName}},
		{Object: &corev1.ServiceAccount{}, Components: []string{Name}},
		{Object: &corev1.ConfigMap{}, Components: []string{Name}},
		{Object: &appsv1.StatefulSet{}, Components: []string{Name}},
		{Object: &corev1.Pod{}, Components: []string{Name}},
	}
	if env.Capabilities.Current().PodDisruptionBudget {
		watches = append(watches, component.Watch{Object: &policyv1.PodDisruptionBudget{}, Components: []string{Name}})
	}
	made, err := component.Setup(mgr, env, c, watches...)
	if err != nil {
		return err
	}
	for _, api := range []*component.OptionalAPI{env.APIs.Routes, env.APIs.Certificates} {
		if err := api.Watch(mgr, made, networkingName); err != nil {
			return err
		}
	}
	return nil
}

// New makes the component.
func New(agentImage string, agents Agents, discovered *capabilities.Discovery) Component {
	return Component{
		AgentImage: agentImage, Agents: agents, Capabilities: discovered, memory: newMemory(time.Now),
	}
}

// Identity names the component.
func (Component) Identity() component.Identity {
	return component.Identity{
		Name: Name,
		Conditions: []string{
			v1alpha1.ConditionWorkloadReady, v1alpha1.ConditionConfigurationApplied, v1alpha1.ConditionBackendsReachable,
			v1alpha1.ConditionCertificateValid,
		},
	}
}
