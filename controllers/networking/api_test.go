package networking

import (
	"context"
	"errors"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
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
	watcher := routes()
	watcher.capabilities, watcher.reader, watcher.patience = discovered, cluster, 0
	watcher.begin = func() error {
		if begins++; broken {
			return errors.New("no informer")
		}
		return nil
	}
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
		{name: "served, the watch cannot begin", cluster: routed{announced: true, served: true}, coming: true, fails: true, begins: 1},
		{name: "nor the second time", cluster: routed{announced: true, served: true}, coming: true, fails: true, begins: 2},
		{name: "it begins", cluster: routed{announced: true, served: true}, mended: true, served: true, coming: true, begins: 3},
		{name: "and not again", cluster: routed{announced: true, served: true}, mended: true, served: true, coming: true, begins: 3},
		{name: "gone", mended: true, begins: 3},
		{name: "back", cluster: routed{announced: true, served: true}, mended: true, served: true, coming: true, begins: 3},
		{name: "going, and nobody knows", cluster: routed{away: true}, mended: true, fails: true, begins: 3},
	} {
		cluster.announced, cluster.served, cluster.away, broken = step.cluster.announced, step.cluster.served, step.cluster.away, !step.mended
		served, coming, err := watcher.Served(t.Context())
		if served != step.served || coming != step.coming || (err != nil) != step.fails || begins != step.begins {
			t.Errorf("%s: served %v, coming %v, error %v, began %d times", step.name, served, coming, err, begins)
		}
	}
}

// Many stores may wait for an API that a cluster announces for long and does not serve.
func TestOptionalAPIIsPatient(t *testing.T) {
	cluster := &routed{announced: true}
	discovered, err := capabilities.NewDiscovery(cluster)
	if err != nil {
		t.Fatal(err)
	}
	watcher := routes()
	watcher.capabilities, watcher.reader, watcher.patience = discovered, cluster, time.Hour
	cluster.asked = 0
	for range 3 {
		if served, coming, err := watcher.Served(t.Context()); served || !coming || err != nil {
			t.Errorf("served %v, coming %v, error %v", served, coming, err)
		}
	}
	if cluster.asked != 1 {
		t.Errorf("asked %d times", cluster.asked)
	}
}

func TestOptionalAPIs(t *testing.T) {
	for service, api := range map[string]*optionalAPI{"v1.route.openshift.io": routes(), "v1.gateway.networking.k8s.io": httpRoutes()} {
		if api.service != service || api.has(capabilities.Capabilities{}) {
			t.Errorf("%s: is announced by %s, or is there without", service, api.service)
		}
		if !api.has(capabilities.Capabilities{Route: true, HTTPRoute: true}) {
			t.Errorf("%s: is not seen", service)
		}
	}
}
