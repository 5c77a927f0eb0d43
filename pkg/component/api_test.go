package component

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/openapi"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/pkg/capabilities"
)

// routed is a cluster that announces Routes, serves them, or has them while their server is away.
type routed struct {
	client.Reader
	announced, served, away bool
	// asked counts the questions.
	asked int
}

func (c *routed) Get(_ context.Context, key client.ObjectKey, _ client.Object, _ ...client.GetOption) error {
	if c.announced && key.Name == "v1.route.openshift.io" {
		return nil
	}
	return apierrors.NewNotFound(schema.GroupResource{Resource: "apiservices"}, key.Name)
}

func (c *routed) GroupsAndMaybeResources() (
	*metav1.APIGroupList, map[schema.GroupVersion]*metav1.APIResourceList, map[schema.GroupVersion]error, error,
) {
	c.asked++
	groups, failed := &metav1.APIGroupList{}, map[schema.GroupVersion]error{}
	routes := schema.GroupVersion{Group: "route.openshift.io", Version: "v1"}
	switch {
	case c.away:
		failed[routes] = errors.New("stale")
	case c.served:
		groups.Groups = []metav1.APIGroup{{Name: routes.Group, Versions: []metav1.GroupVersionForDiscovery{{Version: routes.Version}}}}
	}
	return groups, nil, failed, nil
}

func (c *routed) OpenAPIV3() openapi.Client { return nil }

func (c *routed) ServerVersion() (*version.Info, error) {
	return &version.Info{GitVersion: "v1.30.1"}, nil
}

func TestOptionalAPI(t *testing.T) {
	cluster := &routed{}
	discovered, err := capabilities.NewDiscovery(cluster)
	if err != nil {
		t.Fatal(err)
	}
	begins, broken := 0, true
	watcher := routes(discovered, cluster)
	watcher.begin = []func() error{func() error {
		if begins++; broken {
			return errors.New("no informer")
		}
		return nil
	}}
	for _, step := range []struct {
		name           string
		cluster        routed
		mended         bool
		served, coming bool
		fails          bool
		begins         int
	}{
		{name: "none"},
		{name: "announced", cluster: routed{announced: true}, coming: true},
		{name: "announced, its server is away", cluster: routed{announced: true, away: true}, coming: true},
		{name: "served, the watch cannot begin", cluster: routed{announced: true, served: true}, fails: true, begins: 1},
		{name: "nor the second time", cluster: routed{announced: true, served: true}, fails: true, begins: 2},
		{name: "it begins", cluster: routed{announced: true, served: true}, mended: true, served: true, begins: 3},
		{name: "and not again", cluster: routed{announced: true, served: true}, mended: true, served: true, begins: 3},
		{name: "gone", mended: true, begins: 3},
		{name: "back", cluster: routed{announced: true, served: true}, mended: true, served: true, begins: 3},
		{name: "going, and nobody knows", cluster: routed{away: true}, mended: true, fails: true, begins: 3},
	} {
		cluster.announced, cluster.served, cluster.away, broken = step.cluster.announced, step.cluster.served, step.cluster.away, !step.mended
		watcher.news(announcing("v1.route.openshift.io"))
		served, again, err := watcher.Served(t.Context())
		if coming := again > 0; served != step.served || coming != step.coming || (err != nil) != step.fails || begins != step.begins {
			t.Errorf("%s: served %v, again in %s, error %v, began %d times", step.name, served, again, err, begins)
		}
	}
}

func announcing(service string) client.Object {
	object := APIService()
	object.SetName(service)
	return object
}

// A cluster may announce an API for ever and not serve it: one whose CRD was never installed with the others of its group.
func TestOptionalAPIIsPatient(t *testing.T) {
	for name, cluster := range map[string]*routed{
		"not served": {announced: true}, "its server is away": {announced: true, away: true},
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { waitForRoutes(t, cluster) }) })
	}
}

func waitForRoutes(t *testing.T, cluster *routed) {
	away := cluster.away
	cluster.away = false
	discovered, err := capabilities.NewDiscovery(cluster)
	if err != nil {
		t.Fatal(err)
	}
	cluster.away, cluster.asked = away, 0
	watcher := routes(discovered, cluster)
	// looks of several stores at the same time give when to look again, and cost one question.
	look := func() time.Duration {
		t.Helper()
		before, first := cluster.asked, time.Duration(0)
		for i := range 3 {
			served, again, err := watcher.Served(t.Context())
			if served || again <= 0 || err != nil || i > 0 && again != first {
				t.Fatalf("served %v, again in %s, error %v", served, again, err)
			}
			first = again
		}
		if asked := cluster.asked - before; asked != 1 {
			t.Errorf("asked %d times", asked)
		}
		return first
	}
	for _, want := range []time.Duration{2, 4, 8, 16, 30, 30} {
		again := look()
		if again != want*time.Second {
			t.Fatalf("again in %s, want %d s", again, want)
		}
		time.Sleep(again)
	}
	look()
	if watcher.news(announcing("v1.apps")) || !watcher.news(announcing("v1.route.openshift.io")) {
		t.Error("takes another API's news for its own, or does not take its own")
	}
	if again := look(); again != 2*time.Second {
		t.Errorf("after news: again in %s", again)
	}
	time.Sleep(2 * time.Second)
	cluster.served, cluster.away = true, false
	if served, again, err := watcher.Served(t.Context()); !served || again != 0 || err != nil {
		t.Errorf("served %v, again in %s, error %v", served, again, err)
	}
}

