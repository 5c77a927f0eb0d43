package component

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Environment is what all controllers of the process share.
type Environment struct {
	Board        *board.Board
	Defaults     defaults.Operator
	Capabilities *capabilities.Discovery
	APIs         APIs
	// Namespace is the operator's own, empty outside of a cluster.
	Namespace string
	// ClusterDomain is what the names of the cluster's Services end in.
	ClusterDomain string
	// Proxy is the way out of the cluster for stores.
	Proxy resources.Proxy
}

// Watch says which objects wake a component: those of a kind that the named components own, each its store.
type Watch struct {
	Object     client.Object
	Components []string
	// Everybody is for objects that belong to no store, such as a StorageClass: each of them wakes every store.
	Everybody bool
}

// Options are the same for every controller: several workers, a limit to each pass, retries at most a minute apart (the
// library's default lets a store wait for 17), and caches that are warm before the lead changes.
func Options() controller.Options {
	return controller.Options{
		MaxConcurrentReconciles: 4,
		ReconciliationTimeout:   time.Minute,
		EnableWarmup:            new(true),
		RateLimiter: workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](
			200*time.Millisecond, time.Minute),
	}
}

// Setup adds the controller of a component to the manager.
func Setup[F any](mgr ctrl.Manager, env Environment, c Component[F], watches ...Watch) (controller.Controller, error) {
	manager := c.Identity().FieldManager()
	b := ctrl.NewControllerManagedBy(mgr).
		Named(manager).
		WithOptions(Options()).
		For(&v1alpha1.ZotArtifactStore{}, builder.WithPredicates(predicate.GenerationChangedPredicate{}))
	for _, watch := range watches {
		if watch.Everybody {
			b = b.Watches(watch.Object, EnqueueAll(mgr.GetClient()))
			continue
		}
		b = b.Watches(watch.Object, Enqueue(), builder.WithPredicates(OwnedBy(watch.Components...)))
	}
	built, err := b.Build(&Reconciler[F]{
		Component: c,
		Cached:    mgr.GetClient(),
		Applier:   apply.New(mgr.GetClient(), mgr.GetAPIReader(), manager),
		Board:     env.Board,
		Defaults:  env.Defaults,
		Proxy:     env.Proxy,
	})
	if err != nil {
		return nil, fmt.Errorf("set up controller %s: %w", manager, err)
	}
	return built, nil
}

// Enqueue wakes the store that an object's label names. Labels and not owner references: a volume has no owner, and an object
// that has lost its owner is to be mended.
func Enqueue() handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(_ context.Context, object client.Object) []reconcile.Request {
		return requests(object)
	})
}

// EnqueueAll wakes every store. A pass that finds nothing to do costs no request.
func EnqueueAll(cached client.Reader) handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, _ client.Object) []reconcile.Request {
		stores := &v1alpha1.ZotArtifactStoreList{}
		if err := cached.List(ctx, stores); err != nil {
			log.FromContext(ctx).Error(err, "the stores could not be listed, so that none is looked at now")
			return nil
		}
		out := make([]reconcile.Request, 0, len(stores.Items))
		for i := range stores.Items {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&stores.Items[i])})
		}
		return out
	})
}

func requests(object client.Object) []reconcile.Request {
	store := object.GetLabels()[labels.Store]
	if store == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: object.GetNamespace(), Name: store}}}
}

// OwnedBy lets events of objects pass that one of the components owns. All components share kinds, so without it every event
// would wake all of them. An update passes if it did before or does now.
func OwnedBy(components ...string) predicate.Predicate {
	owned := func(object client.Object) bool {
		return object != nil && slices.Contains(components, object.GetLabels()[labels.Component])
	}
	return predicate.Funcs{
		CreateFunc:  func(e event.CreateEvent) bool { return owned(e.Object) },
		UpdateFunc:  func(e event.UpdateEvent) bool { return owned(e.ObjectOld) || owned(e.ObjectNew) },
		DeleteFunc:  func(e event.DeleteEvent) bool { return owned(e.Object) },
		GenericFunc: func(e event.GenericEvent) bool { return owned(e.Object) },
	}
}
