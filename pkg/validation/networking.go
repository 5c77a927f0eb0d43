package validation

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
)

var networkingRules = []Rule{
	{"route-host", routeHost},
	{"route-generated-host", routeGeneratedHost},
	{"route-termination", routeTermination},
	{"route-termination-tls", routeTerminationTLS},
	{"route-destination-ca", routeDestinationCA},
	{"route-annotations", routeAnnotations},
	{"ingress-host", ingressHost},
	{"ingress-class", ingressClass},
	{"ingress-class-once", ingressClassOnce},
	{"ingress-tls-secret-name", ingressTLSSecretName},
	{"ingress-annotations", ingressAnnotations},
	{"http-route-parents", httpRouteParents},
	{"http-route-parent-names", httpRouteParentNames},
	{"http-route-hostnames", httpRouteHostnames},
	{"http-route-annotations", httpRouteAnnotations},
	{"http-route-timeouts", httpRouteTimeouts},
	{"http-route-backend-tls", httpRouteBackendTLS},
}

const (
	maxParents    = 8
	maxHostnames  = 16
	maxNameLength = validation.DNS1123SubdomainMaxLength
	// legacyClass is the annotation that named an Ingress's class before there was a field.
	legacyClass = "kubernetes.io/ingress.class"
)

var (
	networkingPath = specPath.Child("networking")
	routePath      = networkingPath.Child("route")
	ingressPath    = networkingPath.Child("ingress")
	httpRoutePath  = networkingPath.Child("httpRoute")
)

func (in Input) networking() v1alpha1.NetworkingSpec { return value(in.spec().Networking) }

func (in Input) route() v1alpha1.RouteSpec { return value(in.networking().Route) }

func (in Input) ingress() v1alpha1.IngressSpec { return value(in.networking().Ingress) }

func (in Input) httpRoute() v1alpha1.HTTPRouteSpec { return value(in.networking().HTTPRoute) }

func routeHost(in Input) field.ErrorList {
	host := in.route().Host
	if host == "" || isHostName(host) {
		return nil
	}
	return field.ErrorList{field.Invalid(routePath.Child("host"), host, "spec.networking.route.host is no host"+
		" name: write it in lower case, without scheme, port and path, for example registry.example.com, or leave it out and OpenShift"+
		" makes one")}
}

// routeGeneratedHost knows how OpenShift makes a host: <route>-<namespace>.<domain>.
func routeGeneratedHost(in Input) field.ErrorList {
	if !defaults.RouteOn(*in.spec()) || in.route().Host != "" ||
		len(names.Route(in.New.Name)+"-"+in.New.Namespace) <= validation.DNS1123LabelMaxLength {
		return nil
	}
	return field.ErrorList{field.Required(routePath.Child("host"), "OpenShift would make a host from the names of store and namespace,"+
		" which together have more than the 62 characters that fit: write a host, for example registry.example.com")}
}

func routeTermination(in Input) field.ErrorList {
	return oneOf(routePath.Child("termination"), in.route().Termination,
		v1alpha1.RouteEdge, v1alpha1.RouteReencrypt, v1alpha1.RoutePassthrough)
}

// routeTerminationTLS looks at a Route that is on only: one that is off is not made, so that it cannot fail.
func routeTerminationTLS(in Input) field.ErrorList {
	at, got := routePath.Child("termination"), in.route().Termination
	if !defaults.RouteOn(*in.spec()) {
		return nil
	}
	switch tls := defaults.TLSOn(*in.spec()); {
	case tls && got == v1alpha1.RouteEdge:
		return field.ErrorList{field.Invalid(at, got, "with edge the router speaks plain HTTP with the registry, which with"+
			" spec.http.tls serves https only: write passthrough or reencrypt, or remove spec.http.tls")}
	case !tls && (got == v1alpha1.RouteReencrypt || got == v1alpha1.RoutePassthrough):
		return field.ErrorList{field.Invalid(at, got, fmt.Sprintf("with %s the router expects TLS of the registry, which without"+
			" spec.http.tls serves plain HTTP: write edge, or set spec.http.tls", got))}
	}
	return nil
}

const maxCALength = 32768

