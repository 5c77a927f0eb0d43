package resources

import (
	"fmt"
	"maps"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// HTTPPort is the name of zot's port in the pod and in the Service, with TLS as without.
const HTTPPort = "http"

// Service is how the registry is reached inside of the cluster, and by node or load balancer if its type says so. What the cluster
// gives to it, as addresses and node ports, is not ours; it takes it back by itself when the type changes.
func Service(in Input) *coreac.ServiceApplyConfiguration {
	wanted := in.Spec.Networking.Service
	port := coreac.ServicePort().
		WithName(HTTPPort).
		WithProtocol(corev1.ProtocolTCP).
		WithPort(*in.Spec.HTTP.Port).
		WithTargetPort(intstr.FromString(HTTPPort))
	if wanted.NodePort != nil {
		port.WithNodePort(*wanted.NodePort)
	}
	spec := coreac.ServiceSpec().
		WithType(corev1.ServiceType(wanted.Type)).
		WithSelector(labels.Selector(in.Name)).
		WithPorts(port).
		WithLoadBalancerSourceRanges(wanted.LoadBalancerSourceRanges...)
	if wanted.LoadBalancerClass != "" {
		spec.WithLoadBalancerClass(wanted.LoadBalancerClass)
	}
	if wanted.ExternalTrafficPolicy != "" {
		spec.WithExternalTrafficPolicy(corev1.ServiceExternalTrafficPolicy(wanted.ExternalTrafficPolicy))
	}
	if wanted.IPFamilyPolicy != "" {
		spec.WithIPFamilyPolicy(corev1.IPFamilyPolicy(wanted.IPFamilyPolicy))
	}
	for _, family := range wanted.IPFamilies {
		spec.WithIPFamilies(corev1.IPFamily(family))
	}
	return coreac.Service(names.Service(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithLabels(labels.RegistryService(in.Name)).
		WithAnnotations(overridden(serviceAnnotations(in), wanted.Annotations)).
		WithOwnerReferences(in.owner()).
		WithSpec(spec)
}

// Annotations of a Service by which OpenShift's service CA is asked for a certificate, and says by which of its keys it has signed one.
const (
	servingCertificate       = "service.beta.openshift.io/serving-cert-secret-name"
	servingCertificateSigned = "service.beta.openshift.io/serving-cert-signed-by"
)

// ServingCertificateError is the annotation by which it says why it has not. With -num at its end it counts, and gives up after some.
const ServingCertificateError = "service.beta.openshift.io/serving-cert-generation-error"

// ServingCertificate tells whether the service CA has made the certificate of the Service, or in its own words why not.
func ServingCertificate(service *corev1.Service) (issued bool, problem string) {
	if service == nil {
		return false, ""
	}
	return service.Annotations[servingCertificateSigned] != "", service.Annotations[ServingCertificateError]
}

// serviceAnnotations are for whoever serves the Service in the cluster's name.
func serviceAnnotations(in Input) map[string]string {
	out := map[string]string{}
	if defaults.ServiceCAOn(in.Spec) {
		out[servingCertificate] = names.ServingCertificate(in.Name)
	}
	if defaults.IngressOn(in.Spec) && defaults.TLSOn(in.Spec) {
		maps.Copy(out, backendAnnotations())
	}
	return out
}

// MakeRoom adds to the Service what ports of the live one need so that ours can be applied beside them.
//
// A list of ports is keyed by number and protocol, and names must differ. Somebody who gives our port another number makes by that
// an item of his own, which keeps our name: no apply of ours takes it away, and each one that brings ours back is refused. So his
// gets another name, for as long as it is there; it is his to remove. What nobody else owns is an item of our own from before.
func MakeRoom(service *coreac.ServiceApplyConfiguration, live *corev1.Service, manager string) error {
	if live == nil {
		return nil
	}
	ours := service.Spec.Ports[0]
	for _, port := range live.Spec.Ports {
		name := fmt.Sprintf("%s-%s-%d", HTTPPort, strings.ToLower(string(port.Protocol)), port.Port)
		if port.Name != HTTPPort && port.Name != name || port.Port == *ours.Port && port.Protocol == *ours.Protocol {
			continue
		}
		foreign, err := ownedByOthers(live, port, manager)
		if err != nil {
			return err
		}
		if foreign {
			service.Spec.WithPorts(coreac.ServicePort().WithName(name).WithProtocol(port.Protocol).WithPort(port.Port))
		}
	}
	return nil
}

// ownedByOthers asks the API server's records on the object, which say who has written which field.
func ownedByOthers(live *corev1.Service, port corev1.ServicePort, manager string) (bool, error) {
	item := fieldpath.MakePathOrDie(
		"spec", "ports", fieldpath.KeyByFields("port", int64(port.Port), "protocol", string(port.Protocol)))
	for _, entry := range live.ManagedFields {
		if entry.Manager == manager && entry.Operation == metav1.ManagedFieldsOperationApply || entry.FieldsV1 == nil {
			continue
		}
		var fields fieldpath.Set
		if err := fields.FromJSON(entry.FieldsV1.GetRawReader()); err != nil {
			return false, fmt.Errorf("read which fields of Service %s belong to %s: %w", live.Name, entry.Manager, err)
		}
		if fields.Has(item) {
			return true, nil
		}
	}
	return false, nil
}

// Endpoint is the address of the Service, in the form that the user's document shows.
func Endpoint(in Input) string {
	return fmt.Sprintf("%s://%s:%d", Scheme(in), names.Host(in.Namespace, in.Name), *in.Spec.HTTP.Port)
}

// Scheme is what zot itself speaks.
func Scheme(in Input) string {
	if defaults.TLSOn(in.Spec) {
		return "https"
	}
	return "http"
}
