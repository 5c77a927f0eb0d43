package capabilities_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/openapi"

	"github.com/zot-artifact-store/operator/pkg/capabilities"
)

// cluster answers with what it serves and what is away, as group/version, or with an error.
type cluster struct {
	serves  []string
	kinds   map[string][]string
	away    []string
	version string
	err     error
	// schemas are what it says of its kinds, by group/version; nil: it does not say.
	schemas map[string]string
}

func (c *cluster) OpenAPIV3() openapi.Client { return c }

func (c *cluster) Paths() (map[string]openapi.GroupVersion, error) {
	if c.schemas == nil {
		return nil, apierrors.NewNotFound(schema.GroupResource{}, "v3")
	}
	out := map[string]openapi.GroupVersion{}
	for served, text := range c.schemas {
		out["apis/"+served] = described(text)
	}
	return out, nil
}

// described is the text of a group's schema, or what goes wrong when it is asked for.
type described string

func (d described) Schema(string) ([]byte, error) {
	if d == "down" {
		return nil, errors.New("connection refused")
	}
	return []byte(d), nil
}

func (described) ServerRelativeURL() string { return "" }

func (c *cluster) GroupsAndMaybeResources() (
	*metav1.APIGroupList, map[schema.GroupVersion]*metav1.APIResourceList, map[schema.GroupVersion]error, error,
) {
	if c.err != nil {
		return nil, nil, nil, c.err
	}
	out := &metav1.APIGroupList{}
	for _, served := range c.serves {
		group, version, _ := strings.Cut(served, "/")
		out.Groups = append(out.Groups, metav1.APIGroup{
			Name: group, Versions: []metav1.GroupVersionForDiscovery{{GroupVersion: served, Version: version}},
		})
	}
	kinds := map[schema.GroupVersion]*metav1.APIResourceList{}
	for served, names := range c.kinds {
		group, version, _ := strings.Cut(served, "/")
		list := &metav1.APIResourceList{GroupVersion: served}
		for _, name := range names {
			list.APIResources = append(list.APIResources, metav1.APIResource{Name: name})
		}
		kinds[schema.GroupVersion{Group: group, Version: version}] = list
	}
	failed := map[schema.GroupVersion]error{}
	for _, away := range c.away {
		// A group whose only version is away is listed without versions.
		group, version, _ := strings.Cut(away, "/")
		out.Groups = append(out.Groups, metav1.APIGroup{Name: group})
		failed[schema.GroupVersion{Group: group, Version: version}] = errors.New("stale")
	}
	return out, kinds, failed, nil
}

func (c *cluster) ServerVersion() (*version.Info, error) {
	switch c.version {
	case "":
		return &version.Info{GitVersion: "v1.30.1"}, nil
	case "down":
		return nil, errors.New("connection refused")
	}
	return &version.Info{GitVersion: c.version}, nil
}

// client-go's own is one.
var _ capabilities.Client = &discovery.DiscoveryClient{}

