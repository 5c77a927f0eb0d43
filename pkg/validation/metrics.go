package validation

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	storelabels "github.com/zot-artifact-store/operator/pkg/labels"
)

var metricsRules = []Rule{
	{"service-monitor-labels", serviceMonitorLabels},
	{"service-monitor-interval", serviceMonitorInterval},
	{"service-monitor-basic-auth", serviceMonitorBasicAuth},
	{"service-monitor-authority", serviceMonitorAuthority},
}

const (
	maxLabels         = 32
	maxIntervalLength = 16
)

var (
	serviceMonitorPath = extensionsPath.Child("metrics", "serviceMonitor")
	scrapeInterval     = regexp.MustCompile(`^([1-9][0-9]{0,3}h)?([1-9][0-9]{0,3}m)?([1-9][0-9]{0,4}s)?$`)
)

func (in Input) serviceMonitor() v1alpha1.ServiceMonitorSpec {
	return value(value(in.extensions().Metrics).ServiceMonitor)
}

func serviceMonitorLabels(in Input) field.ErrorList {
	path, got := serviceMonitorPath.Child("labels"), in.serviceMonitor().Labels
	errs := atMost(path, len(got), maxLabels)
	for _, key := range slices.Sorted(maps.Keys(got)) {
		at := path.Key(key)
		if len(validation.IsQualifiedName(key)) > 0 {
			errs = append(errs, field.Invalid(at, key, fmt.Sprintf("%s has a key that no label can have, so that the ServiceMonitor could"+
				" not be made: write a name of up to 63 letters, digits, '-', '_' and '.', if need be with a domain and '/' before it",
				path)))
		}
		if len(validation.IsValidLabelValue(got[key])) > 0 {
			errs = append(errs, field.Invalid(at, got[key], fmt.Sprintf("%s has a value that no label can have, so that the ServiceMonitor"+
				" could not be made: write up to 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit", path)))
		}
		if _, ours := storelabels.Object("", "")[key]; ours || strings.HasPrefix(key, ownPrefix) {
			errs = append(errs, field.Forbidden(at, fmt.Sprintf(
				"%s holds a label by which the operator knows its objects: leave it out", path)))
		}
	}
	return errs
}

func serviceMonitorInterval(in Input) field.ErrorList {
	at, got := serviceMonitorPath.Child("interval"), in.serviceMonitor().Interval
	if got == "" || len(got) <= maxIntervalLength && scrapeInterval.MatchString(string(got)) {
		return nil
	}
	return field.ErrorList{field.Invalid(at, got, "this is no interval that Prometheus knows: write whole hours, minutes and seconds, for"+
		" example 30s or 1m30s")}
}

// serviceMonitorBasicAuth wants a user that zot lets read the figures: one that signs in and is not named there gets less than
// somebody who does not.
func serviceMonitorBasicAuth(in Input) field.ErrorList {
	at, got := serviceMonitorPath.Child("basicAuthSecretName"), in.serviceMonitor().BasicAuthSecretName
	errs := secretName(at, got)
	if got != "" && len(value(in.access().Metrics).Users) == 0 {
		errs = append(errs, field.Invalid(at, got, "a user who signs in reads the figures only if spec.accessControl.metrics.users names"+
			" him, and it names nobody, so that Prometheus would get 403: name the Secret's user there, or leave"+
			" basicAuthSecretName out"))
	}
	return errs
}

func serviceMonitorAuthority(in Input) field.ErrorList {
	monitor := in.serviceMonitor()
	secretAt, configAt := serviceMonitorPath.Child("caSecretName"), serviceMonitorPath.Child("caConfigMapName")
	errs := secretName(secretAt, monitor.CASecretName)
	errs = append(errs, objectName(configAt, monitor.CAConfigMapName, "a ConfigMap", ", not its content")...)
	if monitor.CASecretName != "" && monitor.CAConfigMapName != "" {
		errs = append(errs, field.Invalid(configAt, monitor.CAConfigMapName, "Prometheus looks at one authority, and"+
			" spec.extensions.metrics.serviceMonitor names two: write caSecretName or caConfigMapName, not both"))
	}
	if defaults.TLSOn(*in.spec()) {
		return errs
	}
	const why = "Prometheus looks at an authority when the registry serves https, and it does not: set spec.http.tls, or leave this out"
	if monitor.CASecretName != "" {
		errs = append(errs, field.Invalid(secretAt, monitor.CASecretName, why))
	}
	if monitor.CAConfigMapName != "" {
		errs = append(errs, field.Invalid(configAt, monitor.CAConfigMapName, why))
	}
	return errs
}

func warnServiceMonitorRefused(in Input) string {
	metrics := in.access().Metrics
	if metrics == nil || !defaults.ServiceMonitorOn(*in.spec()) || len(metrics.AnonymousPolicy) > 0 || len(metrics.Users) == 0 ||
		in.serviceMonitor().BasicAuthSecretName != "" {
		return ""
	}
	return "spec.extensions.metrics.serviceMonitor: Prometheus does not sign in, and spec.accessControl.metrics lets only users read the" +
		" figures, so that it gets 401; set basicAuthSecretName to a Secret with username and password of one of them"
}
