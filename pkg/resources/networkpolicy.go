package resources

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"
	networkingac "k8s.io/client-go/applyconfigurations/networking/v1"

	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// dnsPorts are where DNS is asked, and where the pods of OpenShift's DNS listen, which a NetworkPolicy sees behind their Service.
var dnsPorts = []int32{53, 5353}

// NetworkPolicy lets everybody who reaches the pods ask the registry, and the operator the config agents. Out it lets what the store
// needs, see Destinations. The namespace is the operator's own; where it has none, or where namespaces do not carry their names, it
// is empty, and any namespace does.
//
// The kubelet's probes need no rule: a node reaches the pods that it runs.
func NetworkPolicy(in Input, operator string) *networkingac.NetworkPolicyApplyConfiguration {
	asker := networkingac.NetworkPolicyPeer().
		WithNamespaceSelector(metaac.LabelSelector()).
		WithPodSelector(metaac.LabelSelector().WithMatchLabels(labels.Operator()))
	if operator != "" {
		asker.NamespaceSelector.WithMatchLabels(map[string]string{corev1.LabelMetadataName: operator})
	}
	out := networkingac.NetworkPolicy(names.NetworkPolicy(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner()).
		WithSpec(networkingac.NetworkPolicySpec().
			WithPodSelector(metaac.LabelSelector().WithMatchLabels(labels.Selector(in.Name))).
			WithPolicyTypes(networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress).
			WithIngress(
				networkingac.NetworkPolicyIngressRule().WithPorts(policyPort(corev1.ProtocolTCP, *in.Spec.HTTP.Port)),
				networkingac.NetworkPolicyIngressRule().WithFrom(asker).WithPorts(policyPort(corev1.ProtocolTCP, handover.Port))).
			WithEgress(egress(in.throughProxy(Destinations(in.Spec)))...))
	if defaults.Clustered(in.Spec) {
		// Each passes on to the others what it is asked about their repositories, and its agent asks theirs.
		members := networkingac.NetworkPolicyPeer().WithPodSelector(metaac.LabelSelector().WithMatchLabels(labels.Selector(in.Name)))
		out.Spec.Ingress[1].WithFrom(members)
		out.Spec.WithEgress(networkingac.NetworkPolicyEgressRule().
			WithTo(members).
			WithPorts(policyPort(corev1.ProtocolTCP, *in.Spec.HTTP.Port), policyPort(corev1.ProtocolTCP, handover.Port)))
	}
	return out
}

func egress(destinations []Destination) []*networkingac.NetworkPolicyEgressRuleApplyConfiguration {
	dns, anywhere := networkingac.NetworkPolicyEgressRule(), networkingac.NetworkPolicyEgressRule()
	for _, port := range dnsPorts {
		dns.WithPorts(policyPort(corev1.ProtocolUDP, port), policyPort(corev1.ProtocolTCP, port))
	}
	out := []*networkingac.NetworkPolicyEgressRuleApplyConfiguration{dns}
	everyPort := networkingac.NetworkPolicyPort().WithProtocol(corev1.ProtocolTCP)
	if slices.Contains(destinations, Destination{}) {
		return append(out, anywhere.WithPorts(everyPort))
	}
	var ports []int32
	var addressed []*networkingac.NetworkPolicyEgressRuleApplyConfiguration
	if slices.ContainsFunc(destinations, func(to Destination) bool { return to.Pods }) {
		addressed = append(addressed, networkingac.NetworkPolicyEgressRule().
			WithTo(networkingac.NetworkPolicyPeer().WithNamespaceSelector(metaac.LabelSelector())).
			WithPorts(everyPort))
	}
	for _, to := range destinations {
		port := policyPort(corev1.ProtocolTCP, to.Port)
		if to.Address == "" {
			ports = append(ports, to.Port)
			continue
		}
		address := netip.MustParseAddr(to.Address)
		addressed = append(addressed, networkingac.NetworkPolicyEgressRule().
			WithTo(networkingac.NetworkPolicyPeer().WithIPBlock(
				networkingac.IPBlock().WithCIDR(netip.PrefixFrom(address, address.BitLen()).String()))).
			WithPorts(port))
	}
	for _, port := range unique(ports) {
		anywhere.WithPorts(policyPort(corev1.ProtocolTCP, port))
	}
	if len(anywhere.Ports) > 0 {
		// A rule without ports would open all of them.
		out = append(out, anywhere)
	}
	return append(out, addressed...)
}

func policyPort(protocol corev1.Protocol, port int32) *networkingac.NetworkPolicyPortApplyConfiguration {
	return networkingac.NetworkPolicyPort().WithProtocol(protocol).WithPort(intstr.FromInt32(port))
}
