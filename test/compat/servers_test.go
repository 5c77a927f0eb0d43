package compat

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/openapi"
)

// server answers as an API server does when it is asked what it serves.
type server struct {
	name, version string
	serves        []string
}

// oldest are the servers of test/compat/types, by the same names. Alpha and beta APIs that have a stable version there are left out.
func oldest() []server {
	kubernetes := []string{
		"v1", "admissionregistration.k8s.io/v1", "apiextensions.k8s.io/v1", "apiregistration.k8s.io/v1", "apps/v1", "authentication.k8s.io/v1",
		"authorization.k8s.io/v1", "autoscaling/v1", "autoscaling/v2beta2", "batch/v1", "batch/v1beta1", "certificates.k8s.io/v1",
		"coordination.k8s.io/v1", "discovery.k8s.io/v1beta1", "events.k8s.io/v1", "networking.k8s.io/v1", "node.k8s.io/v1", "policy/v1beta1",
		"rbac.authorization.k8s.io/v1", "scheduling.k8s.io/v1", "storage.k8s.io/v1",
	}
	openshift := append([]string{"policy/v1", "route.openshift.io/v1", "security.openshift.io/v1"}, kubernetes...)
	return []server{
		{name: "kubernetes-1.20", version: "v1.20.15", serves: kubernetes},
		{name: "openshift-4.10", version: "v1.23.17", serves: openshift},
	}
}

// GroupsAndMaybeResources names the groups alone, as servers of that age do.
func (s server) GroupsAndMaybeResources() (
	*metav1.APIGroupList, map[schema.GroupVersion]*metav1.APIResourceList, map[schema.GroupVersion]error, error,
) {
	list := &metav1.APIGroupList{}
	for _, served := range s.serves {
		gv, err := schema.ParseGroupVersion(served)
		if err != nil {
			return nil, nil, nil, err
		}
		list.Groups = append(list.Groups, metav1.APIGroup{
			Name:     gv.Group,
			Versions: []metav1.GroupVersionForDiscovery{{GroupVersion: served, Version: gv.Version}},
		})
	}
	return list, nil, nil, nil
}

// OpenAPIV3 is of newer servers.
func (s server) OpenAPIV3() openapi.Client { return nil }

// ServerVersion is the server's.
func (s server) ServerVersion() (*version.Info, error) {
	return &version.Info{GitVersion: s.version}, nil
}
