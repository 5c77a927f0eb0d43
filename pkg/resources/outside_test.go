package resources_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

func TestOutsideOf(t *testing.T) {
	if got := resources.OutsideOf(nil, nil); got != (resources.Outside{}) {
		t.Errorf("of nothing: %+v", got)
	}
	service := &corev1.Service{}
	service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{}, {Hostname: "lb.example.com", IP: "192.0.2.1"}, {IP: "192.0.2.2"}}
	got := resources.OutsideOf(&routev1.Route{Spec: routev1.RouteSpec{Host: "given.example.com"}}, service)
	if want := (resources.Outside{Route: "given.example.com", LoadBalancer: "lb.example.com"}); got != want {
		t.Errorf("got %+v", got)
	}
}

// reachable is a store with these ways in.
func reachable(tls bool, externalURL string, networking v1alpha1.NetworkingSpec) resources.Input {
	in := resources.Input{Name: "store", Namespace: "team-a"}
	in.Spec = v1alpha1.ZotArtifactStoreSpec{ExternalURL: externalURL, Networking: &networking}
	if tls {
		in.Spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{CertSecretName: "registry-tls"}}
	}
	in.Spec = defaults.Effective(in.Spec, defaults.Upstream())
	return in
}

var (
	balanced    = &v1alpha1.ServiceSpec{Type: "LoadBalancer"}
	anyRoute    = &v1alpha1.RouteSpec{}
	ownRoute    = &v1alpha1.RouteSpec{Host: "route.example.com"}
	reencrypted = &v1alpha1.RouteSpec{Host: "route.example.com", Termination: v1alpha1.RouteReencrypt}
	anIngress   = &v1alpha1.IngressSpec{Host: "ingress.example.com"}
	secure      = &v1alpha1.IngressSpec{Host: "ingress.example.com", TLS: &v1alpha1.IngressTLSSpec{}}
	aGateway    = &v1alpha1.HTTPRouteSpec{Hostnames: []string{"gateway.example.com"}}
	given       = resources.Outside{Route: "given.example.com", LoadBalancer: "192.0.2.7"}
)

const external = "https://registry.example.com"

func TestExternalURL(t *testing.T) {
	for name, tc := range map[string]struct {
		in      resources.Input
		outside resources.Outside
		want    string
		waits   bool
	}{
		"none":                          {reachable(false, "", v1alpha1.NetworkingSpec{}), given, "", false},
		"the user's":                    {reachable(false, external, v1alpha1.NetworkingSpec{Route: ownRoute}), given, external, false},
		"the Route's, from the spec":    {reachable(false, "", v1alpha1.NetworkingSpec{Route: ownRoute}), given, "https://route.example.com", false},
		"the Route's, given":            {reachable(false, "", v1alpha1.NetworkingSpec{Route: anyRoute}), given, "https://given.example.com", false},
		"the Route's, to come":          {reachable(false, "", v1alpha1.NetworkingSpec{Route: anyRoute}), resources.Outside{}, "", true},
		"it comes, whatever else there": {reachable(false, "", v1alpha1.NetworkingSpec{Route: anyRoute, Ingress: anIngress}), resources.Outside{}, "", true},
		"the Ingress's":                 {reachable(false, "", v1alpha1.NetworkingSpec{Ingress: anIngress}), given, "http://ingress.example.com", false},
		"the Ingress's, with TLS":       {reachable(false, "", v1alpha1.NetworkingSpec{Ingress: secure}), given, "https://ingress.example.com", false},
		"the load balancer's":           {reachable(false, "", v1alpha1.NetworkingSpec{Service: balanced}), given, "http://192.0.2.7:8080", false},
		"the load balancer's, with TLS": {reachable(true, "", v1alpha1.NetworkingSpec{Service: balanced}), given, "https://192.0.2.7:8080", false},
		"the load balancer's, of six": {
			reachable(false, "", v1alpha1.NetworkingSpec{Service: balanced}),
			resources.Outside{LoadBalancer: "2001:db8::1"},
			"http://[2001:db8::1]:8080", false,
		},
		"the load balancer's, to come": {reachable(false, "", v1alpha1.NetworkingSpec{Service: balanced}), resources.Outside{}, "", true},
		"a Gateway has none":           {reachable(false, "", v1alpha1.NetworkingSpec{HTTPRoute: aGateway}), given, "", false},
	} {
		if got := resources.ExternalURL(tc.in, tc.outside); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
		if got := resources.AwaitsExternalURL(tc.in, tc.outside); got != tc.waits {
			t.Errorf("%s: is to come: %v", name, got)
		}
	}
}

