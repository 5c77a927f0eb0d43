package validation

import (
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

var httpRules = []Rule{
	{"http-port", httpPort},
	{"http-tls-certificate", tlsCertificate},
	{"http-tls-secret-names", tlsSecretNames},
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

func tlsCertificate(in Input) field.ErrorList {
	if !defaults.TLSOn(*in.spec()) || in.spec().HTTP.TLS.CertSecretName != "" {
		return nil
	}
	return field.ErrorList{field.Required(tlsPath.Child("certSecretName"), "spec.http.tls is on, but there is no certificate to serve:"+
		" set spec.http.tls.certSecretName, or enabled: false")}
}

func tlsSecretNames(in Input) field.ErrorList {
	tls := value(value(in.spec().HTTP).TLS)
	return append(secretName(tlsPath.Child("certSecretName"), tls.CertSecretName),
		secretName(tlsPath.Child("keySecretName"), tls.KeySecretName)...)
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
