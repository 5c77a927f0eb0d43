package validation

import "strings"

const (
	externalAt = "spec.externalURL"
	issuerAt   = "spec.http.tls.issuerRef."
)

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
	{rule: "http-tls-certificate", spec: `http: {tls: {issuerRef: {name: ca}}}`},
	{rule: "http-tls-certificate", spec: `http: {tls: {serviceCA: true}}`},
	{rule: "http-tls-certificate", spec: `http: {tls: {certSecretName: pair, serviceCA: false}}`},
	{rule: "http-tls-certificate", spec: `http: {tls: {enabled: false, certSecretName: pair, issuerRef: {name: ca}}}`},
	{rule: "http-tls-certificate", spec: `http: {tls: {}}`, refused: at("spec.http.tls")},
	{rule: "http-tls-certificate", spec: `http: {tls: {serviceCA: false}}`, refused: at("spec.http.tls")},
	{rule: "http-tls-certificate", spec: `http: {tls: {enabled: true, keySecretName: key}}`, refused: at("spec.http.tls")},
	{rule: "http-tls-certificate", spec: `http: {tls: {certSecretName: pair, issuerRef: {name: ca}}}`, refused: at("spec.http.tls")},
	{rule: "http-tls-certificate", spec: `http: {tls: {serviceCA: true, issuerRef: {name: ca}}}`, refused: at("spec.http.tls")},
	{rule: "http-tls-secret-names", spec: `http: {tls: {certSecretName: cert, keySecretName: key}}`},
	{
		rule: "http-tls-secret-names", spec: `http: {tls: {certSecretName: Cert, keySecretName: "other/key"}}`,
		refused: at("spec.http.tls.certSecretName", "spec.http.tls.keySecretName"),
	},

	{rule: "http-tls-key-alone", spec: `http: {tls: {certSecretName: cert, keySecretName: key}}`},
	{rule: "http-tls-key-alone", spec: `http: {tls: {issuerRef: {name: ca}, keySecretName: key}}`, refused: at("spec.http.tls.keySecretName")},
	{rule: "http-tls-issuer", spec: `http: {tls: {issuerRef: {name: ca, kind: ClusterIssuer}}}`},
	{rule: "http-tls-issuer", spec: `http: {tls: {issuerRef: {name: ca, kind: Issuer, group: cert-manager.io}}}`},
	{rule: "http-tls-issuer", spec: `http: {tls: {issuerRef: {name: ca, kind: AWSPCAClusterIssuer, group: awspca.cert-manager.io}}}`},
	{rule: "http-tls-issuer", spec: `http: {tls: {issuerRef: {kind: Issuer}}}`, refused: at(issuerAt + "name")},
	{rule: "http-tls-issuer", spec: `http: {tls: {issuerRef: {name: CA}}}`, refused: at(issuerAt + "name")},
	{rule: "http-tls-issuer", spec: `http: {tls: {issuerRef: {name: ca, kind: issuer}}}`, refused: at(issuerAt + "kind")},
	{rule: "http-tls-issuer", spec: `http: {tls: {issuerRef: {name: ca, kind: Other, group: cert-manager.io}}}`, refused: at(issuerAt + "kind")},
	{rule: "http-tls-issuer", spec: `http: {tls: {issuerRef: {name: ca, kind: an issuer, group: a.b}}}`, refused: at(issuerAt + "kind")},
	{rule: "http-tls-issuer", spec: `http: {tls: {issuerRef: {name: ca, group: a/b}}}`, refused: at(issuerAt + "group")},
	{rule: "http-tls-dns-names", spec: `http: {tls: {issuerRef: {name: ca}, dnsNames: [registry.example.com, "*.example.com", store]}}`},
	{rule: "http-tls-dns-names", spec: `http: {tls: {certSecretName: pair, dnsNames: [a.b]}}`, refused: at("spec.http.tls.dnsNames")},
	{
		rule: "http-tls-dns-names", spec: `http: {tls: {issuerRef: {name: ca}, dnsNames: ["https://a.b", a.b, a.b, 10.0.0.1, ""]}}`,
		refused: at("spec.http.tls.dnsNames[2]", "spec.http.tls.dnsNames[4]", "spec.http.tls.dnsNames[0]", "spec.http.tls.dnsNames[3]"),
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
