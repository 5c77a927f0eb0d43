package validation

import "strings"

func keycloak(url, realm, client, secret string) string {
	return `extensions: {rbac: {keycloak: {url: "` + url + `", realm: "` + realm + `", clientId: "` + client + `", clientSecretName: "` + secret + `"}}}`
}

func metrics(path string) string {
	return `extensions: {metrics: {prometheus: {path: "` + path + `"}}}`
}

const (
	host        = "https://keycloak.example.com"
	keycloakAt  = "spec.extensions.rbac.keycloak."
	providersAt = "spec.extensions.supplychain.signing.providers"
	formatsAt   = "spec.extensions.supplychain.sbom.formats"
	metricsAt   = "spec.extensions.metrics.prometheus.path"
)

var extensionRows = []row{
	{rule: "rbac-keycloak", spec: keycloak(host, "a", "b", "c")},
	{rule: "rbac-keycloak", spec: `extensions: {rbac: {enabled: false}}`},
	{rule: "rbac-keycloak", spec: `extensions: {rbac: {}}`, refused: at("spec.extensions.rbac.keycloak")},
	{rule: "rbac-keycloak", spec: `extensions: {rbac: {enabled: true}}`, refused: at("spec.extensions.rbac.keycloak")},

	{rule: "keycloak-url", spec: keycloak("http://10.0.0.1:8080/auth", "a", "b", "c")},
	{rule: "keycloak-url", spec: keycloak("", "a", "b", "c"), refused: at(keycloakAt + "url")},
	{rule: "keycloak-url", spec: keycloak("keycloak.example.com", "a", "b", "c"), refused: at(keycloakAt + "url")},
	{rule: "keycloak-url", spec: keycloak(host+"/realms/a", "a", "b", "c"), refused: at(keycloakAt + "url")},
	{rule: "keycloak-url", spec: keycloak("https://me:pw@keycloak.example.com", "a", "b", "c"), refused: at(keycloakAt + "url")},
	{rule: "keycloak-url", spec: keycloak(host+"?a=b", "a", "b", "c"), refused: at(keycloakAt + "url")},
	{rule: "keycloak-realm", spec: keycloak(host, "my-realm", "b", "c")},
	{rule: "keycloak-realm", spec: keycloak(host, "", "b", "c"), refused: at(keycloakAt + "realm")},
	{rule: "keycloak-realm", spec: keycloak(host, "my realm", "b", "c"), refused: at(keycloakAt + "realm")},
	{rule: "keycloak-client-id", spec: keycloak(host, "a", "https://zot", "c")},
	{rule: "keycloak-client-id", spec: keycloak(host, "a", "", "c"), refused: at(keycloakAt + "clientId")},
	{rule: "keycloak-client-id", spec: keycloak(host, "a", "my zot", "c"), refused: at(keycloakAt + "clientId")},
	{rule: "keycloak-client-secret", spec: keycloak(host, "a", "b", "keycloak-secret")},
	{rule: "keycloak-client-secret", spec: keycloak(host, "a", "b", ""), refused: at(keycloakAt + "clientSecretName")},
	{rule: "keycloak-client-secret", spec: keycloak(host, "a", "b", "S3cr3t!"), refused: at(keycloakAt + "clientSecretName")},

	{rule: "metrics-path", spec: `extensions: {metrics: {prometheus: {}}}`},
	{rule: "metrics-path", spec: metrics("/metrics")},
	{rule: "metrics-path", spec: metrics("/v2metrics/a.b~c_d-e")},
	{rule: "metrics-path", spec: metrics("metrics"), refused: at(metricsAt)},
	{rule: "metrics-path", spec: metrics("/"), refused: at(metricsAt)},
	{rule: "metrics-path", spec: metrics("/metrics/"), refused: at(metricsAt)},
	{rule: "metrics-path", spec: metrics("/a//b"), refused: at(metricsAt)},
	{rule: "metrics-path", spec: metrics("/a/../b"), refused: at(metricsAt)},
	{rule: "metrics-path", spec: metrics("/{name}"), refused: at(metricsAt)},
	{rule: "metrics-path", spec: metrics("/v2"), refused: at(metricsAt)},
	{rule: "metrics-path", spec: metrics("/v2/metrics"), refused: at(metricsAt)},
	{rule: "metrics-path", spec: metrics("/livez"), refused: at(metricsAt)},
	{rule: "metrics-path", spec: metrics("/readyz"), refused: at(metricsAt)},
	{rule: "metrics-path", spec: metrics("/startupz"), refused: at(metricsAt)},
	{rule: "metrics-path", spec: metrics("/zot/auth/login"), refused: at(metricsAt)},
	{rule: "metrics-path", spec: metrics("/" + strings.Repeat("a", 128)), refused: at(metricsAt)},
}