// routeDestinationCA wants what OpenShift wants: certificates in PEM form, and only where the router looks at them.
func routeDestinationCA(in Input) field.ErrorList {
	at, got := routePath.Child("destinationCACertificate"), in.route().DestinationCACertificate
	if got == "" {
		return nil
	}
	errs := maxLength(at, got, maxCALength)
	if in.route().Termination != v1alpha1.RouteReencrypt {
		errs = append(errs, field.Invalid(at, "", "spec.networking.route.destinationCACertificate is what the router trusts when it"+
			" speaks TLS with the registry, which it does with termination reencrypt alone: write that termination, or leave the"+
			" certificates out"))
	}
	if !holdsCertificates(got) {
		errs = append(errs, field.Invalid(at, "", "spec.networking.route.destinationCACertificate holds something that is no certificate"+
			" in PEM form, and OpenShift would refuse the Route: write each certificate from -----BEGIN CERTIFICATE----- to"+
			" -----END CERTIFICATE-----"))
	}
	return errs
}

// holdsCertificates is true for text of certificates that can be read, and of nothing else.
func holdsCertificates(text string) bool {
	rest := []byte(strings.TrimSpace(text))
	for len(rest) > 0 {
		block, after := pem.Decode(rest)
		if block == nil || block.Type != "CERTIFICATE" {
			return false
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return false
		}
		rest = bytes.TrimSpace(after)
	}
	return true
}

func routeAnnotations(in Input) field.ErrorList {
	return annotations(routePath.Child("annotations"), in.route().Annotations)
}

func ingressHost(in Input) field.ErrorList {
	at, got := ingressPath.Child("host"), in.ingress().Host
	switch {
	case got == "" && defaults.IngressOn(*in.spec()):
		return field.ErrorList{field.Required(at, "spec.networking.ingress is on, but has no host, and would take every request that no"+
			" other Ingress takes: set spec.networking.ingress.host, for example registry.example.com, or enabled: false")}
	case got != "" && !isHostName(got):
		return field.ErrorList{field.Invalid(at, got, "spec.networking.ingress.host is no host name: write it in lower case, without"+
			" scheme, port, path and '*', for example registry.example.com")}
	}
	return nil
}

func ingressClass(in Input) field.ErrorList {
	class := in.ingress().ClassName
	if class == nil || len(validation.IsDNS1123Subdomain(*class)) == 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(ingressPath.Child("className"), *class, "spec.networking.ingress.className is no name that an"+
		" IngressClass can have: write one that `kubectl get ingressclass` shows, or leave it out for the cluster's default")}
}

func ingressClassOnce(in Input) field.ErrorList {
	_, annotated := in.ingress().Annotations[legacyClass]
	if in.ingress().ClassName == nil || !annotated {
		return nil
	}
	return field.ErrorList{field.Forbidden(ingressPath.Child("annotations").Key(legacyClass), "an Ingress that names its class by an"+
		" annotation and by spec.networking.ingress.className is refused by Kubernetes: remove the annotation")}
}

func ingressTLSSecretName(in Input) field.ErrorList {
	return secretName(ingressPath.Child("tls", "secretName"), value(in.ingress().TLS).SecretName)
}

func ingressAnnotations(in Input) field.ErrorList {
	return annotations(ingressPath.Child("annotations"), in.ingress().Annotations)
}

// httpRouteParents repeats what the Gateway API's own CRD says: a parent that is named twice is named by its sections.
func httpRouteParents(in Input) field.ErrorList {
	at, parents := httpRoutePath.Child("parentRefs"), in.httpRoute().ParentRefs
	if len(parents) == 0 && defaults.HTTPRouteOn(*in.spec()) {
		return field.ErrorList{field.Required(at, "spec.networking.httpRoute is on, but names no Gateway, and would serve nobody: set"+
			" spec.networking.httpRoute.parentRefs to the name of a Gateway, and its namespace if that is another one, or enabled: false")}
	}
	errs := atMost(at, len(parents), maxParents)
	for i, parent := range parents {
		clash := slices.ContainsFunc(parents[:i], func(other v1alpha1.GatewayReference) bool {
			return other.Name == parent.Name && other.Namespace == parent.Namespace &&
				(other.SectionName == parent.SectionName || other.SectionName == "" || parent.SectionName == "")
		})
		if clash {
			errs = append(errs, field.Invalid(at.Index(i), parent.Name, "the Gateway stands in the list twice, and the Gateway API"+
				" takes that only for different listeners: remove one, or give each its sectionName"))
		}
	}
	return errs
}

