package component

import (
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// HolderRetry is when a store whose claim another one has is looked at again: no watch tells it that the other one is gone.
const HolderRetry = 30 * time.Second

// ClaimHolder is the store that had this one's claim before it, nothing if there is none.
func ClaimHolder(ctx context.Context, cached client.Reader, store Store) (string, error) {
	stores := &v1alpha1.ZotArtifactStoreList{}
	// They are only read, on every pass of every store.
	err := cached.List(ctx, stores, client.InNamespace(store.Object.Namespace), client.UnsafeDisableDeepCopy)
	if err != nil {
		return "", fmt.Errorf("list the stores of the namespace: %w", err)
	}
	return resources.ClaimHolder(store.Object, stores.Items), nil
}
