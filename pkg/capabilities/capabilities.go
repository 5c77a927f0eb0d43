// Package capabilities knows what the cluster can do beside what every Kubernetes can: which optional APIs it serves.
//
// OpenShift is no special case anywhere in the operator; it is a cluster with these capabilities.
package capabilities

import (
	"fmt"
	"sync/atomic"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"
)

// Capabilities are the optional abilities of a cluster.
type Capabilities struct {
	// Route: route.openshift.io/v1 is served.
	Route bool
	// PodDisruptionBudget: policy/v1 is served (Kubernetes 1.21 and later).
	PodDisruptionBudget bool
	// AssignedUID: the platform gives each namespace its own user IDs and refuses pods that fix one
	// (security context constraints, security.openshift.io).
	AssignedUID bool
}

// Discovery asks the cluster and remembers the answer.
type Discovery struct {
	client  discovery.ServerGroupsInterface
	current atomic.Pointer[Capabilities]
}

// NewDiscovery asks for the first time. A cluster that cannot be asked is an error, not a cluster without abilities.
func NewDiscovery(client discovery.ServerGroupsInterface) (*Discovery, error) {
	d := &Discovery{client: client}
	d.current.Store(&Capabilities{})
	if _, err := d.Refresh(); err != nil {
		return nil, err
	}
	return d, nil
}

// Current is the last answer.
func (d *Discovery) Current() Capabilities { return *d.current.Load() }

// Refresh asks again and says whether the answer has changed. After an error the last answer stays.
func (d *Discovery) Refresh() (bool, error) {
	groups, err := d.client.ServerGroups()
	if err != nil {
		return false, fmt.Errorf("ask which APIs the cluster serves: %w", err)
	}
	now := Capabilities{
		Route:               serves(groups, "route.openshift.io", "v1"),
		PodDisruptionBudget: serves(groups, "policy", "v1"),
		AssignedUID:         serves(groups, "security.openshift.io", "v1"),
	}
	return now != *d.current.Swap(&now), nil
}

func serves(groups *metav1.APIGroupList, group, version string) bool {
	for _, g := range groups.Groups {
		if g.Name != group {
			continue
		}
		for _, v := range g.Versions {
			if v.Version == version {
				return true
			}
		}
	}
	return false
}