func httpRouteParentNames(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, parent := range in.httpRoute().ParentRefs {
		at := httpRoutePath.Child("parentRefs").Index(i)
		if parent.Name == "" {
			errs = append(errs, field.Required(at.Child("name"), "an entry is about one Gateway: write its name as `kubectl get gateway"+
				" --all-namespaces` shows it"))
		}
		errs = append(errs, objectName(at.Child("name"), parent.Name, "a Gateway", "")...)
		if parent.Namespace != "" && len(validation.IsDNS1123Label(parent.Namespace)) > 0 {
			errs = append(errs, field.Invalid(at.Child("namespace"), parent.Namespace, "no namespace can have that name: write the one of"+
				" the Gateway, in lower-case letters, digits and '-', or leave it out for the store's own"))
		}
		if parent.SectionName != "" && len(validation.IsDNS1123Subdomain(parent.SectionName)) > 0 {
			errs = append(errs, field.Invalid(at.Child("sectionName"), parent.SectionName, "no listener of a Gateway can have that name:"+
				" write one of the Gateway's spec.listeners, or leave it out for all that take the HTTPRoute"))
		}
	}
	return errs
}

func httpRouteHostnames(in Input) field.ErrorList {
	at, hostnames := httpRoutePath.Child("hostnames"), in.httpRoute().Hostnames
	errs := entries(at, hostnames, maxHostnames, maxNameLength, "registry.example.com")
	for i, got := range hostnames {
		if got != "" && !isHostName(strings.TrimPrefix(got, "*.")) {
			errs = append(errs, field.Invalid(at.Index(i), got, "an entry of spec.networking.httpRoute.hostnames is no host name: write it"+
				" in lower case, without scheme, port and path, for example registry.example.com or *.example.com"))
		}
	}
	return errs
}

func httpRouteAnnotations(in Input) field.ErrorList {
	return annotations(httpRoutePath.Child("annotations"), in.httpRoute().Annotations)
}

const maxTimeoutLength = 24

// gatewayDuration is how the Gateway API writes a length of time.
var gatewayDuration = regexp.MustCompile(`^([0-9]{1,5}(h|m|s|ms)){1,4}$`)

func httpRouteTimeouts(in Input) field.ErrorList {
	at, got := httpRoutePath.Child("timeouts", "request"), value(in.httpRoute().Timeouts).Request
	if got == "" {
		return nil
	}
	errs := maxLength(at, got, maxTimeoutLength)
	if !gatewayDuration.MatchString(got) {
		errs = append(errs, field.Invalid(at, got, "spec.networking.httpRoute.timeouts.request is no length of time as the Gateway API"+
			" writes it: write whole numbers and their units, which are h, m, s and ms, for example 30m or 1h30m; 0s is as long as it"+
			" likes"))
	}
	return errs
}

// httpRouteBackendTLS looks at a policy that is on only.
func httpRouteBackendTLS(in Input) field.ErrorList {
	backend := in.httpRoute().BackendTLS
	if backend == nil {
		return nil
	}
	at := httpRoutePath.Child("backendTLS")
	errs := objectName(at.Child("caConfigMapName"), backend.CAConfigMapName, "a ConfigMap", "")
	if backend.Hostname != "" && !isHostName(backend.Hostname) {
		errs = append(errs, field.Invalid(at.Child("hostname"), backend.Hostname, "spec.networking.httpRoute.backendTLS.hostname is no"+
			" host name: write one that the registry's certificate has, in lower case, without scheme, port and '*', for example"+
			" registry.example.com"))
	}
	if defaults.HTTPRouteOn(*in.spec()) && defaults.Enabled(backend.Enabled) && !defaults.TLSOn(*in.spec()) {
		errs = append(errs, field.Forbidden(at, "with spec.networking.httpRoute.backendTLS the Gateway speaks TLS with the registry, which"+
			" without spec.http.tls serves plain HTTP: set spec.http.tls, or leave backendTLS out"))
	}
	return errs
}
