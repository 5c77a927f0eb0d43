package extensions

import (
	"context"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
)

// Name of the component.
const Name = "extensions"

// Component is the extensions controller.
type Component struct{}

// Facts are empty: what is on is in the spec.
type Facts struct{}

// SetupWithManager adds the controller to the manager.
func SetupWithManager(mgr ctrl.Manager, env component.Environment) error {
	_, err := component.Setup(mgr, env, Component{})
	return err
}

// Identity names the component.
func (Component) Identity() component.Identity {
	return component.Identity{Name: Name, Conditions: []string{v1alpha1.ConditionExtensionsReady}}
}

// Observe has nothing to read.
func (Component) Observe(context.Context, client.Reader, component.Store) (Facts, error) {
	return Facts{}, nil
}

// Plan wants no object of its own.
func (Component) Plan(component.Store, Facts) (component.Plan, error) { return component.Plan{}, nil }

// Assess compares what is on with what is provided.
func (Component) Assess(store component.Store, _ Facts, _ apply.Report) component.Verdict {
	return component.Verdict{Conditions: []board.Condition{assess(store.Spec)}}
}
