package networking

import (
	"context"
	"sync"

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
	"github.com/zot-artifact-store/operator/pkg/defaults"
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

// routeWatcher begins to watch Routes when the cluster serves them. An informer of a kind that does not exist would keep the
// manager from starting.
type routeWatcher struct {
	capabilities *capabilities.Discovery
	reader       client.Reader
	begin        func() error
	once         sync.Once
}

func watchRoutes(mgr ctrl.Manager, c controller.Controller, discovered *capabilities.Discovery) error {
	w := &routeWatcher{
		capabilities: discovered,
		reader:       mgr.GetClient(),
		begin: func() error {
			return c.Watch(source.Kind[client.Object](mgr.GetCache(), &routev1.Route{}, component.Enqueue(), component.OwnedBy(Name)))
		},
	}
	if discovered.Current().Route {
		if err := w.start(); err != nil {
			return err
		}
	}
	return c.Watch(source.Kind[client.Object](mgr.GetCache(), APIService(), handler.EnqueueRequestsFromMapFunc(w.changed)))
}

func (w *routeWatcher) start() (err error) {
	w.once.Do(func() { err = w.begin() })
	return err
}

// changed is called when the cluster's Route API comes, goes or changes: it asks the cluster again and wakes the stores that
// asked for a Route.
func (w *routeWatcher) changed(ctx context.Context, _ client.Object) []reconcile.Request {
	changed, err := w.capabilities.Refresh()
	log.FromContext(ctx).Info("DEBUGX", "changed", changed, "err", err, "cap", w.capabilities.Current())
	if err == nil && w.capabilities.Current().Route {
		err = w.start()
	}
	if err != nil {
		log.FromContext(ctx).Error(err, "the Route API changed and could not be looked at")
		return nil
	}
	if !changed {
		return nil
	}
	stores := &v1alpha1.ZotArtifactStoreList{}
	if err := w.reader.List(ctx, stores); err != nil {
		log.FromContext(ctx).Error(err, "the Route API changed and the stores could not be listed")
		return nil
	}
	var out []reconcile.Request
	for i := range stores.Items {
		if defaults.RouteOn(stores.Items[i].Spec) {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&stores.Items[i])})
		}
	}
	return out
}
