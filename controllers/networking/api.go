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
	// Served is true when its objects can be read and written. Where the cluster has announced it and does not serve it, somebody has
	// to ask again after that time, as no watch will tell; it is zero everywhere else.
	Served(ctx context.Context) (served bool, again time.Duration, err error)
}

// APIService is the kind of the objects that announce a group and version of APIs, be they served by a CRD or by another API server,
// as OpenShift's are. It is known by its metadata: its type would be one more dependency.
func APIService() *metav1.PartialObjectMetadata {
	meta := &metav1.PartialObjectMetadata{}
	meta.SetGroupVersionKind(schema.GroupVersionKind{Group: "apiregistration.k8s.io", Version: "v1", Kind: "APIService"})
	return meta
}

const (
	// announced is when a cluster is asked again that has just announced an API and does not serve it yet: a moment after a CRD was
	// made. Each time that it still does not, it is twice as long.
	announced = 2 * time.Second
	// unhurried is the longest that this becomes, as for an API whose CRD was never installed with the others of its group, or whose
	// server is away. It is also the shortest for stores that do not ask for an object of it.
	unhurried = 30 * time.Second
)

// optionalAPI begins to watch an API's objects when the cluster serves them. An informer of a kind that does not exist would keep
// the manager from starting.
type optionalAPI struct {
	// service is the name of the APIService that announces it.
	service string
	object  client.Object
	has     func(capabilities.Capabilities) bool

	capabilities *capabilities.Discovery
	reader       client.Reader
	begin        func() error

	mutex sync.Mutex
	// next is when the cluster may be asked again while it is announced and not served, however many stores want to know, and pause
	// how long that was from the last answer.
	next  time.Time
	pause time.Duration
	// began is set once begin has succeeded; one that fails is called again.
	began bool
}

func routes() *optionalAPI {
	return &optionalAPI{
		service: "v1.route.openshift.io", object: &routev1.Route{},
		has: func(c capabilities.Capabilities) bool { return c.Route },
	}
}

func httpRoutes() *optionalAPI {
	return &optionalAPI{
		service: "v1.gateway.networking.k8s.io", object: &gatewayv1.HTTPRoute{},
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
	return c.Watch(source.Kind[client.Object](mgr.GetCache(), APIService(), component.EnqueueAll(mgr.GetClient()),
		predicate.NewPredicateFuncs(a.news)))
}

// news is true for the object that announces the API. The stores that it wakes are not to wait for an answer.
func (a *optionalAPI) news(object client.Object) bool {
	if object.GetName() != a.service {
		return false
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.next, a.pause = time.Time{}, 0
	return true
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
func (a *optionalAPI) Served(ctx context.Context) (served bool, again time.Duration, err error) {
	err = a.reader.Get(ctx, client.ObjectKey{Name: a.service}, APIService())
	if client.IgnoreNotFound(err) != nil {
		return false, 0, fmt.Errorf("read API service: %w", err)
	}
	coming := err == nil
	if a.has(a.capabilities.Current()) != coming && (!coming || a.turn()) {
		_, err := a.capabilities.Refresh()
		switch {
		case err != nil && !coming:
			return false, 0, err
		case err != nil:
			// Its server is away. That is no reason to leave the Service alone.
			log.FromContext(ctx).Info("an API is announced and does not answer", "api", a.service, "error", err.Error())
			a.wait()
		case coming && !a.has(a.capabilities.Current()):
			a.wait()
		}
	}
	switch {
	case a.has(a.capabilities.Current()):
		if err := a.start(); err != nil {
			return false, 0, err
		}
		return true, 0, nil
	case coming:
		return false, a.left(), nil
	default:
		return false, 0, nil
	}
}

// turn is true for the one that is to ask. Until there is an answer the others look again soon.
func (a *optionalAPI) turn() bool {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if time.Now().Before(a.next) {
		return false
	}
	a.next = time.Now().Add(announced)
	return true
}

// wait puts the next question off, each time for twice as long.
func (a *optionalAPI) wait() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.pause = min(max(2*a.pause, announced), unhurried)
	a.next = time.Now().Add(a.pause)
}

// left is the time until the next question.
func (a *optionalAPI) left() time.Duration {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return max(time.Until(a.next), time.Millisecond)
}
