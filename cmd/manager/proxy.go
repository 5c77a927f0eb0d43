package main

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"k8s.io/client-go/rest"

	"github.com/zot-artifact-store/operator/pkg/resources"
)

// proxyOf reads the way out of the cluster. An address that stores could not use is refused here, as nobody else would tell: Go's programs
// and others go without a proxy then, or fail each at its own place.
func proxyOf(getenv func(string) string) (resources.Proxy, error) {
	out := resources.Proxy{Direct: cmp.Or(getenv("NO_PROXY"), getenv("no_proxy"))}
	for _, one := range []struct {
		name string
		into *string
	}{{"HTTP_PROXY", &out.HTTP}, {"HTTPS_PROXY", &out.HTTPS}} {
		name := one.name
		if getenv(name) == "" {
			name = strings.ToLower(name)
		}
		if *one.into = getenv(name); *one.into == "" {
			continue
		}
		if err := resources.CheckProxy(*one.into); err != nil {
			return resources.Proxy{}, fmt.Errorf("environment %s is no address of a proxy, and is not shown, as it may hold a password: "+
				"%w; mend it where it is set: in the Deployment or the Subscription of the operator, or in OpenShift's Proxy \"cluster\"",
				name, err)
		}
	}
	return out, nil
}

// direct keeps requests to the cluster's own API server from the proxy, which may know nothing of the cluster's addresses: OLM tells it to
// the process, as it does to stores, and whoever sets it by hand easily forgets that the API server must be in NO_PROXY.
func direct(config *rest.Config, o options) {
	inCluster := o.namespace != ""
	if o.proxy != (resources.Proxy{}) && inCluster && config.Proxy == nil {
		config.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil } //nolint:nilnil // no proxy, and nothing is wrong
	}
}
