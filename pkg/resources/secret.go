package resources

import (
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/pkg/names"
)

// SessionKeys is the Secret with the keys of session cookies, without the keys: they are random, and made where the Secret is.
func SessionKeys(in Input) *coreac.SecretApplyConfiguration {
	return coreac.Secret(names.SessionKeys(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner()).
		WithImmutable(true)
}
