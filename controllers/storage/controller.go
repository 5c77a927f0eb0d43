package storage

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Name of the component.
const Name = "storage"

// It never deletes a claim. OpenShift asks for the permission to, where an owner of one that is there is set or taken away.
//
// +kubebuilder:rbac:groups="",resources=persistentvolumeclaims,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=storage.k8s.io,resources=storageclasses,verbs=get;list;watch

// unseen is how often a claim that the user has made is looked at while it is not bound, and unseenBound afterwards, when it can only
// be deleted or lose its volume. The cache holds only what the operator has made, so no watch tells of it.
const (
	unseen      = 10 * time.Second
	unseenBound = 5 * time.Minute
)

// Component is the storage controller.
type Component struct {
	// Live reads from the API server.
	Live client.Reader
}

// Facts are what the controller has seen.
type Facts struct {
	// Claim is nil if there is none.
	Claim *resources.LiveClaim
	// Holder is another store that has the claim or the bucket.
	Holder component.Holder
}

// SetupWithManager adds the controller to the manager.
func SetupWithManager(mgr ctrl.Manager, env component.Environment) error {
	_, err := component.Setup(mgr, env, Component{Live: mgr.GetAPIReader()},
		component.Watch{Object: &corev1.PersistentVolumeClaim{}, Components: []string{Name}},
		component.Watch{Object: &storagev1.StorageClass{}, Everybody: true})
	return err
}

// Identity names the component.
func (Component) Identity() component.Identity {
	return component.Identity{Name: Name, Conditions: []string{v1alpha1.ConditionStorageReady}}
}

// Observe reads the claim and what its class allows.
func (c Component) Observe(ctx context.Context, cached client.Reader, store component.Store) (Facts, error) {
	holder, err := component.FindHolder(ctx, cached, store)
	if err != nil || defaults.Ephemeral(*store.Spec.Storage) || defaults.Clustered(store.Spec) {
		return Facts{Holder: holder}, err
	}
	claims := cached
	if store.Spec.Storage.ExistingClaim != "" {
		claims = c.Live
	}
	key := client.ObjectKey{Namespace: store.Object.Namespace, Name: resources.ClaimName(store.Object.Name, store.Spec.Storage)}
	claim, err := component.ReadClaim(ctx, claims, cached, key)
	if err != nil {
		return Facts{}, err
	}
	return Facts{Claim: claim, Holder: holder}, nil
}

// Plan wants the claim, where the operator makes it and no other store has it. One from before the store had several pods stays, and
// serves again when it has one.
func (Component) Plan(store component.Store, facts Facts) (component.Plan, error) {
	if !defaults.VolumeMade(store.Spec) || facts.Holder.Store != "" {
		return component.Plan{}, nil
	}
	return component.Plan{Apply: []runtime.ApplyConfiguration{resources.Claim(store.Input(Name), facts.Claim)}}, nil
}

var _ component.Component[Facts] = Component{}

// Assess looks at the claim.
func (Component) Assess(store component.Store, facts Facts, _ apply.Report) component.Verdict {
	verdict := component.Verdict{Facts: board.Facts{Storage: &v1alpha1.StorageStatus{}}}
	condition := assess(store, facts)
	if claim := facts.Claim; claim != nil {
		verdict.Facts.Storage.ClaimName = claim.Name
		if capacity, known := claim.Status.Capacity[corev1.ResourceStorage]; known {
			verdict.Facts.Storage.Capacity = &capacity
		}
	}
	verdict.RequeueAfter = nextLook(store, facts)
	verdict.Conditions = []board.Condition{condition}
	return verdict
}

// nextLook is when no watch tells what becomes of the claim.
func nextLook(store component.Store, facts Facts) time.Duration {
	switch {
	case facts.Holder.Store != "":
		return component.HolderRetry
	case store.Spec.Storage.ExistingClaim == "":
		return 0
	case facts.Claim == nil || facts.Claim.Status.Phase != corev1.ClaimBound:
		return unseen
	default:
		return unseenBound
	}
}
