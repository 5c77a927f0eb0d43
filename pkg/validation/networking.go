package validation

import (
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var networkingRules = []Rule{
	{"route-host", routeHost},
}

func routeHost(in Input) field.ErrorList {
	host := value(value(in.spec().Networking).Route).Host
	if host == "" || len(validation.IsDNS1123Subdomain(host)) == 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(specPath.Child("networking", "route", "host"), host, "spec.networking.route.host is no host"+
		" name: write it in lower case, without scheme, port and path, for example registry.example.com, or leave it out and OpenShift"+
		" makes one")}
}
