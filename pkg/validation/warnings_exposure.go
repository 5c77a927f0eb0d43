package validation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

var exposureWarnings = []warning{
	{"exposed-to-anonymous-writers", warnOpenToWriters},
	{"exposed-passwords-unencrypted", warnPlainPasswords},
	{"external-url-unencrypted", warnPlainExternalURL},
	{"route-reencrypt-trust", warnReencrypt},
	{"service-ca-outside", warnServiceCAOutside},
	{"ingress-and-tls", warnIngressAndTLS},
	{"http-route-and-tls", warnHTTPRouteAndTLS},
	{"access-for-nobody", warnAccessForNobody},
	{"access-group-unknown", warnUnknownGroup},
	{"access-metrics-without-metrics", warnMetricsAccess},
	{"access-metrics-for-nobody", warnMetricsForNobody},
	{"service-monitor-refused", warnServiceMonitorRefused},
	{"sync-unencrypted", warnSyncPlain},
	{"sync-and-retention", warnSyncAndRetention},
	{"cve-memory", warnCVEMemory},
}

// exposure are the fields by which a store is reached from outside of the cluster.
func exposure(spec v1alpha1.ZotArtifactStoreSpec) []string {
	var out []string
	if kind := value(value(spec.Networking).Service).Type; kind == "NodePort" || kind == "LoadBalancer" {
		out = append(out, "spec.networking.service.type "+string(kind))
	}
	if defaults.RouteOn(spec) {
		out = append(out, "spec.networking.route")
	}
	if defaults.IngressOn(spec) {
		out = append(out, "spec.networking.ingress")
	}
	if defaults.HTTPRouteOn(spec) {
		out = append(out, "spec.networking.httpRoute")
	}
	return out
}

// anonymousMayWrite says whether everybody may change something without signing in.
func anonymousMayWrite(spec v1alpha1.ZotArtifactStoreSpec) bool {
	if spec.AccessControl == nil {
		return !defaults.SignInOn(spec)
	}
	return slices.ContainsFunc(spec.AccessControl.Repositories, func(rule v1alpha1.RepositoryAccess) bool {
		return slices.ContainsFunc(rule.AnonymousPolicy, func(a v1alpha1.AccessAction) bool { return a != "read" })
	})
}

func warnOpenToWriters(in Input) string {
	ways := exposure(*in.spec())
	if len(ways) == 0 || !anonymousMayWrite(*in.spec()) {
		return ""
	}
	return strings.Join(ways, ", ") + ": everybody who reaches it may push, overwrite or delete images without signing in; restrict" +
		" anonymousPolicy to read and set spec.auth.htpasswd"
}

// warnPlainPasswords is silent about Routes, which end TLS at the router at least, and about Gateways, whose listeners are not ours.
func warnPlainPasswords(in Input) string {
	spec := *in.spec()
	if !defaults.SignInOn(spec) || defaults.TLSOn(spec) {
		return ""
	}
	plain := exposure(spec)
	if defaults.IngressOn(spec) && in.ingress().TLS != nil {
		plain = slices.DeleteFunc(plain, func(s string) bool { return s == "spec.networking.ingress" })
	}
	plain = slices.DeleteFunc(plain, func(s string) bool {
		return s == "spec.networking.route" || s == "spec.networking.httpRoute"
	})
	if len(plain) == 0 {
		return ""
	}
	return strings.Join(plain, ", ") + ": passwords travel unencrypted there; set spec.http.tls, or tls at the Ingress"
}

func warnPlainExternalURL(in Input) string {
	if !strings.HasPrefix(in.spec().ExternalURL, "http://") || !defaults.SignInOn(*in.spec()) {
		return ""
	}
	return "spec.externalURL: over http passwords travel unencrypted, and browsers do not keep the cookies of those who sign in; write" +
		" https:// if there is a certificate"
}

