package resources

import (
	"maps"

	"k8s.io/apimachinery/pkg/types"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/labels"
)

// Input is what every builder knows about a store.
type Input struct {
	Name      string
	Namespace string
	UID       types.UID
	// Component is the controller that owns the object.
	Component string
	// Spec is the effective spec: every default is filled in.
	Spec v1alpha1.ZotArtifactStoreSpec
	// Proxy is the way out of the cluster.
	Proxy Proxy
}

// owner makes an object part of the store: it goes when the store goes.
func (in Input) owner() *metaac.OwnerReferenceApplyConfiguration {
	return metaac.OwnerReference().
		WithAPIVersion(v1alpha1.GroupVersion.String()).
		WithKind(v1alpha1.GroupKind.Kind).
		WithName(in.Name).
		WithUID(in.UID).
		WithController(true).
		WithBlockOwnerDeletion(true)
}

func (in Input) labels() map[string]string { return labels.Object(in.Name, in.Component) }

// podLabels join what selects a pod with what finds it.
func (in Input) podLabels() map[string]string {
	out := in.labels()
	maps.Copy(out, labels.Selector(in.Name))
	return out
}
