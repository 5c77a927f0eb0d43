package validation

import (
	"net/netip"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

var serviceRules = []Rule{
	{"service-type", serviceType},
	{"service-annotations", serviceAnnotations},
	{"service-certificate-once", serviceCertificateOnce},
	{"service-node-port", serviceNodePort},
	{"service-load-balancer-class", serviceLoadBalancerClass},
	{"service-load-balancer-class-change", serviceLoadBalancerClassChange},
	{"service-load-balancer-ranges", serviceLoadBalancerRanges},
	{"service-traffic-policy", serviceTrafficPolicy},
	{"service-ip-families", serviceIPFamilies},
	{"network-policy-ports", networkPolicyPorts},
}

const (
	maxSourceRanges       = 64
	maxRangeLength        = 64
	maxFamilies           = 2
	maxEgressPorts        = 32
	nodePort              = v1alpha1.ServiceType("NodePort")
	loadBalancer          = v1alpha1.ServiceType("LoadBalancer")
	servingCertAnnotation = "service.beta.openshift.io/serving-cert-secret-name"
)

var servicePath = networkingPath.Child("service")

func (in Input) service() v1alpha1.ServiceSpec { return value(in.networking().Service) }

func serviceType(in Input) field.ErrorList {
	return oneOf(servicePath.Child("type"), in.service().Type, defaults.ServiceType, nodePort, loadBalancer)
}

func serviceAnnotations(in Input) field.ErrorList {
	return annotations(servicePath.Child("annotations"), in.service().Annotations)
}

func serviceCertificateOnce(in Input) field.ErrorList {
	_, annotated := in.service().Annotations[servingCertAnnotation]
	if !annotated || !defaults.ServiceCAOn(*in.spec()) {
		return nil
	}
	return field.ErrorList{field.Forbidden(servicePath.Child("annotations").Key(servingCertAnnotation), "with spec.http.tls.serviceCA the"+
		" operator writes this annotation, and another Secret's name there would leave zot without its certificate: remove it")}
}

func serviceNodePort(in Input) field.ErrorList {
	at, got := servicePath.Child("nodePort"), in.service().NodePort
	errs := within(at, got, 1, maxPort, "spec.networking.service.nodePort is no port")
	if got != nil && in.service().Type != nodePort && in.service().Type != loadBalancer {
		errs = append(errs, field.Invalid(at, *got, "spec.networking.service.nodePort is a port of the nodes, and a Service of type"+
			" ClusterIP has none: write type NodePort or LoadBalancer, or leave nodePort out"))
	}
	return errs
}

func serviceLoadBalancerClass(in Input) field.ErrorList {
	at, got := servicePath.Child("loadBalancerClass"), in.service().LoadBalancerClass
	if got == "" {
		return nil
	}
	errs := maxLength(at, got, maxNameLength)
	if len(validation.IsQualifiedName(got)) > 0 {
		errs = append(errs, field.Invalid(at, got, "spec.networking.service.loadBalancerClass is no class that a load balancer can have:"+
			" write it as whoever provides load balancers names it, for example service.k8s.aws/nlb"))
	}
	if in.service().Type != loadBalancer {
		errs = append(errs, field.Invalid(at, got, "spec.networking.service.loadBalancerClass needs a load balancer: write type"+
			" LoadBalancer, or leave loadBalancerClass out"))
	}
	return errs
}

// serviceLoadBalancerClassChange is Kubernetes' own rule.
func serviceLoadBalancerClassChange(in Input) field.ErrorList {
	if in.Old == nil {
		return nil
	}
	now, before := in.service(), value(value(in.Old.Spec.Networking).Service)
	if now.Type != loadBalancer || before.Type != loadBalancer || now.LoadBalancerClass == before.LoadBalancerClass {
		return nil
	}
	return field.ErrorList{field.Invalid(servicePath.Child("loadBalancerClass"), now.LoadBalancerClass, "Kubernetes does not let a"+
		" load balancer change its class: set the type to ClusterIP, wait until status.observedGeneration has reached that, and then write"+
		" type LoadBalancer with the new class")}
}

func serviceLoadBalancerRanges(in Input) field.ErrorList {
	at, got := servicePath.Child("loadBalancerSourceRanges"), in.service().LoadBalancerSourceRanges
	errs := entries(at, got, maxSourceRanges, maxRangeLength, "10.0.0.0/8")
	if len(got) > 0 && in.service().Type != loadBalancer {
		errs = append(errs, field.Invalid(at, got, "spec.networking.service.loadBalancerSourceRanges need a load balancer: write type"+
			" LoadBalancer, or leave loadBalancerSourceRanges out"))
	}
	for i, network := range got {
		if prefix, err := netip.ParsePrefix(network); network != "" && (err != nil || prefix != prefix.Masked()) {
			errs = append(errs, field.Invalid(at.Index(i), network, "an entry of spec.networking.service.loadBalancerSourceRanges is no"+
				" network: write its first address and the length of its prefix, for example 10.0.0.0/8 or 203.0.113.7/32"))
		}
	}
	return errs
}

func serviceTrafficPolicy(in Input) field.ErrorList {
	at, got := servicePath.Child("externalTrafficPolicy"), in.service().ExternalTrafficPolicy
	errs := oneOf(at, got, "Cluster", "Local")
	if got != "" && in.service().Type != nodePort && in.service().Type != loadBalancer {
		errs = append(errs, field.Invalid(at, got, "spec.networking.service.externalTrafficPolicy is about traffic from outside, and a"+
			" Service of type ClusterIP has none: write type NodePort or LoadBalancer, or leave externalTrafficPolicy out"))
	}
	return errs
}

func serviceIPFamilies(in Input) field.ErrorList {
	at, got := servicePath.Child("ipFamilies"), in.service().IPFamilies
	policy := in.service().IPFamilyPolicy
	errs := oneOf(servicePath.Child("ipFamilyPolicy"), policy, "SingleStack", "PreferDualStack", "RequireDualStack")
	errs = append(errs, atMost(at, len(got), maxFamilies)...)
	errs = append(errs, setOf(at, got, "IPv4", "IPv6")...)
	if len(got) == maxFamilies && !slices.Contains([]v1alpha1.IPFamilyPolicy{"PreferDualStack", "RequireDualStack"}, policy) {
		errs = append(errs, field.Invalid(at, got, "spec.networking.service.ipFamilies names two families, and without a policy for both"+
			" the Service would have one: write ipFamilyPolicy PreferDualStack or RequireDualStack, or one family"))
	}
	if in.Old == nil {
		return errs
	}
	if before := value(value(in.Old.Spec.Networking).Service).IPFamilies; len(got) > 0 && len(before) > 0 && got[0] != before[0] {
		errs = append(errs, field.Invalid(at, got, "Kubernetes does not let a Service change the first of its families: write "+
			string(before[0])+" first, as before"))
	}
	return errs
}

func networkPolicyPorts(in Input) field.ErrorList {
	at, got := networkingPath.Child("networkPolicy", "egressPorts"), value(in.networking().NetworkPolicy).EgressPorts
	errs := atMost(at, len(got), maxEgressPorts)
	for i, port := range got {
		if port < 1 || port > maxPort {
			errs = append(errs, field.Invalid(at.Index(i), port, "an entry of spec.networking.networkPolicy.egressPorts is no TCP port:"+
				" write a number from 1 to 65535"))
		}
		if slices.Contains(got[:i], port) {
			errs = append(errs, field.Duplicate(at.Index(i), port))
		}
	}
	return errs
}