func warnReencrypt(in Input) string {
	if !defaults.RouteOn(*in.spec()) || in.route().Termination != v1alpha1.RouteReencrypt ||
		in.route().DestinationCACertificate != "" || defaults.ServiceCAOn(*in.spec()) {
		return ""
	}
	return "spec.networking.route.termination: with reencrypt OpenShift's router trusts the registry only with a certificate of the" +
		" cluster's service CA (spec.http.tls.serviceCA) or of an authority that it knows; write that to destinationCACertificate"
}

// warnServiceCAOutside is about clients that see a certificate which is for the Service's name alone.
func warnServiceCAOutside(in Input) string {
	if !defaults.ServiceCAOn(*in.spec()) {
		return ""
	}
	var ways []string
	if kind := in.service().Type; kind == nodePort || kind == loadBalancer {
		ways = append(ways, "spec.networking.service.type "+string(kind))
	}
	if defaults.RouteOn(*in.spec()) && in.route().Termination == v1alpha1.RoutePassthrough {
		ways = append(ways, "spec.networking.route.termination passthrough")
	}
	if len(ways) == 0 {
		return ""
	}
	return strings.Join(ways, ", ") + ": the certificate of spec.http.tls.serviceCA is for the name of the Service alone, so that clients" +
		" from outside refuse it; use a Route with termination reencrypt, or spec.http.tls.issuerRef"
}

func warnIngressAndTLS(in Input) string {
	if !defaults.IngressOn(*in.spec()) || !defaults.TLSOn(*in.spec()) {
		return ""
	}
	return "spec.networking.ingress: with spec.http.tls the Ingress controller must speak https with the registry: well-known ones are" +
		" told so by annotations, any other you tell in its own way"
}

func warnHTTPRouteAndTLS(in Input) string {
	if !defaults.HTTPRouteOn(*in.spec()) || !defaults.TLSOn(*in.spec()) || defaults.BackendTLSOn(*in.spec()) {
		return ""
	}
	return "spec.networking.httpRoute: with spec.http.tls the Gateway must speak https with the registry, for which it needs a" +
		" BackendTLSPolicy; set spec.networking.httpRoute.backendTLS, or make one yourself"
}

// warnAccessForNobody is about rules that leave nothing to anybody.
func warnAccessForNobody(in Input) string {
	access := in.spec().AccessControl
	if access == nil || access.AdminPolicy != nil {
		return ""
	}
	signIn := defaults.SignInOn(*in.spec())
	granted := slices.ContainsFunc(access.Repositories, func(rule v1alpha1.RepositoryAccess) bool {
		return len(rule.AnonymousPolicy) > 0 || signIn && len(rule.DefaultPolicy)+len(rule.Policies) > 0
	})
	if granted {
		return ""
	}
	return "spec.accessControl: no rule lets anybody do anything, so nobody can pull or push; give a rule an anonymousPolicy, for" +
		" example pattern ** with [read]"
}

// warnUnknownGroup is silent where Keycloak tells groups of its own.
func warnUnknownGroup(in Input) string {
	if defaults.RBACOn(*in.spec()) {
		return ""
	}
	for _, policy := range in.policies() {
		for _, name := range policy.policy.Groups {
			known := slices.ContainsFunc(in.access().Groups, func(g v1alpha1.AccessGroup) bool { return g.Name == name })
			if !known {
				return fmt.Sprintf("%s.groups: nobody is in group %q, as spec.accessControl.groups does not have it (mind the case) and"+
					" without Keycloak nothing else tells groups", policy.path, name)
			}
		}
	}
	return ""
}

func warnMetricsAccess(in Input) string {
	if in.access().Metrics == nil || defaults.MetricsOn(*in.spec()) {
		return ""
	}
	return "spec.accessControl.metrics: there are no figures to read, as spec.extensions.metrics is off"
}

func warnMetricsForNobody(in Input) string {
	metrics := in.access().Metrics
	if metrics == nil || !defaults.MetricsOn(*in.spec()) || len(metrics.Users)+len(metrics.AnonymousPolicy) > 0 {
		return ""
	}
	return "spec.accessControl.metrics: nobody may read the figures, Prometheus neither; name users, or write anonymousPolicy: [read]"
}
