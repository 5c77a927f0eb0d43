package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// oneSecret is a cache that watches that Secret and no other. The manager's own cache holds no Secrets at all.
func oneSecret(mgr manager.Manager, secret types.NamespacedName) (cache.Cache, error) {
	again := mirrorAgain
	secrets, err := cache.New(mgr.GetConfig(), cache.Options{
		HTTPClient: mgr.GetHTTPClient(),
		Scheme:     mgr.GetScheme(),
		Mapper:     mgr.GetRESTMapper(),
		SyncPeriod: &again,
		// For whatever is asked of this cache: there is no way to a second Secret through it.
		DefaultNamespaces:    map[string]cache.Config{secret.Namespace: {}},
		DefaultFieldSelector: fields.OneTermEqualSelector("metadata.name", secret.Name),
	})
	if err != nil {
		return nil, fmt.Errorf("watch Secret %s: %w", secret, err)
	}
	return secrets, nil
}

// mirrorAgain is how often the files are compared with what is known of the Secret, without a request: writing them may have failed.
const mirrorAgain = time.Minute

// mirror keeps the files of the certificate as they are in the Secret. A mounted Secret would do the same, up to 90 s later: that is
// how long a node takes to deliver a change, how long a fresh installation would refuse every store, and how long the API server,
// which trusts a new authority at once, would refuse the old certificate.
type mirror struct {
	// secrets watches the one Secret.
	secrets cache.Cache
	dir     string
}

// run copies at each change until the context ends.
func (m mirror) run(ctx context.Context) error {
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return fmt.Errorf("keep the webhooks' certificate: %w", err)
	}
	// The cache is started below, so nobody must wait for it here.
	informer, err := m.secrets.GetInformer(ctx, &corev1.Secret{}, cache.BlockUntilSynced(false))
	if err != nil {
		return fmt.Errorf("watch the webhooks' certificate: %w", err)
	}
	seen := func(object any) {
		secret, ok := object.(*corev1.Secret)
		if !ok {
			return
		}
		if err := m.copy(secret.Data); err != nil {
			log.FromContext(ctx).Error(err, "the webhooks' certificate could not be put in place; trying again", "after", mirrorAgain)
		}
	}
	_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc:    seen,
		UpdateFunc: func(_, object any) { seen(object) },
	})
	if err != nil {
		return fmt.Errorf("watch the webhooks' certificate: %w", err)
	}
	if err := m.secrets.Start(ctx); err != nil {
		return fmt.Errorf("watch the webhooks' certificate: %w", err)
	}
	return nil
}

// copy writes the files that differ, the certificate last: it is what others wait for. While the Secret lacks one of them, the files
// stay as they are: an old certificate serves better than none.
func (m mirror) copy(data map[string][]byte) error {
	files := []string{"ca.crt", corev1.TLSPrivateKeyKey, corev1.TLSCertKey}
	for _, name := range files {
		if len(data[name]) == 0 {
			return nil
		}
	}
	for _, name := range files {
		path := filepath.Join(m.dir, name)
		// A write makes the webhook server load the certificate anew.
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data[name]) {
			continue
		}
		if err := os.WriteFile(path, data[name], 0o600); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}
