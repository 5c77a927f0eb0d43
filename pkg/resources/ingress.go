package resources

import (
	"maps"

	networkingv1 "k8s.io/api/networking/v1"
	networkingac "k8s.io/client-go/applyconfigurations/networking/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// Ingress is the way in from outside through an Ingress controller.
func Ingress(in Input) *networkingac.IngressApplyConfiguration {
	wanted := in.Spec.Networking.Ingress
	spec := networkingac.IngressSpec().
		WithRules(networkingac.IngressRule().
			WithHost(wanted.Host).
			WithHTTP(networkingac.HTTPIngressRuleValue().
				WithPaths(networkingac.HTTPIngressPath().
					WithPath("/").
					WithPathType(networkingv1.PathTypePrefix).
					WithBackend(networkingac.IngressBackend().
						WithService(networkingac.IngressServiceBackend().
							WithName(names.Service(in.Name)).
							WithPort(networkingac.ServiceBackendPort().WithName(HTTPPort)))))))
	if wanted.ClassName != nil {
		spec.WithIngressClassName(*wanted.ClassName)
	}
	if wanted.TLS != nil {
		tls := networkingac.IngressTLS().WithHosts(wanted.Host)
		if wanted.TLS.SecretName != "" {
			tls.WithSecretName(wanted.TLS.SecretName)
		}
		spec.WithTLS(tls)
	}
	return networkingac.Ingress(names.Ingress(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithAnnotations(overridden(ingressAnnotations(in), wanted.Annotations)).
		WithOwnerReferences(in.owner()).
		WithSpec(spec)
}

// ingressAnnotations tell Ingress controllers what a registry needs. Each reads its own and leaves the others alone. What a controller
// does by itself, or takes from its own configuration only, is not here.
func ingressAnnotations(in Input) map[string]string {
	out := map[string]string{
		// Its own limits are 1 MiB and 60 s, and else it keeps a whole upload before it passes it on.
		"nginx.ingress.kubernetes.io/proxy-body-size":         "0",
		"nginx.ingress.kubernetes.io/proxy-read-timeout":      "1800",
		"nginx.ingress.kubernetes.io/proxy-request-buffering": "off",
		"nginx.ingress.kubernetes.io/proxy-send-timeout":      "1800",
		// Of HAProxy's two controllers each waits 50 s, Contour 15 s, and OpenShift's router, which makes a Route of an Ingress, 30 s.
		"haproxy.org/timeout-server":               "30m",
		"haproxy-ingress.github.io/timeout-server": "30m",
		"projectcontour.io/response-timeout":       "30m",
		"haproxy.router.openshift.io/timeout":      "30m",
		// Amazon's load balancer asks for / by itself, where a registry without a UI has nothing.
		"alb.ingress.kubernetes.io/healthcheck-path": "/readyz",
	}
	if in.Spec.Networking.Service.Type == defaults.ServiceType {
		// By itself it goes through ports of the nodes, which such a Service has not.
		out["alb.ingress.kubernetes.io/target-type"] = "ip"
	}
	if defaults.TLSOn(in.Spec) {
		maps.Copy(out, map[string]string{
			"nginx.ingress.kubernetes.io/backend-protocol":   "HTTPS",
			"haproxy.org/server-ssl":                         "true",
			"haproxy-ingress.github.io/backend-protocol":     "h1-ssl",
			"alb.ingress.kubernetes.io/backend-protocol":     "HTTPS",
			"alb.ingress.kubernetes.io/healthcheck-protocol": "HTTPS",
			"route.openshift.io/termination":                 string(v1alpha1.RouteReencrypt),
		})
	}
	return out
}

// backendAnnotations tell those controllers that the registry serves https which look at the Service for it: Traefik, Contour and Google
// Cloud's, the latter two by the name of the port.
func backendAnnotations() map[string]string {
	return map[string]string{
		"traefik.ingress.kubernetes.io/service.serversscheme": "https",
		"projectcontour.io/upstream-protocol.tls":             HTTPPort,
		"cloud.google.com/app-protocols":                      `{"` + HTTPPort + `":"HTTPS"}`,
	}
}
