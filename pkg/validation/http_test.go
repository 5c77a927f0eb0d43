package validation

import "strings"

const externalAt = "spec.externalURL"

func external(url string) string { return `externalURL: "` + url + `"` }

var httpRows = []row{
	{rule: "http-port", spec: `http: {}`},
	{rule: "http-port", spec: `http: {port: 65535}`},
	{rule: "http-port", spec: `http: {port: 0}`, refused: at("spec.http.port")},
	{rule: "http-port", spec: `http: {port: -1}`, refused: at("spec.http.port")},
	{rule: "http-port", spec: `http: {port: 65536}`, refused: at("spec.http.port")},
	{rule: "http-port", spec: `http: {port: 8079}`, refused: at("spec.http.port")},

	{rule: "http-tls-certificate", spec: `http: {tls: {certSecretName: pair}}`},
	{rule: "http-tls-certificate", spec: `http: {tls: {enabled: false}}`},
	{rule: "http-tls-certificate", spec: `http: {tls: {}}`, refused: at("spec.http.tls.certSecretName")},
	{rule: "http-tls-certificate", spec: `http: {tls: {enabled: true, keySecretName: key}}`, refused: at("spec.http.tls.certSecretName")},
	{rule: "http-tls-secret-names", spec: `http: {tls: {certSecretName: cert, keySecretName: key}}`},
	{
		rule: "http-tls-secret-names", spec: `http: {tls: {certSecretName: Cert, keySecretName: "other/key"}}`,
		refused: at("spec.http.tls.certSecretName", "spec.http.tls.keySecretName"),
	},

	{rule: "external-url", spec: external("https://registry.example.com")},
	{rule: "external-url", spec: external("http://10.0.0.1:8080/")},
	{rule: "external-url", spec: external("https://[fd00::1]:8443")},
	{rule: "external-url", spec: external("registry.example.com"), refused: at(externalAt)},
	{rule: "external-url", spec: external("ftp://registry.example.com"), refused: at(externalAt)},
	{rule: "external-url", spec: external("https://"), refused: at(externalAt)},
	{rule: "external-url", spec: external("https://me:pw@registry.example.com"), refused: at(externalAt)},
	{rule: "external-url", spec: external("https://example.com/registry"), refused: at(externalAt)},
	{rule: "external-url", spec: external("https://registry.example.com?a=b"), refused: at(externalAt)},
	{rule: "external-url", spec: external("https://registry.example.com#a"), refused: at(externalAt)},
	{rule: "external-url", spec: external("https://registry.example.com:0"), refused: at(externalAt)},
	{rule: "external-url", spec: external("https://" + strings.Repeat("a.", 260) + "a"), refused: at(externalAt, externalAt)},
}