func TestDiscovery(t *testing.T) {
	for name, tc := range map[string]struct {
		serves []string
		want   capabilities.Capabilities
	}{
		"nothing":             {nil, capabilities.Capabilities{}},
		"Kubernetes":          {[]string{"apps/v1", "policy/v1"}, capabilities.Capabilities{PodDisruptionBudget: true, NamedNamespaces: true}},
		"Kubernetes 1.20":     {[]string{"apps/v1", "policy/v1beta1"}, capabilities.Capabilities{}},
		"Routes without SCCs": {[]string{"route.openshift.io/v1"}, capabilities.Capabilities{Route: true}},
		"OpenShift": {
			[]string{"policy/v1", "route.openshift.io/v1", "security.openshift.io/v1"},
			capabilities.Capabilities{Route: true, PodDisruptionBudget: true, NamedNamespaces: true, AssignedUID: true},
		},
		"names that are alike": {
			[]string{"route.openshift.io/v2", "security.internal.openshift.io/v1", "policy.example.com/v1"},
			capabilities.Capabilities{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			discovered, err := capabilities.NewDiscovery(&cluster{serves: tc.serves})
			if err != nil {
				t.Fatal(err)
			}
			if got := discovered.Current(); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestHTTPRoutes(t *testing.T) {
	const api = "gateway.networking.k8s.io/v1"
	for name, tc := range map[string]struct {
		cluster cluster
		want    bool
	}{
		"all of the Gateway API":       {cluster{serves: []string{api}, kinds: map[string][]string{api: {"gateways", "httproutes"}}}, true},
		"Gateways alone":               {cluster{serves: []string{api}, kinds: map[string][]string{api: {"gateways"}}}, false},
		"an older version of it":       {cluster{kinds: map[string][]string{"gateway.networking.k8s.io/v1beta1": {"httproutes"}}}, false},
		"a server that names no kinds": {cluster{serves: []string{api}}, false},
	} {
		discovered, err := capabilities.NewDiscovery(&tc.cluster)
		if err != nil {
			t.Fatal(err)
		}
		if got := discovered.Current().HTTPRoute; got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// The field came after the kind, and a server says whether it has it a moment after it serves the kind.
func TestHTTPRouteTimeouts(t *testing.T) {
	const api = "gateway.networking.k8s.io/v1"
	kind := func(name, fields string) string {
		return fmt.Sprintf(`{"components": {"schemas": {"io.k8s.%s": {
			"x-kubernetes-group-version-kind": [{"group": "gateway.networking.k8s.io", "kind": %q, "version": "v1"}],
			"properties": {"spec": {"properties": {"rules": {"items": {"properties": {%s}}}}}}}}}}`, name, name, fields)
	}
	for name, tc := range map[string]struct {
		schemas          map[string]string
		served, timeouts bool
		fails            bool
	}{
		"with the field":               {map[string]string{api: kind("HTTPRoute", `"timeouts": {}`)}, true, true, false},
		"without":                      {map[string]string{api: kind("HTTPRoute", `"matches": {}`)}, true, false, false},
		"another kind has it":          {map[string]string{api: kind("GRPCRoute", `"timeouts": {}`)}, false, false, false},
		"not described yet":            {map[string]string{}, false, false, false},
		"a server that describes none": {nil, true, false, false},
		"no rules at all":              {map[string]string{api: strings.Replace(kind("HTTPRoute", ""), "rules", "other", 1)}, true, false, false},
		"nonsense":                     {map[string]string{api: "<html>"}, false, false, true},
		"no answer":                    {map[string]string{api: "down"}, false, false, true},
	} {
		discovered, err := capabilities.NewDiscovery(
			&cluster{serves: []string{api}, kinds: map[string][]string{api: {"httproutes"}}, schemas: tc.schemas})
		if (err != nil) != tc.fails {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			continue
		}
		if got := discovered.Current(); got.HTTPRoute != tc.served || got.HTTPRouteTimeouts != tc.timeouts {
			t.Errorf("%s: HTTPRoutes %v, their timeouts %v", name, got.HTTPRoute, got.HTTPRouteTimeouts)
		}
	}
}

func TestCustomResources(t *testing.T) {
	discovered, err := capabilities.NewDiscovery(&cluster{kinds: map[string][]string{
		"gateway.networking.k8s.io/v1": {"backendtlspolicies"}, "cert-manager.io/v1": {"issuers", "certificates"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if want := (capabilities.Capabilities{BackendTLSPolicy: true, Certificate: true}); discovered.Current() != want {
		t.Errorf("got %+v", discovered.Current())
	}
}

func TestNewDiscoveryFailsWithoutAnswer(t *testing.T) {
	openShift := []string{"route.openshift.io/v1", "security.openshift.io/v1"}
	for name, tc := range map[string]struct {
		cluster cluster
		says    string
	}{
		"no answer":             {cluster{err: errors.New("connection refused")}, "connection refused"},
		"constraints are away":  {cluster{away: openShift[1:]}, "security.openshift.io/v1, whose server does not answer"},
		"Routes are away":       {cluster{serves: openShift[1:], away: openShift[:1]}, "get apiservice v1.route.openshift.io"},
		"no version":            {cluster{serves: openShift, version: "down"}, "connection refused"},
		"a version like no one": {cluster{serves: openShift, version: "new"}, "version"},
	} {
		if _, err := capabilities.NewDiscovery(&tc.cluster); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: got %v; a cluster that cannot be asked is none without abilities", name, err)
		}
	}
}

func TestOthersMayBeAway(t *testing.T) {
	for _, away := range []string{"metrics.k8s.io/v1beta1", "security.openshift.io/v2"} {
		discovered, err := capabilities.NewDiscovery(&cluster{serves: []string{"policy/v1"}, away: []string{away}, version: "down"})
		if err != nil || !discovered.Current().PodDisruptionBudget {
			t.Errorf("%s: %v", away, err)
		}
	}
}

func TestSeccomp(t *testing.T) {
	for version, want := range map[string]bool{
		"v1.20.15": true, "v1.23.17+16bcd69": true, "v1.24.0+4f0dd4d": false, "v1.24.0-rc.1": false, "v1.30.1": false,
	} {
		discovered, err := capabilities.NewDiscovery(&cluster{serves: []string{"security.openshift.io/v1"}, version: version})
		if err != nil {
			t.Fatal(err)
		}
		if discovered.Current().NoSeccomp != want {
			t.Errorf("%s: no seccomp %v, want %v", version, !want, want)
		}
		discovered, err = capabilities.NewDiscovery(&cluster{version: version})
		if err != nil || discovered.Current().NoSeccomp {
			t.Errorf("%s without constraints: %v, or no seccomp", version, err)
		}
	}
}

func TestRefresh(t *testing.T) {
	asked := &cluster{serves: []string{"policy/v1"}}
	discovered, err := capabilities.NewDiscovery(asked)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name    string
		cluster cluster
		changed bool
		fails   bool
		route   bool
	}{
		{name: "same", cluster: cluster{serves: []string{"policy/v1"}}},
		{name: "Routes appear", cluster: cluster{serves: []string{"policy/v1", "route.openshift.io/v1"}}, changed: true, route: true},
		{name: "no answer: the last one stays", cluster: cluster{err: errors.New("down")}, fails: true, route: true},
		{name: "back", cluster: cluster{serves: []string{"policy/v1", "route.openshift.io/v1"}}, route: true},
		{
			name: "away: the last one stays", cluster: cluster{serves: []string{"policy/v1"}, away: []string{"route.openshift.io/v1"}},
			fails: true, route: true,
		},
		{name: "Routes go", cluster: cluster{serves: []string{"policy/v1"}}, changed: true},
	} {
		*asked = step.cluster
		changed, err := discovered.Refresh()
		if changed != step.changed || (err != nil) != step.fails || discovered.Current().Route != step.route {
			t.Errorf("%s: changed %v, error %v, route %v", step.name, changed, err, discovered.Current().Route)
		}
	}
}
