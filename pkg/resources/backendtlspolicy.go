package resources

import (
	"cmp"

	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	gatewayac "sigs.k8s.io/gateway-api/applyconfiguration/apis/v1"

	"github.com/zot-artifact-store/operator/pkg/names"
)

// BackendTLSPolicy lets a Gateway speak TLS with the registry, and says by which certificate it knows it.
func BackendTLSPolicy(in Input) *gatewayac.BackendTLSPolicyApplyConfiguration {
	validation := gatewayac.BackendTLSPolicyValidation().WithHostname(gatewayv1.PreciseHostname(backendHost(in)))
	if ca := in.Spec.Networking.HTTPRoute.BackendTLS.CAConfigMapName; ca != "" {
		validation.WithCACertificateRefs(gatewayac.LocalObjectReference().
			WithGroup("").WithKind("ConfigMap").WithName(gatewayv1.ObjectName(ca)))
	} else {
		validation.WithWellKnownCACertificates(gatewayv1.WellKnownCACertificatesSystem)
	}
	return gatewayac.BackendTLSPolicy(names.BackendTLSPolicy(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner()).
		WithSpec(gatewayac.BackendTLSPolicySpec().
			WithTargetRefs(gatewayac.LocalPolicyTargetReferenceWithSectionName().
				WithGroup("").WithKind("Service").WithName(gatewayv1.ObjectName(names.Service(in.Name)))).
			WithValidation(validation))
}

// backendHost is the name that a Gateway looks for in the registry's certificate.
func backendHost(in Input) string {
	return cmp.Or(in.Spec.Networking.HTTPRoute.BackendTLS.Hostname, names.Host(in.Namespace, in.Name))
}
