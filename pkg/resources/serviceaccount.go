package resources

import (
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/pkg/names"
)

// ServiceAccount is the identity of the pods. zot does not speak to the API server, so it gets no token.
func ServiceAccount(in Input) *coreac.ServiceAccountApplyConfiguration {
	return account(in, names.ServiceAccount(in.Name))
}

// account is an identity without a token for the API server, by which a cloud may know the pods.
func account(in Input, name string) *coreac.ServiceAccountApplyConfiguration {
	out := coreac.ServiceAccount(name, in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner()).
		WithAutomountServiceAccountToken(false)
	if annotations := identity(in); len(annotations) > 0 {
		out.WithAnnotations(annotations)
	}
	return out
}

// identity are the annotations by which a cloud knows the pods.
func identity(in Input) map[string]string {
	if in.Spec.ServiceAccount == nil {
		return nil
	}
	return in.Spec.ServiceAccount.Annotations
}
