package resources

import (
	networkingv1 "k8s.io/api/networking/v1"
	networkingac "k8s.io/client-go/applyconfigurations/networking/v1"

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

// ingressAnnotations are for ingress-nginx, whose own limits are 1 MiB and 60 s and which else keeps a whole upload before it
// passes it on. Other controllers do not look at them.
func ingressAnnotations(in Input) map[string]string {
	out := map[string]string{
		"nginx.ingress.kubernetes.io/proxy-body-size":         "0",
		"nginx.ingress.kubernetes.io/proxy-read-timeout":      "1800",
		"nginx.ingress.kubernetes.io/proxy-request-buffering": "off",
		"nginx.ingress.kubernetes.io/proxy-send-timeout":      "1800",
	}
	if defaults.TLSOn(in.Spec) {
		out["nginx.ingress.kubernetes.io/backend-protocol"] = "HTTPS"
	}
	return out
}
