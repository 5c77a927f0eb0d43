package networking

import (
	"context"
	"fmt"
	"sync"
	"time"

	routev1 "github.com/openshift/api/route/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
)

// RouteAPIService is the object that appears when a cluster begins to serve Routes, be it by a CRD or by OpenShift's own API
// server. The manager's cache is limited to it.
const RouteAPIService = "v1.route.openshift.io"

// APIService is the kind of RouteAPIService, by its metadata: its type would be one more dependency.
func APIService() *metav1.PartialObjectMetadata {
	meta := &metav1.PartialObjectMetadata{}
	meta.SetGroupVersionKind(schema.GroupVersionKind{Group: "apiregistration.k8s.io", Version: "v1", Kind: "APIService"})
	return meta
}

// announced is how often a cluster is asked again that has announced Routes and does not serve them yet: a moment after a CRD was
// made, longer while OpenShift's API server is away.
const announced = 2 * time.Second

// unhurried is the same for stores that do not ask for a Route.
const unhurried = 30 * time.Second

// Routes tells whether the cluster has Routes.
type Routes interface {
	// Served is true when they can be read and written. Coming is true when the cluster has announced them and they cannot.
	Served(ctx context.Context) (served, coming bool, err error)
}

// routeWatcher begins to watch Routes when the cluster serves them. An informer of a kind that does not exist would keep the
// manager from starting.
type routeWatcher struct {
	capabilities *capabilities.Discovery
	reader       client.Reader
	begin        func() error

	mutex sync.Mutex
	// began is set once begin has succeeded; one that fails is called again.
	began bool
}

func (w *routeWatcher) watch(mgr ctrl.Manager, c controller.Controller) error {
	w.begin = func() error {
		return c.Watch(source.Kind[client.Object](mgr.GetCache(), &routev1.Route{}, component.Enqueue(), component.OwnedBy(Name)))
	}
	if w.capabilities.Current().Route {
		if err := w.start(); err != nil {
			return err
		}
	}
	return c.Watch(source.Kind[client.Object](mgr.GetCache(), APIService(), handler.EnqueueRequestsFromMapFunc(w.wake)))
}

func (w *routeWatcher) start() error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.began {
		return nil
	}
	if err := w.begin(); err != nil {
		return fmt.Errorf("begin to watch Routes: %w", err)
	}
	w.began = true
	return nil
}

// Served asks the cluster again while what it said last and what it announces differ. Otherwise it costs no request.
func (w *routeWatcher) Served(ctx context.Context) (served, coming bool, err error) {
	err = w.reader.Get(ctx, client.ObjectKey{Name: RouteAPIService}, APIService())
	if client.IgnoreNotFound(err) != nil {
		return false, false, fmt.Errorf("read API service: %w", err)
	}
	coming = err == nil
	if w.capabilities.Current().Route != coming {
		if _, err := w.capabilities.Refresh(); err != nil {
			if coming {
				// Its server is away. That is no reason to leave the Service alone.
				log.FromContext(ctx).Info("the Route API is announced and does not answer", "error", err.Error())
				return false, true, nil
			}
			return false, false, err
		}
	}
	if !w.capabilities.Current().Route {
		return false, coming, nil
	}
	if err := w.start(); err != nil {
		return false, coming, err
	}
	return true, coming, nil
}

// wake is called when the cluster's Route API comes, goes or changes. It wakes all stores: those that ask for a Route, and those
// whose Route was switched off while the API was away.
func (w *routeWatcher) wake(ctx context.Context, _ client.Object) []reconcile.Request {
	stores := &v1alpha1.ZotArtifactStoreList{}
	if err := w.reader.List(ctx, stores); err != nil {
		log.FromContext(ctx).Error(err, "the Route API changed and the stores could not be listed")
		return nil
	}
	out := make([]reconcile.Request, 0, len(stores.Items))
	for i := range stores.Items {
		out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&stores.Items[i])})
	}
	return out
}
