package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/zot-artifact-store/operator/pkg/labels"
)

// intent is an apply configuration in the form that is compared and sent.
type intent struct {
	ref    Ref
	object *unstructured.Unstructured
	hash   string
}

// parse copies the configuration, so that the caller's stays as it is, checks that our own cache will see the object, and adds
// the hash.
func parse(configuration runtime.ApplyConfiguration) (intent, error) {
	data, err := json.Marshal(configuration)
	if err != nil {
		return intent{}, fmt.Errorf("encode intent: %w", err)
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(data); err != nil {
		return intent{}, fmt.Errorf("encode intent: %w", err)
	}
	ref := Ref{GroupVersionKind: object.GroupVersionKind(), Namespace: object.GetNamespace(), Name: object.GetName()}
	if object.GetLabels()[labels.ManagedBy] != labels.Manager || object.GetLabels()[labels.Store] == "" {
		return intent{}, fmt.Errorf("intent for %s lacks the operator's labels: its cache would never see the object", ref)
	}
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:8])
	annotations := object.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[labels.Intent] = hash
	object.SetAnnotations(annotations)
	return intent{ref: ref, object: object, hash: hash}, nil
}
