package e2e

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

var _ = Describe("self-healing", Label("smoke"), func() {
	It("brings back what somebody deletes, with the images in it", func(ctx SpecContext) {
		store := startStore(ctx, newNamespace(ctx, "healing"), "store")
		image := push(ctx, store, "kept/app", "v1")

		for _, object := range []client.Object{&corev1.Pod{}, &corev1.Service{}, &appsv1.StatefulSet{}} {
			name := store.Name
			if _, pod := object.(*corev1.Pod); pod {
				name += "-0"
			}
			By(fmt.Sprintf("deleting %T %s", object, name))
			key := client.ObjectKey{Namespace: store.Namespace, Name: name}
			Expect(env.client.Get(ctx, key, object)).To(Succeed())
			deleted := object.GetUID()
			began := time.Now()
			Expect(env.client.Delete(ctx, object, client.PropagationPolicy(metav1.DeletePropagationBackground))).To(Succeed())
			waitBack(ctx, key, object, deleted)
			waitServing(ctx, store)
			took := time.Since(began).Round(time.Second / 10)
			AddReportEntry(fmt.Sprintf("%T deleted, served again after", object), took.String(), ReportEntryVisibilityAlways)
			pull(ctx, store, image)
		}
		waitRunning(ctx, store)
	}, NodeTimeout(specTimeout))
})

// waitBack waits for a successor of a deleted object.
func waitBack(ctx context.Context, key client.ObjectKey, object client.Object, deleted any) {
	GinkgoHelper()
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		g.Expect(env.client.Get(ctx, key, object)).To(Succeed())
		g.Expect(object.GetUID()).NotTo(Equal(deleted), "%T %s is still the deleted one", object, key)
	}).WithTimeout(startTimeout).WithPolling(interval).Should(Succeed())
}

// waitServing waits until the store's only pod is ready and its Service leads to it.
func waitServing(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		found := pods(ctx, store)
		g.Expect(found).To(HaveLen(1), describePods(ctx, store.Namespace))
		g.Expect(found[0].DeletionTimestamp).To(BeNil(), "pod %s is on its way out", found[0].Name)
		slices := &discoveryv1.EndpointSliceList{}
		g.Expect(env.client.List(ctx, slices, client.InNamespace(store.Namespace),
			client.MatchingLabels{discoveryv1.LabelServiceName: store.Name})).To(Succeed())
		var serving []string
		for i := range slices.Items {
			for _, endpoint := range slices.Items[i].Endpoints {
				if endpoint.Conditions.Ready != nil && *endpoint.Conditions.Ready && endpoint.TargetRef != nil {
					serving = append(serving, string(endpoint.TargetRef.UID))
				}
			}
		}
		g.Expect(serving).To(ConsistOf(string(found[0].UID)), "the Service does not lead to the pod:\n%s", describePods(ctx, store.Namespace))
	}).WithTimeout(startTimeout).WithPolling(interval).Should(Succeed())
}
