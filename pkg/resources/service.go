package resources

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// HTTPPort is the name of zot's port in the pod and in the Service.
const HTTPPort = "http"

// Service is how the registry is reached inside of the cluster.
func Service(in Input) *coreac.ServiceApplyConfiguration {
	return coreac.Service(names.Service(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner()).
		WithSpec(coreac.ServiceSpec().
			WithType(corev1.ServiceTypeClusterIP).
			WithSelector(labels.Selector(in.Name)).
			WithPorts(coreac.ServicePort().
				WithName(HTTPPort).
				WithProtocol(corev1.ProtocolTCP).
				WithPort(*in.Spec.HTTP.Port).
				WithTargetPort(intstr.FromString(HTTPPort))))
}

// Endpoint is the address of the Service, in the form that the user's document shows.
func Endpoint(in Input) string {
	return fmt.Sprintf("http://%s.%s.svc:%d", names.Service(in.Name), in.Namespace, *in.Spec.HTTP.Port)
}
