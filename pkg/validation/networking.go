package validation

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
)

var networkingRules = []Rule{
	{"service-type", serviceType},
	{"service-annotations", serviceAnnotations},
	{"route-host", routeHost},
	{"route-generated-host", routeGeneratedHost},
	{"route-termination", routeTermination},
	{"route-termination-tls", routeTerminationTLS},
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

func serviceType(in Input) field.ErrorList {
	return oneOf(networkingPath.Child("service", "type"), value(in.networking().Service).Type, "ClusterIP", "NodePort", "LoadBalancer")
}

func serviceAnnotations(in Input) field.ErrorList {
	return annotations(networkingPath.Child("service", "annotations"), value(in.networking().Service).Annotations)
}

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
