package networking

import (
	"fmt"

	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// lookAtRoute asks whether a router has admitted it. One is enough.
func lookAtRoute(_ resources.Input, facts Facts) finding {
	switch {
	case facts.RouteAgain > 0:
		return finding{reason: v1alpha1.ReasonProgressing, message: "spec.networking.route asks for a Route. This cluster announces " +
			"route.openshift.io and does not serve it now. If it stays so: `kubectl get apiservice v1.route.openshift.io` says why."}
	case !facts.RouteAPI:
		return finding{reason: v1alpha1.ReasonRouteAPIMissing, message: "spec.networking.route asks for a Route, but this cluster does " +
			"not have route.openshift.io. Set enabled: false there."}
	case facts.Route == nil:
		return finding{reason: v1alpha1.ReasonProgressing, message: "The Route is being created."}
	}
	message := "No router has answered yet."
	for _, ingress := range facts.Route.Status.Ingress {
		for _, c := range ingress.Conditions {
			if c.Type != routev1.RouteAdmitted {
				continue
			}
			if c.Status == corev1.ConditionTrue {
				return finding{address: resources.Address("https", ingress.Host)}
			}
			message = fmt.Sprintf("Router %s refuses it: %s %s", ingress.RouterName, c.Reason, c.Message)
		}
	}
	return finding{reason: v1alpha1.ReasonRouteNotAdmitted, message: "The Route is not admitted. " + message}
}

// lookAtIngress is content when it exists: its status has room for an address and for nothing else, and not every controller fills
// that in.
func lookAtIngress(in resources.Input, facts Facts) finding {
	if facts.Ingress == nil {
		return finding{reason: v1alpha1.ReasonProgressing, message: "The Ingress is being created."}
	}
	found := finding{address: resources.IngressURL(in)}
	if len(facts.Ingress.Status.LoadBalancer.Ingress) == 0 {
		found.message = "No Ingress controller has given the Ingress an address; some never do. If the registry is not reached by it: " +
			"`kubectl get ingressclass` says which controllers there are."
	}
	return found
}

// lookAtNodePort tells where the registry is reached by type NodePort: the addresses of the nodes the operator does not know.
func lookAtNodePort(in resources.Input, facts Facts) (found finding, asked bool) {
	if in.Spec.Networking.Service.Type != v1alpha1.ServiceType(corev1.ServiceTypeNodePort) {
		return finding{}, false
	}
	if facts.Service != nil {
		for _, port := range facts.Service.Spec.Ports {
			if port.Name == resources.HTTPPort && port.NodePort > 0 {
				return finding{message: fmt.Sprintf("It is reached at port %d of each node.", port.NodePort)}, true
			}
		}
	}
	return finding{reason: v1alpha1.ReasonProgressing, message: "The cluster has not given the Service a port of the nodes yet."}, true
}

// lookAtLoadBalancer asks for the address of the Service, where its type is to have one.
func lookAtLoadBalancer(in resources.Input, facts Facts) (found finding, asked bool) {
	if !defaults.LoadBalanced(in.Spec) {
		return finding{}, false
	}
	if host := facts.outside().LoadBalancer; host != "" {
		return finding{address: resources.LoadBalancerURL(in, host)}, true
	}
	return finding{reason: v1alpha1.ReasonWaitingForLoadBalancer, message: fmt.Sprintf(
		"The Service has no address from outside yet; inside of the cluster it works. If it stays so: `kubectl describe service %s "+
			"-n %s` says why, and the cluster may have nothing that provides load balancers.", names.Service(in.Name), in.Namespace)}, true
}
