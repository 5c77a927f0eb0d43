package e2e

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/test/e2e/forward"
	"github.com/zot-artifact-store/operator/test/e2e/registry"
)

const registryPort = 8080

// newStore gives a small filesystem store that is not created yet.
func newStore(namespace, name string) *v1alpha1.ZotArtifactStore {
	size := resource.MustParse("1Gi")
	return &v1alpha1.ZotArtifactStore{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec:       v1alpha1.ZotArtifactStoreSpec{Storage: &v1alpha1.StorageSpec{Type: v1alpha1.StorageFilesystem, Size: &size}},
	}
}

// startStore creates a small filesystem store and waits until it is Running.
func startStore(ctx context.Context, namespace, name string) *v1alpha1.ZotArtifactStore {
	GinkgoHelper()
	store := newStore(namespace, name)
	Expect(env.client.Create(ctx, store)).To(Succeed())
	waitRunning(ctx, store)
	return store
}

// change alters the spec as a user's apply does and gives the store as it then is.
func change(ctx context.Context, store *v1alpha1.ZotArtifactStore, alter func(*v1alpha1.ZotArtifactStoreSpec)) {
	GinkgoHelper()
	Expect(env.client.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
	before := store.DeepCopy()
	alter(&store.Spec)
	Expect(env.client.Patch(ctx, store, client.MergeFrom(before))).To(Succeed())
	Expect(store.Generation).To(BeNumerically(">", before.Generation), "the change did not reach the spec")
}

// waitRunning waits for phase Running, and for Ready to be True for the newest generation.
func waitRunning(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	waitCondition(ctx, store, v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonAllPodsReady)
	Expect(store.Status.Phase).To(Equal(v1alpha1.PhaseRunning), describeStore(store))
	Expect(apimeta.FindStatusCondition(store.Status.Conditions, v1alpha1.ConditionReady).Message).To(Equal("All pods are ready"))
}

// waitCondition waits until a condition has this status and reason for the newest generation of the spec.
func waitCondition(
	ctx context.Context, store *v1alpha1.ZotArtifactStore, kind string, status metav1.ConditionStatus, reason string,
) metav1.Condition {
	GinkgoHelper()
	var found *metav1.Condition
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		g.Expect(env.client.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
		found = apimeta.FindStatusCondition(store.Status.Conditions, kind)
		g.Expect(found != nil && found.Status == status && found.Reason == reason && found.ObservedGeneration == store.Generation).
			To(BeTrue(), "waiting for %s=%s with reason %s for generation %d:\n%s", kind, status, reason, store.Generation, describeStore(store))
	}).WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
	return *found
}

// pods lists the pods of a store.
func pods(ctx context.Context, store *v1alpha1.ZotArtifactStore) []corev1.Pod {
	GinkgoHelper()
	found := &corev1.PodList{}
	Expect(env.client.List(ctx, found, client.InNamespace(store.Namespace), client.MatchingLabels(labels.Selector(store.Name)))).
		To(Succeed())
	return found.Items
}

// life tells a pod's containers apart from those that come after a restart.
type life struct {
	UID          types.UID
	Revision     string
	Zot, Agent   int32 // restarts
	ZotContainer string
	AgentImage   string
}

// lifeOf reads the only pod of a store.
func lifeOf(ctx context.Context, store *v1alpha1.ZotArtifactStore) life {
	GinkgoHelper()
	found := pods(ctx, store)
	Expect(found).To(HaveLen(1), "the pods of store %s", store.Name)
	out := life{UID: found[0].UID, Revision: found[0].Labels["controller-revision-hash"]}
	for _, status := range found[0].Status.ContainerStatuses {
		switch status.Name {
		case handover.ZotContainer:
			out.Zot, out.ZotContainer = status.RestartCount, status.ContainerID
		case handover.AgentContainer:
			out.Agent, out.AgentImage = status.RestartCount, status.ImageID
		}
	}
	return out
}

// atRegistry opens a way to the store's registry through its Service, and closes it when do returns.
func atRegistry(ctx context.Context, store *v1alpha1.ZotArtifactStore, do func(address string) error) error {
	tunnel, err := forward.Service(ctx, env.config, store.Namespace, store.Name, portOf(store))
	if err != nil {
		return fmt.Errorf("reach the registry: %w", err)
	}
	defer tunnel.Close()
	return do(tunnel.Address)
}

// portOf is the port that the spec names, as it was last read, or the default.
func portOf(store *v1alpha1.ZotArtifactStore) int32 {
	if store.Spec.HTTP == nil || store.Spec.HTTP.Port == nil {
		return registryPort
	}
	return *store.Spec.HTTP.Port
}

// push sends an image to a store and pulls it again.
func push(ctx context.Context, store *v1alpha1.ZotArtifactStore, repository, tag string) registry.Image {
	GinkgoHelper()
	var image registry.Image
	Expect(atRegistry(ctx, store, func(address string) (err error) {
		if image, err = registry.Push(ctx, address, repository, tag, registry.OCI); err != nil {
			return err
		}
		return registry.Pull(ctx, address, image)
	})).To(Succeed())
	return image
}

// pull fetches an image by its digest, as soon as the store serves.
func pull(ctx context.Context, store *v1alpha1.ZotArtifactStore, image registry.Image) {
	GinkgoHelper()
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		g.Expect(atRegistry(ctx, store, func(address string) error { return registry.Pull(ctx, address, image) })).To(Succeed())
	}).WithTimeout(startTimeout).WithPolling(interval).Should(Succeed())
}
