package resources

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// Outside is what the cluster has given to the ways in from outside of it. What it has not given is empty.
type Outside struct {
	// Route is the host of the Route, which OpenShift makes where the spec names none.
	Route string
	// LoadBalancer is the host or IP address of the Service.
	LoadBalancer string
}

// OutsideOf reads it from the Route and the Service, each nil where there is none.
func OutsideOf(route *routev1.Route, service *corev1.Service) Outside {
	var out Outside
	if route != nil {
		out.Route = route.Spec.Host
	}
	if service != nil {
		for _, ingress := range service.Status.LoadBalancer.Ingress {
			out.LoadBalancer = cmp.Or(out.LoadBalancer, ingress.Hostname, ingress.IP)
		}
	}
	return out
}

// ExternalURL is the address at which people and programs reach the registry from outside, or will: the one that the spec names, else
// that of the first way that it asks for, in the order of the status. It is empty if there is none, or the cluster has yet to give it.
// A Gateway gives none: whether it serves a host by https is up to its listeners.
//
// It does not wait until the way works: whoever makes use of it would change its mind when a router drops a Route for a moment.
func ExternalURL(in Input, outside Outside) string {
	switch {
	case in.Spec.ExternalURL != "":
		return in.Spec.ExternalURL
	case defaults.RouteOn(in.Spec):
		return Address("https", routeHost(in, outside))
	case defaults.IngressOn(in.Spec):
		return IngressURL(in)
	default:
		return LoadBalancerURL(in, loadBalancer(in, outside))
	}
}

// AwaitsExternalURL is true while the cluster has yet to give it.
func AwaitsExternalURL(in Input, outside Outside) bool {
	return ExternalURL(in, outside) == "" && (defaults.RouteOn(in.Spec) || defaults.LoadBalanced(in.Spec))
}

// WayBack is the address to which people come back after they have signed in: the one from outside, or else the Service's, for those who
// are inside. It is empty while the cluster has yet to give it.
func WayBack(in Input, outside Outside) string {
	if AwaitsExternalURL(in, outside) {
		return ""
	}
	return cmp.Or(ExternalURL(in, outside), Endpoint(in))
}

// IngressURL is the address that the Ingress serves.
func IngressURL(in Input) string {
	scheme := "http"
	if in.Spec.Networking.Ingress.TLS != nil {
		scheme = "https"
	}
	return Address(scheme, in.Spec.Networking.Ingress.Host)
}

// LoadBalancerURL is the address of the load balancer with that host or IP address. It passes on what zot speaks.
func LoadBalancerURL(in Input, host string) string {
	if host == "" {
		return ""
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return Address(Scheme(in), host+":"+strconv.Itoa(int(*in.Spec.HTTP.Port)))
}

// Address of a host, which may have a port; none without a host.
func Address(scheme, host string) string {
	if host == "" {
		return ""
	}
	return scheme + "://" + host
}

// loadBalancer is the host of the load balancer: a Service that has become another one keeps its address for a moment.
func loadBalancer(in Input, outside Outside) string {
	if !defaults.LoadBalanced(in.Spec) {
		return ""
	}
	return outside.LoadBalancer
}

func routeHost(in Input, outside Outside) string {
	return cmp.Or(in.Spec.Networking.Route.Host, outside.Route)
}

// Hosts are all names by which clients may call the registry, for a certificate that is made for it. The short ones are those that
// pods of the namespace, and of the cluster, resolve.
func Hosts(in Input, outside Outside, clusterDomain string) []string {
	host := names.Host(in.Namespace, in.Name)
	out := []string{host, host + "." + clusterDomain, names.Service(in.Name) + "." + in.Namespace, names.Service(in.Name)}
	out = append(out, CalledHosts(in, outside)...)
	if defaults.S3APIOn(in.Spec) {
		// The S3 gateway serves the same certificate.
		gateway := names.S3Host(in.Namespace, in.Name)
		out = append(out, gateway, gateway+"."+clusterDomain, names.S3(in.Name)+"."+in.Namespace, names.S3(in.Name))
	}
	if external := hostOf(in.Spec.ExternalURL); external != "" {
		out = append(out, external)
	}
	return unique(out)
}

// CalledHosts are the names for which the certificate must be, as clients call the registry itself by them. Where something else ends
// their TLS, they do not see it.
func CalledHosts(in Input, outside Outside) []string {
	networking := in.Spec.Networking
	var out []string
	passthrough := defaults.RouteOn(in.Spec) && networking.Route.Termination == v1alpha1.RoutePassthrough
	if passthrough {
		out = append(out, routeHost(in, outside))
	}
	if passthrough || networking.Service.Type != defaults.ServiceType {
		switch external := hostOf(in.Spec.ExternalURL); {
		case external == "":
			out = append(out, loadBalancer(in, outside))
		case !slices.Contains(endedBefore(in, outside), external):
			out = append(out, external)
		}
	}
	out = slices.DeleteFunc(out, func(host string) bool { return host == "" })
	reencrypt := defaults.RouteOn(in.Spec) && networking.Route.Termination == v1alpha1.RouteReencrypt
	if reencrypt || len(out) == 0 {
		// The router looks for the name of the Service in the certificate.
		out = append(out, names.Host(in.Namespace, in.Name))
	}
	if defaults.BackendTLSOn(in.Spec) {
		out = append(out, backendHost(in))
	}
	return unique(append(out, MemberHosts(in)...))
}

// endedBefore are the hosts whose TLS ends before the registry.
func endedBefore(in Input, outside Outside) []string {
	var out []string
	if defaults.RouteOn(in.Spec) && in.Spec.Networking.Route.Termination != v1alpha1.RoutePassthrough {
		out = append(out, routeHost(in, outside))
	}
	if defaults.IngressOn(in.Spec) {
		out = append(out, in.Spec.Networking.Ingress.Host)
	}
	if defaults.HTTPRouteOn(in.Spec) {
		out = append(out, in.Spec.Networking.HTTPRoute.Hostnames...)
	}
	return out
}

// hostOf an address, in lower case and without its port.
func hostOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return "" // A rule refuses it.
	}
	return strings.ToLower(parsed.Hostname())
}

// unique keeps the first of equal entries.
func unique[E comparable](list []E) []E {
	var out []E
	for _, entry := range list {
		if !slices.Contains(out, entry) {
			out = append(out, entry)
		}
	}
	return out
}
