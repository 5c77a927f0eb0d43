package component

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/source"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/resources"
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
	// Unhurried is the longest that this becomes, as for an API whose CRD was never installed with the others of its group, or whose
	// server is away. It is also the shortest for stores that do not ask for an object of it.
	Unhurried = 30 * time.Second
)

// OptionalAPI is an API that a cluster may lack, and that may come while the operator runs. Controllers begin to watch its objects when
// the cluster serves them: an informer of a kind that does not exist would keep the manager from starting.
type OptionalAPI struct {
	// service is the name of the APIService that announces it.
	service string
	object  client.Object
	has     func(capabilities.Capabilities) bool

	capabilities *capabilities.Discovery
	reader       client.Reader

	mutex sync.Mutex
	// begin are the watches that have not begun yet; one that fails is tried again.
	begin []func() error
	// next is when the cluster may be asked again while it is announced and not served, however many stores want to know, and pause
	// how long that was from the last answer.
	next  time.Time
	pause time.Duration
}

// APIs are the optional ones of which the operator has objects. They are the same for all controllers: one question is enough.
type APIs struct {
	Routes, HTTPRoutes, BackendTLSPolicies, Certificates, ServiceMonitors *OptionalAPI
	// Constraints are OpenShift's of security contexts. The operator has none of its own, and is to know that they are there.
	Constraints *OptionalAPI
}

// NewAPIs makes them.
func NewAPIs(mgr ctrl.Manager, discovered *capabilities.Discovery) APIs {
	return optionalAPIs(discovered, mgr.GetClient())
}

func optionalAPIs(discovered *capabilities.Discovery, reader client.Reader) APIs {
	optional := func(service string, object client.Object, has func(capabilities.Capabilities) bool) *OptionalAPI {
		return &OptionalAPI{service: service, object: object, has: has, capabilities: discovered, reader: reader}
	}
	return APIs{
		Routes: optional("v1.route.openshift.io", &routev1.Route{},
			func(c capabilities.Capabilities) bool { return c.Route }),
		HTTPRoutes: optional("v1.gateway.networking.k8s.io", &gatewayv1.HTTPRoute{},
			func(c capabilities.Capabilities) bool { return c.HTTPRoute }),
		BackendTLSPolicies: optional("v1.gateway.networking.k8s.io", &gatewayv1.BackendTLSPolicy{},
			func(c capabilities.Capabilities) bool { return c.BackendTLSPolicy }),
		Certificates: optional("v1.cert-manager.io", resources.NewCertificate(),
			func(c capabilities.Capabilities) bool { return c.Certificate }),
		ServiceMonitors: optional("v1.monitoring.coreos.com", resources.NewServiceMonitor(),
			func(c capabilities.Capabilities) bool { return c.ServiceMonitor }),
		Constraints: optional("v1.security.openshift.io", nil,
			func(c capabilities.Capabilities) bool { return c.AssignedUID }),
	}
}

// Watch wakes stores for the controller: when one of the objects changes that the owner has made, and when the API comes, goes or
// changes, all of them: those that ask for an object of it, and those whose object was switched off while the API was away.
func (a *OptionalAPI) Watch(mgr ctrl.Manager, c controller.Controller, owner string) error {
	a.mutex.Lock()
	a.begin = append(a.begin, func() error {
		return c.Watch(source.Kind(mgr.GetCache(), a.object, Enqueue(), OwnedBy(owner)))
	})
	a.mutex.Unlock()
	if a.has(a.capabilities.Current()) {
		if err := a.start(); err != nil {
			return err
		}
	}
	return c.Watch(source.Kind[client.Object](mgr.GetCache(), APIService(), EnqueueAll(mgr.GetClient()),
		predicate.NewPredicateFuncs(a.news)))
}

// news is true for the object that announces the API. The stores that it wakes are not to wait for an answer.
func (a *OptionalAPI) news(object client.Object) bool {
	if object.GetName() != a.service {
		return false
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.next, a.pause = time.Time{}, 0
	return true
}

func (a *OptionalAPI) start() error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for len(a.begin) > 0 {
		if err := a.begin[0](); err != nil {
			return fmt.Errorf("begin to watch what %s serves: %w", a.service, err)
		}
		a.begin = a.begin[1:]
	}
	return nil
}

// Served asks the cluster again while what it said last and what it announces differ. Otherwise it costs no request.
func (a *OptionalAPI) Served(ctx context.Context) (served bool, again time.Duration, err error) {
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
func (a *OptionalAPI) turn() bool {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if time.Now().Before(a.next) {
		return false
	}
	a.next = time.Now().Add(announced)
	return true
}

// wait puts the next question off, each time for twice as long.
func (a *OptionalAPI) wait() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.pause = min(max(2*a.pause, announced), Unhurried)
	a.next = time.Now().Add(a.pause)
}

// left is the time until the next question.
func (a *OptionalAPI) left() time.Duration {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return max(time.Until(a.next), time.Millisecond)
}

// UnknownUser is what stores wait for that are not to be given a user which the cluster may refuse, and which they would keep.
const UnknownUser = "the cluster says whether it assigns the users of pods: it has announced OpenShift's security context constraints " +
	"and does not serve them yet. If that lasts, `kubectl get apiservice v1.security.openshift.io` says why."

// UserFixed says whether pods of the template run as a user that we have chosen, and not as one that the platform assigns.
func UserFixed(template corev1.PodTemplateSpec) bool {
	security := template.Spec.SecurityContext
	return security != nil && security.RunAsUser != nil && security.FSGroup != nil
}

// Noticed looks whether an API has come or gone of which nothing is read: what the cluster can do is known better afterwards. Where it has
// been announced and is not served yet, it tells when to look again; what depends on it is not known until then.
func Noticed(ctx context.Context, api API) (again time.Duration, err error) {
	if api == nil {
		return 0, nil
	}
	_, again, err = api.Served(ctx)
	return again, err
}

// Read gives the object, nil if there is none.
func Read[T client.Object](ctx context.Context, cached client.Reader, key client.ObjectKey, into T) (T, error) {
	var none T
	err := cached.Get(ctx, key, into)
	if apierrors.IsNotFound(err) {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("read %T: %w", into, err)
	}
	return into, nil
}

// ReadIfServed does the same with an API that may be missing, and tells that it is, and when to look again if it is about to come.
func ReadIfServed[T client.Object](
	ctx context.Context, api API, cached client.Reader, key client.ObjectKey, into T,
) (object T, served bool, again time.Duration, err error) {
	var none T
	served, again, err = api.Served(ctx)
	if err != nil || !served {
		return none, false, again, err
	}
	object, err = Read(ctx, cached, key, into)
	if notYet := (&cache.ErrResourceNotCached{}); errors.As(err, &notYet) {
		return none, false, announced, nil // The watch has just begun.
	}
	return object, err == nil, 0, err
}
