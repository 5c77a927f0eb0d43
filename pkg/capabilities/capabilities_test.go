package capabilities_test

import (
	"errors"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/pkg/capabilities"
)

// cluster answers with what it serves, as group/version, or with an error.
type cluster struct {
	serves []string
	err    error
}

func (c *cluster) ServerGroups() (*metav1.APIGroupList, error) {
	if c.err != nil {
		return nil, c.err
	}
	out := &metav1.APIGroupList{}
	for _, served := range c.serves {
		group, version, _ := strings.Cut(served, "/")
		out.Groups = append(out.Groups, metav1.APIGroup{
			Name: group, Versions: []metav1.GroupVersionForDiscovery{{GroupVersion: served, Version: version}},
		})
	}
	return out, nil
}

func TestDiscovery(t *testing.T) {
	for name, tc := range map[string]struct {
		serves []string
		want   capabilities.Capabilities
	}{
		"nothing":             {nil, capabilities.Capabilities{}},
		"Kubernetes":          {[]string{"apps/v1", "policy/v1"}, capabilities.Capabilities{PodDisruptionBudget: true}},
		"Kubernetes 1.20":     {[]string{"apps/v1", "policy/v1beta1"}, capabilities.Capabilities{}},
		"Routes without SCCs": {[]string{"route.openshift.io/v1"}, capabilities.Capabilities{Route: true}},
		"OpenShift": {
			[]string{"policy/v1", "route.openshift.io/v1", "security.openshift.io/v1"},
			capabilities.Capabilities{Route: true, PodDisruptionBudget: true, AssignedUID: true},
		},
		"names that are alike": {
			[]string{"route.openshift.io/v2", "security.internal.openshift.io/v1", "policy.example.com/v1"},
			capabilities.Capabilities{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			discovery, err := capabilities.NewDiscovery(&cluster{serves: tc.serves})
			if err != nil {
				t.Fatal(err)
			}
			if got := discovery.Current(); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestNewDiscoveryFailsWithoutAnswer(t *testing.T) {
	if _, err := capabilities.NewDiscovery(&cluster{err: errors.New("connection refused")}); err == nil ||
		!strings.Contains(err.Error(), "connection refused") {
		t.Errorf("got %v; a cluster that cannot be asked is none without abilities", err)
	}
}

func TestRefresh(t *testing.T) {
	asked := &cluster{serves: []string{"policy/v1"}}
	discovery, err := capabilities.NewDiscovery(asked)
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
		{name: "Routes go", cluster: cluster{serves: []string{"policy/v1"}}, changed: true},
	} {
		*asked = step.cluster
		changed, err := discovery.Refresh()
		if changed != step.changed || (err != nil) != step.fails || discovery.Current().Route != step.route {
			t.Errorf("%s: changed %v, error %v, route %v", step.name, changed, err, discovery.Current().Route)
		}
	}
}
