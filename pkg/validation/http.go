package validation

import (
	"net/url"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

var httpRules = []Rule{
	{"http-port", httpPort},
	{"http-tls-certificate", tlsCertificate},
	{"http-tls-secret-names", tlsSecretNames},
	{"http-tls-key-alone", tlsKeyAlone},
	{"http-tls-issuer", tlsIssuer},
	{"http-tls-dns-names", tlsDNSNames},
	{"external-url", externalURL},
}

const maxPort = 65535

func httpPort(in Input) field.ErrorList {
	path, port := specPath.Child("http", "port"), value(in.spec().HTTP).Port
	switch {
	case port == nil:
		return nil
	case *port < 1 || *port > maxPort:
		return field.ErrorList{field.Invalid(path, *port, "spec.http.port is no TCP port: those are the numbers from 1 to 65535; write"+
			" one of them, for example 8080")}
	case *port == handover.Port:
		return field.ErrorList{field.Invalid(path, *port, "spec.http.port is 8079, on which the config agent listens in the same pod,"+
			" so that zot could not start: write another one, for example 8080")}
	}
	return nil
}

var tlsPath = specPath.Child("http", "tls")

func (in Input) tls() v1alpha1.TLSSpec { return value(value(in.spec().HTTP).TLS) }

// tlsCertificate wants one source.
func tlsCertificate(in Input) field.ErrorList {
	tls, sources := in.tls(), 0
	for _, given := range []bool{tls.CertSecretName != "", tls.IssuerRef != nil, value(tls.ServiceCA)} {
		if given {
			sources++
		}
	}
	if !defaults.TLSOn(*in.spec()) || sources == 1 {
		return nil
	}
	return field.ErrorList{field.Invalid(tlsPath, sources, "spec.http.tls is on, and needs one place to take its certificate from, not"+
		" none and not several: set one of spec.http.tls.certSecretName, .issuerRef and .serviceCA, or enabled: false")}
}

func tlsSecretNames(in Input) field.ErrorList {
	return append(secretName(tlsPath.Child("certSecretName"), in.tls().CertSecretName),
		secretName(tlsPath.Child("keySecretName"), in.tls().KeySecretName)...)
}

func tlsKeyAlone(in Input) field.ErrorList {
	if in.tls().KeySecretName == "" || in.tls().CertSecretName != "" {
		return nil
	}
	return field.ErrorList{field.Invalid(tlsPath.Child("keySecretName"), in.tls().KeySecretName, "spec.http.tls.keySecretName goes with"+
		" a certificate of your own, and spec.http.tls.certSecretName names none: name the Secret of the certificate too, or leave"+
		" keySecretName out")}
}

const (
	maxKindLength = 63
	maxDNSNames   = 32
)

// issuerKind is how kinds are written.
var issuerKind = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)

func tlsIssuer(in Input) field.ErrorList {
	issuer := in.tls().IssuerRef
	if issuer == nil {
		return nil
	}
	at := tlsPath.Child("issuerRef")
	errs := append(objectName(at.Child("name"), issuer.Name, "an issuer", ""), maxLength(at.Child("kind"), issuer.Kind, maxKindLength)...)
	if issuer.Name == "" {
		errs = append(errs, field.Required(at.Child("name"), "the name of the issuer is missing: write the name of an Issuer of"+
			" this namespace, or of a ClusterIssuer with kind ClusterIssuer"))
	}
	own := issuer.Group == "" || issuer.Group == defaults.IssuerGroup
	switch kind := issuer.Kind; {
	case kind == "" || kind == defaults.IssuerKind || kind == "ClusterIssuer":
	case own:
		errs = append(errs, field.Invalid(at.Child("kind"), kind, "spec.http.tls.issuerRef.kind is no kind of cert-manager's own"+
			" issuers: write Issuer, or ClusterIssuer for one that belongs to no namespace, or name the group of the issuer's own kind"))
	case !issuerKind.MatchString(kind):
		errs = append(errs, field.Invalid(at.Child("kind"), kind, "spec.http.tls.issuerRef.kind is no kind that an object can have: write"+
			" it as in a manifest, for example AWSPCAClusterIssuer"))
	}
	if !own && len(validation.IsDNS1123Subdomain(issuer.Group)) > 0 {
		errs = append(errs, field.Invalid(at.Child("group"), issuer.Group, "spec.http.tls.issuerRef.group is no group of an API: write"+
			" what stands before the '/' in the issuer's apiVersion, for example awspca.cert-manager.io"))
	}
	return errs
}

// tlsDNSNames allow wildcards, as certificates do.
func tlsDNSNames(in Input) field.ErrorList {
	at, got := tlsPath.Child("dnsNames"), in.tls().DNSNames
	errs := entries(at, got, maxDNSNames, maxNameLength, "registry.example.com")
	if len(got) > 0 && in.tls().IssuerRef == nil {
		errs = append(errs, field.Invalid(at, got, "spec.http.tls.dnsNames are what an issuer is asked for, and spec.http.tls.issuerRef"+
			" names none: name an issuer, or leave dnsNames out, as the names in any other certificate are decided where it is made"))
	}
	for i, name := range got {
		if name != "" && !isHostName(strings.TrimPrefix(name, "*.")) {
			errs = append(errs, field.Invalid(at.Index(i), name, "an entry of spec.http.tls.dnsNames is no host name: write it in lower"+
				" case, without scheme, port and path, for example registry.example.com or *.example.com"))
		}
	}
	return errs
}

// externalURL allows no path: clients of a registry ask for /v2/ at the root of a host, and zot makes the addresses to which people
// come back after sign-in from it.
func externalURL(in Input) field.ErrorList {
	at, got := specPath.Child("externalURL"), in.spec().ExternalURL
	if got == "" {
		return nil
	}
	errs := maxLength(at, got, maxURLLength)
	u, err := url.Parse(got)
	if err == nil && (u.Scheme == "https" || u.Scheme == "http") && isHost(u.Hostname()) && hasPortOrNone(u) && u.User == nil &&
		(u.Path == "" || u.Path == "/") && u.RawQuery == "" && !u.ForceQuery && !strings.Contains(got, "#") {
		return errs
	}
	return append(errs, field.Invalid(at, got, "spec.externalURL is no address under which a registry can be reached; clients ask for"+
		" /v2/ at the root of a host: write scheme, host and, if there is one, the port, without user, path, '?' and '#', for example"+
		" https://registry.example.com"))
}
