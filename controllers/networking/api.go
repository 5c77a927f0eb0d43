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
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/source"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
)

// API tells whether the cluster has an API that it may lack, and that may come while the operator runs.
type API interface {
	// Served is true when its objects can be read and written. Coming is true when the cluster has announced it; as long as it is
	// not served then, somebody has to ask again, as no watch will tell.
	Served(ctx context.Context) (served, coming bool, err error)
}

// APIService is the kind of the objects that announce a group and version of APIs, be they served by a CRD or by another API server,
// as OpenShift's are. It is known by its metadata: its type would be one more dependency.
func APIService() *metav1.PartialObjectMetadata {
	meta := &metav1.PartialObjectMetadata{}
	meta.SetGroupVersionKind(schema.GroupVersionKind{Group: "apiregistration.k8s.io", Version: "v1", Kind: "APIService"})
	return meta
}

const (
	// announced is how often a cluster is asked again that has announced an API and does not serve it yet: a moment after a CRD was
	// made, longer while OpenShift's API server is away.
	announced = 2 * time.Second
	// unhurried is the same for stores that do not ask for an object of it.
	unhurried = 30 * time.Second
)

// optionalAPI begins to watch an API's objects when the cluster serves them. An informer of a kind that does not exist would keep
// the manager from starting.
type optionalAPI struct {
	// service is the name of the APIService that announces it.
	service string
	object  client.Object
	has     func(capabilities.Capabilities) bool
	// patience is the time between two questions while it is announced and not served, however many stores want to know.
	patience time.Duration

	capabilities *capabilities.Discovery
	reader       client.Reader
	begin        func() error

	mutex sync.Mutex
	asked time.Time
	// began is set once begin has succeeded; one that fails is called again.
	began bool
}

func routes() *optionalAPI {
	return &optionalAPI{
		service: "v1.route.openshift.io", object: &routev1.Route{}, patience: announced / 2,
		has: func(c capabilities.Capabilities) bool { return c.Route },
	}
}

func httpRoutes() *optionalAPI {
	return &optionalAPI{
		service: "v1.gateway.networking.k8s.io", object: &gatewayv1.HTTPRoute{}, patience: announced / 2,
		has: func(c capabilities.Capabilities) bool { return c.HTTPRoute },
	}
}

// watch wakes stores when the API comes, goes or changes, all of them: those that ask for an object of it, and those whose object was
// switched off while the API was away.
func (a *optionalAPI) watch(mgr ctrl.Manager, discovered *capabilities.Discovery, c controller.Controller) error {
	a.capabilities, a.reader = discovered, mgr.GetClient()
	a.begin = func() error {
		return c.Watch(source.Kind(mgr.GetCache(), a.object, component.Enqueue(), component.OwnedBy(Name)))
	}
	if a.has(discovered.Current()) {
		if err := a.start(); err != nil {
			return err
		}
	}
	mine := predicate.NewPredicateFuncs(func(object client.Object) bool { return object.GetName() == a.service })
	return c.Watch(source.Kind[client.Object](mgr.GetCache(), APIService(), component.EnqueueAll(mgr.GetClient()), mine))
}

func (a *optionalAPI) start() error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.began {
		return nil
	}
	if err := a.begin(); err != nil {
		return fmt.Errorf("begin to watch what %s serves: %w", a.service, err)
	}
	a.began = true
	return nil
}

// Served asks the cluster again while what it said last and what it announces differ. Otherwise it costs no request.
func (a *optionalAPI) Served(ctx context.Context) (served, coming bool, err error) {
	err = a.reader.Get(ctx, client.ObjectKey{Name: a.service}, APIService())
	if client.IgnoreNotFound(err) != nil {
		return false, false, fmt.Errorf("read API service: %w", err)
	}
	coming = err == nil
	if a.has(a.capabilities.Current()) != coming && (!coming || a.due()) {
		if _, err := a.capabilities.Refresh(); err != nil {
			if coming {
				// Its server is away. That is no reason to leave the Service alone.
				log.FromContext(ctx).Info("an API is announced and does not answer", "api", a.service, "error", err.Error())
				return false, true, nil
			}
			return false, false, err
		}
	}
	if !a.has(a.capabilities.Current()) {
		return false, coming, nil
	}
	if err := a.start(); err != nil {
		return false, coming, err
	}
	return true, coming, nil
}

// due is true when the cluster was not asked a moment ago.
func (a *optionalAPI) due() bool {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if time.Since(a.asked) < a.patience {
		return false
	}
	a.asked = time.Now()
	return true
}
