package main

import (
	"net/http"
	"net/url"

	"k8s.io/client-go/rest"

	"github.com/zot-artifact-store/operator/pkg/resources"
)

// direct keeps requests to the cluster's own API server from the proxy, which may know nothing of the cluster's addresses: OLM tells it to
// the process, as it does to stores, and whoever sets it by hand easily forgets that the API server must be in NO_PROXY.
func direct(config *rest.Config, o options) {
	inCluster := o.namespace != ""
	if o.proxy != (resources.Proxy{}) && inCluster && config.Proxy == nil {
		config.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil } //nolint:nilnil // no proxy, and nothing is wrong
	}
}