func TestOptionalAPIs(t *testing.T) {
	apis := optionalAPIs(nil, nil)
	for _, tc := range []struct {
		api     *OptionalAPI
		service string
		kind    string
		cluster capabilities.Capabilities
	}{
		{apis.Routes, "v1.route.openshift.io", "*v1.Route", capabilities.Capabilities{Route: true}},
		{apis.HTTPRoutes, "v1.gateway.networking.k8s.io", "*v1.HTTPRoute", capabilities.Capabilities{HTTPRoute: true}},
		{
			apis.BackendTLSPolicies, "v1.gateway.networking.k8s.io", "*v1.BackendTLSPolicy",
			capabilities.Capabilities{BackendTLSPolicy: true},
		},
		{apis.Certificates, "v1.cert-manager.io", "*unstructured.Unstructured", capabilities.Capabilities{Certificate: true}},
		{
			apis.ServiceMonitors, "v1.monitoring.coreos.com", "*unstructured.Unstructured",
			capabilities.Capabilities{ServiceMonitor: true},
		},
	} {
		if tc.api.service != tc.service || fmt.Sprintf("%T", tc.api.object) != tc.kind {
			t.Errorf("%s of %s are announced by %s", tc.kind, tc.service, tc.api.service)
		}
		if tc.api.has(capabilities.Capabilities{}) || !tc.api.has(tc.cluster) {
			t.Errorf("%s: is there without, or is not seen", tc.kind)
		}
	}
}

func routes(discovered *capabilities.Discovery, reader client.Reader) *OptionalAPI {
	return optionalAPIs(discovered, reader).Routes
}

// fixed answers as it is told.
type fixed struct {
	served bool
	again  time.Duration
	err    error
}

func (f fixed) Served(context.Context) (served bool, again time.Duration, err error) {
	return f.served, f.again, f.err
}

// failing reads nothing.
type failing struct {
	client.Reader
	err error
}

func (f failing) Get(context.Context, client.ObjectKey, client.Object, ...client.GetOption) error {
	return f.err
}

func TestReadIfServed(t *testing.T) {
	broken := errors.New("broken")
	missing := apierrors.NewNotFound(schema.GroupResource{Resource: "routes"}, "store")
	for name, tc := range map[string]struct {
		api           fixed
		read          error
		found, served bool
		again         time.Duration
		err           error
	}{
		"there":                    {fixed{served: true}, nil, true, true, 0, nil},
		"not there":                {fixed{served: true}, missing, false, true, 0, nil},
		"no such API":              {fixed{}, broken, false, false, 0, nil},
		"an API that is about to":  {fixed{again: time.Minute}, broken, false, false, time.Minute, nil},
		"an API nobody can ask":    {fixed{err: broken}, nil, false, false, 0, broken},
		"a watch that begins":      {fixed{served: true}, &cache.ErrResourceNotCached{}, false, false, announced, nil},
		"a cache that cannot read": {fixed{served: true}, broken, false, false, 0, broken},
	} {
		found, served, again, err := ReadIfServed(t.Context(), tc.api, failing{err: tc.read}, client.ObjectKey{Name: "store"}, APIService())
		if (found != nil) != tc.found || served != tc.served || again != tc.again || !errors.Is(err, tc.err) {
			t.Errorf("%s: found %v, served %v, again in %v, %v", name, found, served, again, err)
		}
	}
}

// Who reads nothing of an API learns nevertheless that it is about to come.
func TestNoticed(t *testing.T) {
	broken := errors.New("broken")
	for name, tc := range map[string]struct {
		api   API
		again time.Duration
		err   error
	}{
		"nobody to ask":           {nil, 0, nil},
		"there":                   {fixed{served: true}, 0, nil},
		"no such API":             {fixed{}, 0, nil},
		"an API that is about to": {fixed{again: time.Minute}, time.Minute, nil},
		"an API nobody can ask":   {fixed{err: broken}, 0, broken},
	} {
		if again, err := Noticed(t.Context(), tc.api); again != tc.again || !errors.Is(err, tc.err) {
			t.Errorf("%s: again in %s, %v", name, again, err)
		}
	}
}
