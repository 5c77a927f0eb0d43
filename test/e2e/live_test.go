package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/test/e2e/registry"
)

var _ = Describe("a changed spec", Label("smoke"), func() {
	It("reaches the running zot without a restart where zot can reload it, and rolls once where it cannot", func(ctx SpecContext) {
		store := newStore(newNamespace(ctx, "change"), "store")
		store.Spec.AccessControl = everybodyMay("read", "create")
		Expect(env.client.Create(ctx, store)).To(Succeed())
		waitRunning(ctx, store)
		image := push(ctx, store, "open/app", "v1")
		before := lifeOf(ctx, store)

		By("taking the right to push away")
		began := time.Now()
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.AccessControl = everybodyMay("read") })
		waitUploads(ctx, store, false)
		AddReportEntry("access rule: seconds from apply to effect", fmt.Sprintf("%.1f (the kubelet looks every %s)",
			time.Since(began).Seconds(), kubeletSync(ctx)), ReportEntryVisibilityAlways)
		waitCondition(ctx, store, v1alpha1.ConditionConfigurationApplied, metav1.ConditionTrue, v1alpha1.ReasonConfigurationCurrent)
		waitRunning(ctx, store)
		Expect(lifeOf(ctx, store)).To(Equal(before), "a live change must not restart anything")
		Expect(atRegistry(ctx, store, func(address string) error {
			_, err := registry.Push(ctx, address, "open/app", "v2", registry.OCI)
			if !registry.Denied(err) {
				return fmt.Errorf("a push was not refused: %w", err)
			}
			return registry.Pull(ctx, address, image)
		})).To(Succeed())

		By("changing everything else that zot reloads")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.Storage.GC = &v1alpha1.GCSpec{Interval: "6h", TimeWindow: "01:00-05:00"}
			spec.Extensions = &v1alpha1.ExtensionsSpec{
				Scrub: &v1alpha1.ScrubSpec{Interval: "48h"},
				Sync: &v1alpha1.SyncSpec{Registries: []v1alpha1.SyncRegistry{{
					URLs: []string{"https://registry.example.com"}, OnDemand: new(true),
				}}},
			}
		})
		waitCondition(ctx, store, v1alpha1.ConditionConfigurationApplied, metav1.ConditionTrue, v1alpha1.ReasonConfigurationCurrent)
		waitRunning(ctx, store)
		Expect(lifeOf(ctx, store)).To(Equal(before), "a live change must not restart anything")
		pull(ctx, store, image)

		By("changing the log level, which zot reads only when it starts")
		workload := statefulSet(ctx, store)
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Log = &v1alpha1.LogSpec{Level: "debug"} })
		waitRolled(ctx, store, workload)
		waitRunning(ctx, store)
		after := lifeOf(ctx, store)
		Expect(after.UID).NotTo(Equal(before.UID), "the pod was not replaced")
		Expect([]int32{after.Zot, after.Agent}).To(Equal([]int32{0, 0}), "containers of the new pod restarted")
		Expect(revisions(ctx, store)).To(HaveLen(2), "it rolled more than once")
		waitConfigMaps(ctx, store)
		pull(ctx, store, image)
	}, NodeTimeout(specTimeout))
})

func everybodyMay(actions ...v1alpha1.AccessAction) *v1alpha1.AccessControlSpec {
	return &v1alpha1.AccessControlSpec{Repositories: []v1alpha1.RepositoryAccess{{Pattern: "**", AnonymousPolicy: actions}}}
}

// waitUploads waits until the registry takes uploads, or until it refuses them.
func waitUploads(ctx context.Context, store *v1alpha1.ZotArtifactStore, wanted bool) {
	GinkgoHelper()
	Expect(atRegistry(ctx, store, func(address string) error {
		Eventually(ctx, func(g Gomega, ctx context.Context) {
			may, err := registry.MayPush(ctx, address, "open/app")
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(may).To(Equal(wanted), "the registry takes uploads: %t", may)
		}).WithTimeout(changeTimeout).WithPolling(100 * time.Millisecond).Should(Succeed())
		return nil
	})).To(Succeed())
}

func statefulSet(ctx context.Context, store *v1alpha1.ZotArtifactStore) *appsv1.StatefulSet {
	GinkgoHelper()
	found := &appsv1.StatefulSet{}
	Expect(env.client.Get(ctx, client.ObjectKeyFromObject(store), found)).To(Succeed())
	return found
}

// waitRolled waits until the StatefulSet is another than it was, and all its pods are as it says.
func waitRolled(ctx context.Context, store *v1alpha1.ZotArtifactStore, before *appsv1.StatefulSet) {
	GinkgoHelper()
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		now := statefulSet(ctx, store)
		g.Expect(now.Generation).To(BeNumerically(">", before.Generation), "the StatefulSet has not changed:\n%s", describeStore(store))
		settled := now.Status.ObservedGeneration == now.Generation && now.Status.CurrentRevision == now.Status.UpdateRevision &&
			now.Status.UpdatedReplicas == 1 && now.Status.ReadyReplicas == 1
		g.Expect(settled).To(BeTrue(), "the roll is on its way: %+v\n%s", now.Status, describePods(ctx, store.Namespace))
	}).WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
}

// revisions lists the pod templates that a store's StatefulSet has had.
func revisions(ctx context.Context, store *v1alpha1.ZotArtifactStore) []string {
	GinkgoHelper()
	found := &appsv1.ControllerRevisionList{}
	Expect(env.client.List(ctx, found, client.InNamespace(store.Namespace), client.MatchingLabels(labels.Selector(store.Name)))).
		To(Succeed())
	var out []string
	for i := range found.Items {
		out = append(out, found.Items[i].Name)
	}
	return out
}

// waitConfigMaps waits until only the pair of config maps is left that the pod mounts.
func waitConfigMaps(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		hash := statefulSet(ctx, store).Spec.Template.Annotations[labels.ConfigHash]
		g.Expect(hash).NotTo(BeEmpty())
		found := &corev1.ConfigMapList{}
		g.Expect(env.client.List(ctx, found, client.InNamespace(store.Namespace), client.MatchingLabels{labels.Store: store.Name})).
			To(Succeed())
		var names []string
		for i := range found.Items {
			names = append(names, found.Items[i].Name)
		}
		g.Expect(names).To(ConsistOf(HaveSuffix("-boot-"+hash), HaveSuffix("-live-"+hash)))
	}).WithTimeout(time.Minute).WithPolling(interval).Should(Succeed())
}

// kubeletSync is how often the kubelet looks for changed config maps and Secrets.
func kubeletSync(ctx context.Context) string {
	GinkgoHelper()
	nodes := &corev1.NodeList{}
	Expect(env.client.List(ctx, nodes)).To(Succeed())
	if len(nodes.Items) == 0 {
		return "?"
	}
	raw, err := env.kubernetes.CoreV1().RESTClient().Get().
		AbsPath("/api/v1/nodes", nodes.Items[0].Name, "proxy/configz").DoRaw(ctx)
	var answer struct {
		Config struct {
			SyncFrequency string `json:"syncFrequency"`
		} `json:"kubeletconfig"`
	}
	if err != nil || json.Unmarshal(raw, &answer) != nil {
		return "?"
	}
	return answer.Config.SyncFrequency
}
