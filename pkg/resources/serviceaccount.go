package resources

import (
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/pkg/names"
)

// ServiceAccount is the identity of the pods. zot does not speak to the API server, so it gets no token.
func ServiceAccount(in Input) *coreac.ServiceAccountApplyConfiguration {
	account := coreac.ServiceAccount(names.ServiceAccount(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner()).
		WithAutomountServiceAccountToken(false)
	if annotations := identity(in); len(annotations) > 0 {
		account.WithAnnotations(annotations)
	}
	return account
}

// identity are the annotations by which a cloud knows the pods.
func identity(in Input) map[string]string {
	if in.Spec.ServiceAccount == nil {
		return nil
	}
	return in.Spec.ServiceAccount.Annotations
}
