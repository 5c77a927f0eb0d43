package component

import (
	"context"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Identity names a component, once for all uses.
type Identity struct {
	// Name is the value of the component label on what the component owns, and its part of FieldManager.
	Name string
	// Conditions are the types that the component reports. The first one stands for the whole.
	Conditions []string
}

// FieldManager is the owner of the fields that the component applies, and the controller's name in logs and metrics.
func (i Identity) FieldManager() string { return "zot-" + i.Name }

// Store is a store as components see it.
type Store struct {
	// Object is the cached object. It is shared and read-only.
	Object *v1alpha1.ZotArtifactStore
	// Spec is the effective spec.
	Spec v1alpha1.ZotArtifactStoreSpec
	// Proxy is the way out of the cluster.
	Proxy resources.Proxy
}

// Input makes the builders' input for objects of the component.
func (s Store) Input(component string) resources.Input {
	return resources.Input{
		Name: s.Object.Name, Namespace: s.Object.Namespace, UID: s.Object.UID, Component: component, Spec: s.Spec,
		Proxy: s.Proxy,
	}
}

// Plan is what a component wants.
type Plan struct {
	// Apply must exist like this, in this order.
	Apply []runtime.ApplyConfiguration
	// Once must have been made, as soon as all of Apply is in place.
	Once []apply.Once
	// Then must exist like this too, and is touched only when all of the others are in place: it reads those objects.
	Then []runtime.ApplyConfiguration
	// Absent must not exist. Only what the store controls is deleted.
	Absent []apply.Ref
}

// All is everything that must exist.
func (p Plan) All() []runtime.ApplyConfiguration { return slices.Concat(p.Apply, p.Then) }

// Verdict is what a component makes of a store.
type Verdict struct {
	Conditions []board.Condition
	Facts      board.Facts
	// RequeueAfter asks for another look where no watch will tell; zero if one will.
	RequeueAfter time.Duration
}

// Component is one concern of a store. F is what it needs to know beside the store itself.
type Component[F any] interface {
	Identity() Identity
	// Observe reads. What does not exist is a nil in F and no error.
	Observe(ctx context.Context, cached client.Reader, store Store) (F, error)
	// Plan is pure. An error is a bug or a spec that no rule has refused.
	Plan(store Store, facts F) (Plan, error)
	// Assess is pure.
	Assess(store Store, facts F, report apply.Report) Verdict
}
