package component

import (
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// HolderRetry is when a store whose place another one has is looked at again: no watch tells it that the other one is gone.
const HolderRetry = 30 * time.Second

// Holder is another store that has a place of this one. The zero value is none.
type Holder struct {
	// Store is its name, with its namespace if that is another one.
	Store string
	Place resources.Place
}

// FindHolder looks for a store that had a place of this one before it, among those that the operator sees.
func FindHolder(ctx context.Context, cached client.Reader, store Store) (Holder, error) {
	object := defaults.ObjectStore(*store.Spec.Storage)
	if !object && defaults.Ephemeral(*store.Spec.Storage) {
		return Holder{}, nil // It has no place outside of its pod.
	}
	// They are only read, on every pass of every store.
	options := []client.ListOption{client.UnsafeDisableDeepCopy}
	if !object {
		// Claims are a namespace's own, buckets are not.
		options = append(options, client.InNamespace(store.Object.Namespace))
	}
	stores := &v1alpha1.ZotArtifactStoreList{}
	if err := cached.List(ctx, stores, options...); err != nil {
		return Holder{}, fmt.Errorf("list the stores: %w", err)
	}
	other, place := resources.Holder(store.Object, stores.Items)
	if other == nil {
		return Holder{}, nil
	}
	name := other.Name
	if other.Namespace != store.Object.Namespace {
		name = other.Namespace + "/" + name
	}
	return Holder{Store: name, Place: place}, nil
}
