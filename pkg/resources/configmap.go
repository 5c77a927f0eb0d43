package resources

import (
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// BootConfig is the immutable config map of what zot reads only at its start. Its hash is in its name.
func BootConfig(in Input, hash string, document []byte) *coreac.ConfigMapApplyConfiguration {
	return coreac.ConfigMap(names.BootConfig(in.Name, hash), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner()).
		WithImmutable(true).
		WithData(map[string]string{handover.BootFile: string(document)})
}

// LiveConfig is the config map of what zot reloads. It goes with the boot config map of that hash and changes in place.
func LiveConfig(in Input, hash string, document []byte) *coreac.ConfigMapApplyConfiguration {
	return coreac.ConfigMap(names.LiveConfig(in.Name, hash), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner()).
		WithData(map[string]string{handover.LiveFile: string(document)})
}
