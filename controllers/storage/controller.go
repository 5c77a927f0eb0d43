package storage

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Name of the component.
const Name = "storage"

// +kubebuilder:rbac:groups="",resources=persistentvolumeclaims,verbs=get;list;watch;create;patch

// Component is the storage controller.
type Component struct{}

// Facts are what the controller has seen.
type Facts struct {
	// Claim is nil if there is none.
	Claim *corev1.PersistentVolumeClaim
}

// SetupWithManager adds the controller to the manager.
func SetupWithManager(mgr ctrl.Manager, env component.Environment) error {
	_, err := component.Setup(mgr, env, Component{},
		component.Watch{Object: &corev1.PersistentVolumeClaim{}, Components: []string{Name}})
	return err
}

// Identity names the component.
func (Component) Identity() component.Identity {
	return component.Identity{Name: Name, Conditions: []string{v1alpha1.ConditionStorageReady}}
}

// Observe reads the claim.
func (Component) Observe(ctx context.Context, cached client.Reader, store component.Store) (Facts, error) {
	claim := &corev1.PersistentVolumeClaim{}
	key := client.ObjectKey{Namespace: store.Object.Namespace, Name: names.Claim(store.Object.Name)}
	if err := cached.Get(ctx, key, claim); err != nil {
		if apierrors.IsNotFound(err) {
			return Facts{}, nil
		}
		return Facts{}, fmt.Errorf("read claim: %w", err)
	}
	return Facts{Claim: claim}, nil
}

// Plan wants the claim.
func (Component) Plan(store component.Store, facts Facts) (component.Plan, error) {
	return component.Plan{Apply: []runtime.ApplyConfiguration{resources.Claim(store.Input(Name), facts.Claim)}}, nil
}

var _ component.Component[Facts] = Component{}

// Assess looks at the claim.
func (Component) Assess(store component.Store, facts Facts, _ apply.Report) component.Verdict {
	return component.Verdict{Conditions: []board.Condition{assess(store, facts.Claim)}}
}
