package validation

import (
	"net/url"
	"path"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

var extensionRules = []Rule{
	{"rbac-keycloak", rbacKeycloak},
	{"keycloak-url", keycloakURL},
	{"keycloak-realm", keycloakRealm},
	{"keycloak-client-id", keycloakClientID},
	{"keycloak-client-secret", keycloakClientSecret},
	{"metrics-path", metricsPath},
}

const (
	maxURLLength         = 512
	maxRealmLength       = 255
	maxMetricsPathLength = 128
)

var (
	extensionsPath = specPath.Child("extensions")
	keycloakPath   = extensionsPath.Child("rbac", "keycloak")
	// realmName holds no blanks and nothing that would end a path segment.
	realmName = regexp.MustCompile(`^[^\s/?#%\\]+$`)
	clientID  = regexp.MustCompile(`^\S+$`)
	// plainPath leaves out what zot's router would take for a placeholder.
	plainPath = regexp.MustCompile(`^[0-9A-Za-z/._~-]+$`)
)

func (in Input) extensions() v1alpha1.ExtensionsSpec { return value(in.spec().Extensions) }

func (in Input) keycloak() *v1alpha1.KeycloakSpec { return value(in.extensions().RBAC).Keycloak }

func (in Input) supplyChain() v1alpha1.SupplyChainSpec { return value(in.extensions().SupplyChain) }

func rbacKeycloak(in Input) field.ErrorList {
	if !defaults.RBACOn(*in.spec()) || in.keycloak() != nil {
		return nil
	}
	return field.ErrorList{field.Required(keycloakPath, "spec.extensions.rbac is on, but there is nothing to sign in with: set"+
		" spec.extensions.rbac.keycloak, or enabled: false")}
}

func keycloakURL(in Input) field.ErrorList {
	keycloak := in.keycloak()
	if keycloak == nil {
		return nil
	}
	at, got := keycloakPath.Child("url"), keycloak.URL
	if got == "" {
		return field.ErrorList{field.Required(at, "without the server's address nobody can sign in: write it without the realm, for"+
			" example https://keycloak.example.com")}
	}
	errs := maxLength(at, got, maxURLLength)
	u, err := url.Parse(got)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !isHost(u.Hostname()) || u.User != nil || u.RawQuery != "" ||
		u.ForceQuery || strings.Contains(got, "#") || strings.Contains(u.Path, "/realms/") {
		errs = append(errs, field.Invalid(at, got, "spec.extensions.rbac.keycloak.url is not the address of a Keycloak server; the"+
			" realm is put behind it: write scheme, host and, if there is one, the path before /realms, without user, '?' and '#', for"+
			" example https://keycloak.example.com"))
	}
	return errs
}

func keycloakRealm(in Input) field.ErrorList {
	keycloak := in.keycloak()
	if keycloak == nil {
		return nil
	}
	at, got := keycloakPath.Child("realm"), keycloak.Realm
	if got == "" {
		return field.ErrorList{field.Required(at, "people sign in to a realm, and each Keycloak has several: write its name")}
	}
	errs := maxLength(at, got, maxRealmLength)
	if !realmName.MatchString(got) {
		errs = append(errs, field.Invalid(at, got, "spec.extensions.rbac.keycloak.realm becomes part of a URL and may hold no blank,"+
			" '/', '?', '#', '%' or '\\': write the realm's name as in <url>/realms/<name>"))
	}
	return errs
}

func keycloakClientID(in Input) field.ErrorList {
	keycloak := in.keycloak()
	if keycloak == nil {
		return nil
	}
	at, got := keycloakPath.Child("clientId"), keycloak.ClientID
	if got == "" {
		return field.ErrorList{field.Required(at, "Keycloak lets only clients that it knows sign people in: write the ID of the"+
			" client that you made for this registry in the realm")}
	}
	errs := maxLength(at, got, maxRealmLength)
	if !clientID.MatchString(got) {
		errs = append(errs, field.Invalid(at, got, "spec.extensions.rbac.keycloak.clientId holds a blank, which no client ID has:"+
			" write the client's ID, not its display name"))
	}
	return errs
}

func keycloakClientSecret(in Input) field.ErrorList {
	keycloak := in.keycloak()
	if keycloak == nil {
		return nil
	}
	at := keycloakPath.Child("clientSecretName")
	if keycloak.ClientSecretName == "" {
		return field.ErrorList{field.Required(at, "zot proves to Keycloak with the client's secret who it is: write the name of a"+
			" Secret of this namespace that holds it under client-secret")}
	}
	return secretName(at, keycloak.ClientSecretName)
}

func metricsPath(in Input) field.ErrorList {
	at, got := extensionsPath.Child("metrics", "prometheus", "path"), value(value(in.extensions().Metrics).Prometheus).Path
	if got == "" {
		return nil
	}
	errs := maxLength(at, got, maxMetricsPathLength)
	invalid := func(why string) field.ErrorList {
		return append(errs, field.Invalid(at, got, "spec.extensions.metrics.prometheus.path "+why+"; write a path of its own, for"+
			" example "+
			defaults.MetricsPath))
	}
	switch {
	case !strings.HasPrefix(got, "/"):
		return invalid("does not start with '/', without which zot does not start")
	case got == "/":
		return invalid("is the root of the registry")
	case path.Clean(got) != got:
		return invalid("is not in its shortest form ('//', '.', '..' or a last '/'), without which zot does not start")
	case !plainPath.MatchString(got):
		return invalid("may hold only letters, digits, '/', '.', '_', '~' and '-', as zot's router gives other characters a meaning")
	}
	for _, taken := range []string{"/v2", "/livez", "/readyz", "/startupz", "/zot/auth"} {
		if got == taken || strings.HasPrefix(got, taken+"/") {
			return invalid("lies at or below " + taken + ", which zot serves itself")
		}
	}
	return errs
}
