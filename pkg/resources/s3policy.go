package resources

import (
	"cmp"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"
	networkingac "k8s.io/client-go/applyconfigurations/networking/v1"

	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// S3NetworkPolicy lets everybody who reaches the gateway's pods call S3 and see their figures. Out it lets what the storage behind it
// and the provider with which people sign in need.
func S3NetworkPolicy(in Input) *networkingac.NetworkPolicyApplyConfiguration {
	return networkingac.NetworkPolicy(names.S3(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner()).
		WithSpec(networkingac.NetworkPolicySpec().
			WithPodSelector(metaac.LabelSelector().WithMatchLabels(labels.S3Selector(in.Name))).
			WithPolicyTypes(networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress).
			WithIngress(networkingac.NetworkPolicyIngressRule().WithPorts(
				policyPort(corev1.ProtocolTCP, s3gateway.Port), policyPort(corev1.ProtocolTCP, s3gateway.StatusPort))).
			WithEgress(egress(in.throughProxy(S3Destinations(in)))...))
}

// S3Destinations is everything that the gateway connects to.
func S3Destinations(in Input) []Destination {
	var out []Destination
	switch storage := in.Spec.Extensions.S3API.Storage; {
	case storage.S3 != nil:
		out = append(out, s3Destination(storage.S3.Endpoint))
		if storage.S3.AccessKeySecret == "" {
			out = append(out, amazonIdentity...)
		}
	case storage.Azure != nil:
		// By https service principals sign in, too, wherever the container is.
		out = append(out, Destination{Port: httpsPort}, destinationOf(cmp.Or(storage.Azure.ServiceURL, "https://")))
		if storage.Azure.CredentialsSecret == "" {
			out = append(out, azureIdentity...)
		}
	}
	if defaults.S3SignInOn(in.Spec) {
		out = append(out, destinationOf(in.Spec.Extensions.RBAC.Keycloak.URL))
	}
	for _, port := range in.Spec.Networking.NetworkPolicy.EgressPorts {
		out = append(out, Destination{Port: port})
	}
	return unique(out)
}