func TestHosts(t *testing.T) {
	const inside = "store.team-a.svc"
	for name, tc := range map[string]struct {
		in     resources.Input
		called []string
		// more are names that a certificate is made for beside those and the Service's.
		more []string
	}{
		"none":                        {reachable(true, "", v1alpha1.NetworkingSpec{}), []string{inside}, nil},
		"nothing of ours serves it":   {reachable(true, external, v1alpha1.NetworkingSpec{}), []string{inside}, []string{"registry.example.com"}},
		"a Route that passes through": {reachable(true, "", v1alpha1.NetworkingSpec{Route: anyRoute}), []string{"given.example.com"}, nil},
		"of the user's host":          {reachable(true, "", v1alpha1.NetworkingSpec{Route: ownRoute}), []string{"route.example.com"}, nil},
		"a Route, called otherwise": {
			reachable(true, external, v1alpha1.NetworkingSpec{Route: ownRoute}), []string{"route.example.com", "registry.example.com"}, nil,
		},
		"a Route that encrypts again": {
			reachable(true, "https://route.example.com", v1alpha1.NetworkingSpec{Route: reencrypted}),
			[]string{inside},
			[]string{"route.example.com"},
		},
		"an Ingress": {
			reachable(true, "https://ingress.example.com", v1alpha1.NetworkingSpec{Ingress: secure}),
			[]string{inside},
			[]string{"ingress.example.com"},
		},
		"a load balancer": {reachable(true, "", v1alpha1.NetworkingSpec{Service: balanced}), []string{"192.0.2.7"}, nil},
		"a load balancer with a name": {
			reachable(true, "https://Registry.example.com:8443", v1alpha1.NetworkingSpec{Service: balanced}), []string{"registry.example.com"}, nil,
		},
		"and a router that looks for another": {
			reachable(true, external, v1alpha1.NetworkingSpec{Service: balanced, Route: reencrypted}),
			[]string{"registry.example.com", inside},
			nil,
		},
		"node ports have no name": {
			reachable(true, "", v1alpha1.NetworkingSpec{Service: &v1alpha1.ServiceSpec{Type: "NodePort"}}), []string{inside}, nil,
		},
		"the name is the Ingress's": {
			reachable(true, "https://ingress.example.com", v1alpha1.NetworkingSpec{Service: balanced, Ingress: secure}),
			[]string{inside},
			[]string{"ingress.example.com"},
		},
		"the name is the Gateway's": {
			reachable(true, "https://gateway.example.com", v1alpha1.NetworkingSpec{Service: balanced, HTTPRoute: aGateway}),
			[]string{inside},
			[]string{"gateway.example.com"},
		},
		"a Gateway that looks for a name": {
			reachable(true, "", v1alpha1.NetworkingSpec{HTTPRoute: &v1alpha1.HTTPRouteSpec{
				BackendTLS: &v1alpha1.BackendTLSSpec{Hostname: "registry.internal"},
			}}),
			[]string{inside, "registry.internal"},
			nil,
		},
	} {
		called := resources.CalledHosts(tc.in, given)
		if diff := cmp.Diff(tc.called, called); diff != "" {
			t.Errorf("%s: called %s", name, diff)
		}
		want := []string{inside, inside + ".cluster.example", "store.team-a", "store"}
		for _, host := range append(tc.called, tc.more...) {
			if host != inside {
				want = append(want, host)
			}
		}
		if diff := cmp.Diff(want, resources.Hosts(tc.in, given, "cluster.example")); diff != "" {
			t.Errorf("%s: made for %s", name, diff)
		}
	}
}

// A certificate that is being renewed is there meanwhile.
func TestIssued(t *testing.T) {
	for name, tc := range map[string]struct {
		status map[string]any
		want   bool
	}{
		"asked for":     {nil, false},
		"in the making": {map[string]any{"conditions": []any{map[string]any{"type": "Issuing", "status": "True"}}}, false},
		"issued":        {map[string]any{"notAfter": "2030-01-01T00:00:00Z"}, true},
		"being renewed": {
			map[string]any{
				"notAfter":   "2030-01-01T00:00:00Z",
				"conditions": []any{map[string]any{"type": "Ready", "status": "False"}, map[string]any{"type": "Issuing", "status": "True"}},
			}, true,
		},
	} {
		certificate := resources.NewCertificate()
		certificate.Object["status"] = tc.status
		if got := resources.Issued(certificate); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
