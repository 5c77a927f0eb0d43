package e2e

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

const zotRoot = "/var/lib/registry"

// backend is a kind of storage with a server of its own in the namespace of a spec.
type backend struct {
	name string
	// deduplicates is true where zot keeps one copy of a blob for all repositories, as it does by default on a volume.
	deduplicates bool
	// prepare starts the server and lets the store, which is not created yet, use it.
	prepare func(context.Context, *v1alpha1.ZotArtifactStore)
	// byHand is what somebody writes into zot's configuration and environment to use the same server from that namespace.
	byHand func(namespace string) (storage map[string]any, environment map[string]string)
}

// backends are all kinds of storage.
var backends = []backend{
	{name: "a volume", deduplicates: true, prepare: func(context.Context, *v1alpha1.ZotArtifactStore) {}, byHand: volumeByHand},
	{name: "S3", prepare: prepareS3, byHand: s3ByHand},
	{name: "Azure Blob Storage", prepare: prepareAzure, byHand: azureByHand},
	{name: "Google Cloud Storage", prepare: prepareGoogle, byHand: googleByHand},
}

func volumeByHand(string) (map[string]any, map[string]string) {
	return map[string]any{"rootDirectory": zotRoot}, nil
}

// needServers skips a spec where the images of hack/servers.sh are missing.
func needServers(what string) {
	GinkgoHelper()
	if !env.servers {
		Skip("E2E_SERVERS is not 1: the image of " + what + " cannot be pulled; hack/servers.sh brings it into the test cluster")
	}
}

// deployServer starts a server of testdata and waits for it.
func deployServer(ctx context.Context, namespace, name string) {
	GinkgoHelper()
	run(ctx, "kubectl apply -n "+namespace+" -f test/e2e/testdata/"+name+".yaml")
	run(ctx, "kubectl rollout status -n "+namespace+" deployment/"+name+" --timeout=120s")
}

func prepareS3(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	deployServer(ctx, store.Namespace, "s3-server")
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: s3Secret}, StringData: credentials("first")}
	Expect(env.client.Create(ctx, secret)).To(Succeed())
	store.Spec.Storage = s3Store(store.Namespace).Spec.Storage
}

func s3ByHand(namespace string) (map[string]any, map[string]string) {
	return map[string]any{
		"rootDirectory": zotRoot, "dedupe": false,
		"storageDriver": map[string]any{
			"name": "s3", "rootdirectory": "/by-hand", "region": "us-east-1", "bucket": "artifacts",
			"regionendpoint": "http://s3-server." + namespace + ".svc:7070", "forcepathstyle": true, "secure": false, "skipverify": false,
		},
	}, credentials("first")
}
