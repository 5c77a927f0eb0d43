package resources

import (
	"maps"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// ServiceMonitorKind is by what the Prometheus operator finds figures.
var ServiceMonitorKind = schema.GroupVersionKind{Group: "monitoring.coreos.com", Version: "v1", Kind: "ServiceMonitor"}

// Keys of what a ServiceMonitor refers to. OpenShift puts the ConfigMap with its service CA into every namespace.
const (
	authorityKey          = "ca.crt"
	openShiftCAConfigMap  = "openshift-service-ca.crt"
	openShiftAuthorityKey = "service-ca.crt"
	basicAuthUsername     = "username"
	basicAuthPassword     = "password"
)

// NewServiceMonitor is an empty one, to read into.
func NewServiceMonitor() *unstructured.Unstructured {
	out := &unstructured.Unstructured{}
	out.SetGroupVersionKind(ServiceMonitorKind)
	return out
}

// ServiceMonitor leads Prometheus to the figures of each pod behind the registry's Service. Every series gets the label store.
func ServiceMonitor(in Input) runtime.ApplyConfiguration {
	var asked v1alpha1.ServiceMonitorSpec
	if given := in.Spec.Extensions.Metrics.ServiceMonitor; given != nil {
		asked = *given
	}
	endpoint := map[string]any{
		"port":        HTTPPort,
		"path":        in.Spec.Extensions.Metrics.Prometheus.Path,
		"scheme":      Scheme(in),
		"relabelings": []any{map[string]any{"action": "replace", "targetLabel": "store", "replacement": in.Name}},
	}
	if asked.Interval != "" {
		endpoint["interval"] = string(asked.Interval)
	}
	if asked.BasicAuthSecretName != "" {
		endpoint["basicAuth"] = map[string]any{
			"username": keyOf(asked.BasicAuthSecretName, basicAuthUsername),
			"password": keyOf(asked.BasicAuthSecretName, basicAuthPassword),
		}
	}
	if defaults.TLSOn(in.Spec) {
		endpoint["tlsConfig"] = scrapeTLS(in, asked)
	}
	out := untypedObject(in, ServiceMonitorKind.GroupVersion().String(), ServiceMonitorKind.Kind, names.ServiceMonitor(in.Name), nil,
		map[string]any{
			"selector":          map[string]any{"matchLabels": untyped(labels.RegistryService(in.Name))},
			"namespaceSelector": map[string]any{"matchNames": []any{in.Namespace}},
			"endpoints":         []any{endpoint},
		})
	given := maps.Clone(asked.Labels)
	if given == nil {
		given = map[string]string{}
	}
	maps.Copy(given, in.labels()) // By ours the operator knows its objects.
	out.SetLabels(given)
	return out
}

// scrapeTLS says by which name and authority Prometheus knows the registry: it asks the pods by their addresses, which no certificate
// is for. Without an authority it asks those of its own image.
func scrapeTLS(in Input, asked v1alpha1.ServiceMonitorSpec) map[string]any {
	out := map[string]any{"serverName": serverName(in)}
	switch {
	case asked.CASecretName != "":
		out["ca"] = map[string]any{"secret": keyOf(asked.CASecretName, authorityKey)}
	case asked.CAConfigMapName != "":
		out["ca"] = map[string]any{"configMap": keyOf(asked.CAConfigMapName, authorityKey)}
	case defaults.IssuerOn(in.Spec):
		// cert-manager puts the issuer's authority beside the certificate.
		out["ca"] = map[string]any{"secret": keyOf(names.Certificate(in.Name), authorityKey)}
	case defaults.ServiceCAOn(in.Spec):
		out["ca"] = map[string]any{"configMap": keyOf(openShiftCAConfigMap, openShiftAuthorityKey)}
	}
	return out
}

// serverName is a name that the certificate is for: that of the Service, unless an issuer is asked for other names only.
func serverName(in Input) string {
	if hosts := in.Spec.HTTP.TLS.DNSNames; defaults.IssuerOn(in.Spec) && len(hosts) > 0 {
		if parent, wild := strings.CutPrefix(hosts[0], "*."); wild {
			return names.Service(in.Name) + "." + parent
		}
		return hosts[0]
	}
	return names.Host(in.Namespace, in.Name)
}

func keyOf(name, key string) map[string]any { return map[string]any{"name": name, "key": key} }
