package gather

import (
	"encoding/json"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/zot-artifact-store/operator/pkg/labels"
)

// kind is one of the API, by its name in addresses. The version is the first that has it, in the order of the server.
type kind struct{ group, resource string }

// Kinds that the collection itself depends on.
var (
	stores      = kind{group, "zotartifactstores"}
	deployments = kind{"apps", "deployments"}
	pods        = kind{"", "pods"}
	claims      = kind{"", "persistentvolumeclaims"}
	volumes     = kind{"", "persistentvolumes"}
	namespaces  = kind{"", "namespaces"}
	secrets     = kind{"", "secrets"}
	ingresses   = kind{"networking.k8s.io", "ingresses"}
	issued      = kind{"cert-manager.io", "certificates"}
	plans       = kind{"operators.coreos.com", "installplans"}
)

const (
	group = "artifacts.zot.io"
	// olmPackage is what the operator is called in catalogs, and by what OLM makes of these.
	olmPackage = "zot-artifact-store-operator"
)

// rule says what of a kind is collected.
type rule struct {
	kind

	// keep is nil where everything is.
	keep func(*unstructured.Unstructured) bool
}

// namespaced are collected in each namespace with a store or with the operator. What others may have put values into is collected only
// where it is ours.
var namespaced = []rule{
	{stores, nil},
	{kind{"", "events"}, nil},
	{pods, isOurs},
	{deployments, isOurs},
	{kind{"apps", "replicasets"}, isOurs},
	{kind{"apps", "statefulsets"}, isOurs},
	{kind{"", "configmaps"}, isOurs},
	{kind{"", "services"}, isOurs},
	{kind{"", "serviceaccounts"}, isOurs},
	{kind{"discovery.k8s.io", "endpointslices"}, isOurs},
	{claims, nil},
	{kind{"", "resourcequotas"}, nil},
	{kind{"", "limitranges"}, nil},
	{kind{"policy", "poddisruptionbudgets"}, nil},
	{kind{"networking.k8s.io", "networkpolicies"}, nil},
	{ingresses, isOurs},
	{kind{"route.openshift.io", "routes"}, isOurs},
	{kind{"gateway.networking.k8s.io", "httproutes"}, isOurs},
	{kind{"gateway.networking.k8s.io", "backendtlspolicies"}, isOurs},
	{kind{"monitoring.coreos.com", "servicemonitors"}, isOurs},
	{issued, isOurs},
	{kind{"objectbucket.io", "objectbucketclaims"}, nil},
}

// ofOperators are collected in the operator's namespaces beside these.
var ofOperators = []rule{
	{kind{"coordination.k8s.io", "leases"}, func(o *unstructured.Unstructured) bool {
		return strings.HasPrefix(o.GetName(), labels.Manager)
	}},
	{kind{"operators.coreos.com", "subscriptions"}, isOfPackage},
	{plans, isOfPackage},
	{kind{"operators.coreos.com", "clusterserviceversions"}, isOfPackage},
	{kind{"operators.coreos.com", "operatorgroups"}, nil},
}

// clusterWide are collected once.
var clusterWide = []rule{
	{kind{"apiextensions.k8s.io", "customresourcedefinitions"}, func(o *unstructured.Unstructured) bool {
		return strings.HasSuffix(o.GetName(), "."+group)
	}},
	{kind{"admissionregistration.k8s.io", "mutatingwebhookconfigurations"}, isAboutStores},
	{kind{"admissionregistration.k8s.io", "validatingwebhookconfigurations"}, isAboutStores},
	{kind{"apiregistration.k8s.io", "apiservices"}, nil},
	{kind{"storage.k8s.io", "storageclasses"}, nil},
	{kind{"config.openshift.io", "clusterversions"}, nil},
	{kind{"config.openshift.io", "proxies"}, nil},
	{kind{"config.openshift.io", "ingresses"}, nil},
}

// isOurs is true for what the operator has made, and for the operator's own.
func isOurs(object *unstructured.Unstructured) bool {
	marks := object.GetLabels()
	if marks[labels.Store] != "" || marks[labels.ManagedBy] == labels.Manager || marks[labels.Name] == labels.Manager {
		return true
	}
	for _, owner := range object.GetOwnerReferences() {
		if strings.HasPrefix(owner.APIVersion, group+"/") {
			return true
		}
	}
	return false
}

// isOfPackage is true for what OLM has made for this operator. A namespace of operators has others, too.
func isOfPackage(object *unstructured.Unstructured) bool {
	text, err := json.Marshal(object.Object)
	return err == nil && strings.Contains(string(text), olmPackage)
}

// isAboutStores is true for webhook configurations that are asked about stores, whatever their name is: OLM gives them one of its own.
func isAboutStores(object *unstructured.Unstructured) bool {
	webhooks, _, _ := unstructured.NestedSlice(object.Object, "webhooks")
	text, err := json.Marshal(webhooks)
	return err == nil && strings.Contains(string(text), `"`+group+`"`)
}
