package validation

import "strings"

func networking(fields string) string { return "networking: {" + fields + "}" }

func route(fields string) string { return networking("route: {" + fields + "}") }

func ingress(fields string) string { return networking("ingress: {" + fields + "}") }

func httpRoute(fields string) string { return networking("httpRoute: {" + fields + "}") }

// gateway is an HTTPRoute with a Gateway.
func gateway(fields string) string { return httpRoute("parentRefs: [{name: edge}], " + fields) }

// parents is an HTTPRoute with these Gateways.
func parents(list string) string { return httpRoute("parentRefs: [" + list + "]") }

const (
	withTLS     = "http: {tls: {certSecretName: pair}}\n"
	serviceCA   = "http: {tls: {serviceCA: true}}\n"
	routeAt     = "spec.networking.route."
	ingressAt   = "spec.networking.ingress."
	httpRouteAt = "spec.networking.httpRoute."
)

var networkingRows = []row{
	{rule: "route-host", spec: route("")},
	{rule: "route-host", spec: route("host: registry.example.com")},
	{rule: "route-host", spec: route(`host: "https://registry.example.com"`), refused: at(routeAt + "host")},
	{rule: "route-host", spec: route(`host: "registry.example.com:8443"`), refused: at(routeAt + "host")},
	{rule: "route-host", spec: route("host: Registry.example.com"), refused: at(routeAt + "host")},
	{rule: "route-host", spec: route("host: " + strings.Repeat("a", 64) + ".example.com"), refused: at(routeAt + "host")},
	{rule: "route-host", spec: route("host: 10.0.0.1"), refused: at(routeAt + "host")},

	{rule: "route-generated-host", store: strings.Repeat("a", 40), namespace: strings.Repeat("b", 22), spec: route("")},
	{rule: "route-generated-host", store: strings.Repeat("a", 40), namespace: strings.Repeat("b", 23), spec: route("enabled: false")},
	{rule: "route-generated-host", store: strings.Repeat("a", 40), namespace: strings.Repeat("b", 63), spec: route("host: a.b")},
	{
		rule: "route-generated-host", store: strings.Repeat("a", 40), namespace: strings.Repeat("b", 23), spec: route(""),
		refused: at(routeAt + "host"),
	},

	{rule: "route-termination", spec: route("termination: edge")},
	{rule: "route-termination", spec: route("termination: none"), refused: at(routeAt + "termination")},
	{rule: "route-termination-tls", spec: withTLS + route("")},
	{rule: "route-termination-tls", spec: withTLS + route("termination: reencrypt")},
	{rule: "route-termination-tls", spec: withTLS + route("termination: edge, enabled: false")},
	{rule: "route-termination-tls", spec: withTLS + route("termination: edge"), refused: at(routeAt + "termination")},
	{rule: "route-termination-tls", spec: route("termination: passthrough"), refused: at(routeAt + "termination")},
	{rule: "route-termination-tls", spec: route("termination: reencrypt"), refused: at(routeAt + "termination")},
	{rule: "route-annotations", spec: route("annotations: {haproxy.router.openshift.io/timeout: 1h}")},
	{rule: "route-annotations", spec: route("annotations: {'': a}"), refused: at(routeAt + "annotations[]")},

	{rule: "ingress-host", spec: ingress("host: registry.example.com")},
	{rule: "ingress-host", spec: ingress("enabled: false")},
	{rule: "ingress-host", spec: ingress(""), refused: at(ingressAt + "host")},
	{rule: "ingress-host", spec: ingress("enabled: true, host: ''"), refused: at(ingressAt + "host")},
	{rule: "ingress-host", spec: ingress("enabled: false, host: '*.example.com'"), refused: at(ingressAt + "host")},
	{rule: "ingress-host", spec: ingress("host: '*.example.com'"), refused: at(ingressAt + "host")},
	{rule: "ingress-host", spec: ingress("host: 10.0.0.1"), refused: at(ingressAt + "host")},
	{rule: "ingress-host", spec: ingress("host: registry.example.com/v2"), refused: at(ingressAt + "host")},
	{rule: "ingress-class", spec: ingress("host: a.b, className: nginx")},
	{rule: "ingress-class", spec: ingress("host: a.b, className: ''"), refused: at(ingressAt + "className")},
	{rule: "ingress-class", spec: ingress("host: a.b, className: Nginx"), refused: at(ingressAt + "className")},
	{rule: "ingress-class-once", spec: ingress("host: a.b, annotations: {kubernetes.io/ingress.class: nginx}")},
	{
		rule: "ingress-class-once", spec: ingress("host: a.b, className: nginx, annotations: {kubernetes.io/ingress.class: nginx}"),
		refused: at(ingressAt + "annotations[kubernetes.io/ingress.class]"),
	},
	{rule: "ingress-tls-secret-name", spec: ingress("host: a.b, tls: {}")},
	{rule: "ingress-tls-secret-name", spec: ingress("host: a.b, tls: {secretName: other/pair}"), refused: at(ingressAt + "tls.secretName")},
	{rule: "ingress-annotations", spec: ingress("host: a.b, annotations: {nginx.ingress.kubernetes.io/proxy-body-size: '0'}")},
	{rule: "ingress-annotations", spec: ingress("host: a.b, annotations: {a b: c}"), refused: at(ingressAt + "annotations[a b]")},

	{rule: "http-route-parents", spec: parents("{name: a}")},
	{rule: "http-route-parents", spec: parents("{name: a}, {name: a, namespace: b}, {name: c, sectionName: d}, {name: c, sectionName: e}")},
	{rule: "http-route-parents", spec: httpRoute("enabled: false")},
	{rule: "http-route-parents", spec: httpRoute(""), refused: at(httpRouteAt + "parentRefs")},
	{rule: "http-route-parents", spec: httpRoute("enabled: true, parentRefs: []"), refused: at(httpRouteAt + "parentRefs")},
	{
		rule: "http-route-parents", spec: httpRoute("enabled: false, parentRefs: [{name: a}, {name: a}]"),
		refused: at(httpRouteAt + "parentRefs[1]"),
	},
	{
		rule: "http-route-parents", spec: parents("{name: a}, {name: a, sectionName: b}, {name: c, sectionName: d}, {name: c, sectionName: d}"),
		refused: at(httpRouteAt+"parentRefs[1]", httpRouteAt+"parentRefs[3]"),
	},
	{
		rule: "http-route-parents", spec: parents("{name: a}, {name: b}, {name: c}, {name: d}, {name: e}, {name: f}, {name: g}, {name: h}, {name: i}"),
		refused: at(httpRouteAt + "parentRefs"),
	},
	{rule: "http-route-parent-names", spec: parents("{name: a.b, namespace: c, sectionName: d.e}")},
	{
		rule: "http-route-parent-names", spec: parents("{name: ''}, {name: A, namespace: b.c, sectionName: D}"),
		refused: at(httpRouteAt+"parentRefs[0].name", httpRouteAt+"parentRefs[1].name", httpRouteAt+"parentRefs[1].namespace",
			httpRouteAt+"parentRefs[1].sectionName"),
	},
	{rule: "http-route-hostnames", spec: httpRoute("parentRefs: [{name: a}], hostnames: [registry.example.com, '*.example.com']")},
	{
		rule: "http-route-hostnames", spec: httpRoute("parentRefs: [{name: a}], hostnames: ['', a.b, a.b, '*', 'a.*.b', 10.0.0.1]"),
		refused: at(httpRouteAt+"hostnames[0]", httpRouteAt+"hostnames[2]", httpRouteAt+"hostnames[3]", httpRouteAt+"hostnames[4]",
			httpRouteAt+"hostnames[5]"),
	},
	{
		rule: "http-route-hostnames", spec: httpRoute("parentRefs: [{name: a}], hostnames: [" + list(17) + "]"),
		refused: at(httpRouteAt + "hostnames"),
	},
	{rule: "http-route-annotations", spec: httpRoute("parentRefs: [{name: a}], annotations: {a: b}")},
	{
		rule: "http-route-annotations", spec: httpRoute("parentRefs: [{name: a}], annotations: {artifacts.zot.io/store: b}"),
		refused: at(httpRouteAt + "annotations[artifacts.zot.io/store]"),
	},

	{rule: "route-destination-ca", spec: withTLS + route("termination: reencrypt, destinationCACertificate: "+quoted(certificates(2)))},
	{rule: "route-destination-ca", spec: withTLS + route("termination: passthrough, destinationCACertificate: "+quoted(certificates(1))), refused: at(routeAt + "destinationCACertificate")},
	{rule: "route-destination-ca", spec: withTLS + route("termination: reencrypt, destinationCACertificate: PEM"), refused: at(routeAt + "destinationCACertificate")},
	{
		rule: "route-destination-ca", refused: at(routeAt + "destinationCACertificate"),
		spec: withTLS + route("termination: reencrypt, destinationCACertificate: "+quoted(certificates(1)+"and more")),
	},
	{
		rule: "route-destination-ca", refused: at(routeAt + "destinationCACertificate"),
		spec: withTLS + route("termination: reencrypt, destinationCACertificate: "+quoted("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")),
	},

	{rule: "http-route-timeouts", spec: gateway("timeouts: {enabled: false}")},
	{rule: "http-route-timeouts", spec: gateway("timeouts: {request: 1h30m}")},
	{rule: "http-route-timeouts", spec: gateway("timeouts: {request: 0s}")},
	{rule: "http-route-timeouts", spec: gateway("timeouts: {request: 1.5h}"), refused: at(httpRouteAt + "timeouts.request")},
	{rule: "http-route-timeouts", spec: gateway("timeouts: {request: '30'}"), refused: at(httpRouteAt + "timeouts.request")},
	{rule: "http-route-backend-tls", spec: withTLS + gateway("backendTLS: {}")},
	{rule: "http-route-backend-tls", spec: withTLS + gateway("backendTLS: {caConfigMapName: ca, hostname: registry.example.com}")},
	{rule: "http-route-backend-tls", spec: gateway("backendTLS: {enabled: false}")},
	{rule: "http-route-backend-tls", spec: gateway("backendTLS: {}"), refused: at(httpRouteAt + "backendTLS")},
	{
		rule: "http-route-backend-tls", spec: withTLS + gateway("backendTLS: {caConfigMapName: CA, hostname: '*.example.com'}"),
		refused: at(httpRouteAt+"backendTLS.caConfigMapName", httpRouteAt+"backendTLS.hostname"),
	},
}
