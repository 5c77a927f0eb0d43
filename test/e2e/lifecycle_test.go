package e2e

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
)

var _ = Describe("a paused store", Label("smoke"), func() {
	It("is left as it is, tells what is not as it should be, and is mended when the pause ends", func(ctx SpecContext) {
		store := startStore(ctx, newNamespace(ctx, "pause"), "store")
		image := push(ctx, store, "kept/app", "v1")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Paused = new(true) })
		waitPhase(ctx, store, v1alpha1.PhasePaused)
		observed := *store.Status.ObservedGeneration
		before, workload := lifeOf(ctx, store), statefulSet(ctx, store)

		By("taking the Service away and changing what needs a roll")
		Expect(env.client.Delete(ctx, &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: store.Name}})).
			To(Succeed())
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Log = &v1alpha1.LogSpec{Level: "debug"} })
		told := waitCondition(ctx, store, v1alpha1.ConditionNetworkingReady, metav1.ConditionFalse, v1alpha1.ReasonPaused)
		Expect(told.Message).To(ContainSubstring("Service store"))
		told = waitCondition(ctx, store, v1alpha1.ConditionWorkloadReady, metav1.ConditionFalse, v1alpha1.ReasonPaused)
		Expect(told.Message).To(ContainSubstring("ConfigMap store-boot-"))
		Consistently(ctx, func(g Gomega, ctx context.Context) {
			err := env.client.Get(ctx, client.ObjectKeyFromObject(store), &corev1.Service{})
			g.Expect(apierrors.IsNotFound(err)).To(BeTrue(), "the Service is back: %v", err)
			g.Expect(lifeOf(ctx, store)).To(Equal(before), "the pod was touched")
			g.Expect(statefulSet(ctx, store).Generation).To(Equal(workload.Generation))
			g.Expect(env.client.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
			g.Expect(*store.Status.ObservedGeneration).To(Equal(observed))
		}).WithTimeout(10 * time.Second).WithPolling(interval).Should(Succeed())

		By("ending the pause")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Paused = nil })
		waitRolled(ctx, store, workload)
		waitRunning(ctx, store)
		pull(ctx, store, image)
	}, NodeTimeout(specTimeout))
})

var _ = Describe("a deleted store", Label("smoke"), func() {
	It("leaves its volume by default, and a store of the same name finds the data", func(ctx SpecContext) {
		store := startStore(ctx, newNamespace(ctx, "retain"), "store")
		image := push(ctx, store, "kept/app", "v1")
		claim := claimOf(ctx, store)

		Expect(env.client.Delete(ctx, store)).To(Succeed())
		waitGone(ctx, store)
		again := startStore(ctx, store.Namespace, store.Name)
		Expect(claimOf(ctx, again).UID).To(Equal(claim.UID), "the volume is another one")
		pull(ctx, again, image)
	}, NodeTimeout(specTimeout))

	It("takes its volume with it where that is asked for", func(ctx SpecContext) {
		store := deletable(ctx, newNamespace(ctx, "delete"))
		Expect(env.client.Delete(ctx, store, client.PropagationPolicy(metav1.DeletePropagationForeground))).To(Succeed())
		waitGone(ctx, store)
		waitClaimGone(ctx, store)
	}, NodeTimeout(specTimeout))

	It("goes in the same ways while the operator and its webhook are down", func(ctx SpecContext) {
		namespace := newNamespace(ctx, "down")
		gone := deletable(ctx, namespace)
		kept := startStore(ctx, namespace, "kept")
		stopOperator(ctx)

		Expect(env.client.Delete(ctx, gone, client.PropagationPolicy(metav1.DeletePropagationForeground))).To(Succeed())
		Expect(env.client.Delete(ctx, kept)).To(Succeed())
		waitGone(ctx, gone)
		waitGone(ctx, kept)
		waitClaimGone(ctx, gone)
		claimOf(ctx, kept)
	}, NodeTimeout(specTimeout))
})

// deletable starts a store that takes its volume with it.
func deletable(ctx context.Context, namespace string) *v1alpha1.ZotArtifactStore {
	GinkgoHelper()
	store := newStore(namespace, "deletable")
	store.Spec.Storage.DeletionPolicy = v1alpha1.DeletionDelete
	Expect(env.client.Create(ctx, store)).To(Succeed())
	waitRunning(ctx, store)
	claimOf(ctx, store)
	return store
}

// claimOf reads the volume's claim, which must be there.
func claimOf(ctx context.Context, store *v1alpha1.ZotArtifactStore) *corev1.PersistentVolumeClaim {
	GinkgoHelper()
	claim := &corev1.PersistentVolumeClaim{}
	Expect(env.client.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.Claim(store.Name)}, claim)).To(Succeed())
	Expect(claim.DeletionTimestamp).To(BeNil(), "the claim is on its way out")
	return claim
}

func waitClaimGone(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		err := env.client.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.Claim(store.Name)},
			&corev1.PersistentVolumeClaim{})
		g.Expect(apierrors.IsNotFound(err)).To(BeTrue(), "the claim is still there (%v)", err)
	}).WithTimeout(removeTimeout).WithPolling(interval).Should(Succeed())
}

// stopOperator takes all pods of the operator away until the spec ends.
func stopOperator(ctx context.Context) {
	GinkgoHelper()
	scale := func(ctx context.Context, replicas *int32) {
		deployment := operatorDeployment(ctx)
		before := deployment.DeepCopy()
		deployment.Spec.Replicas = replicas
		Expect(env.client.Patch(ctx, deployment, client.MergeFrom(before))).To(Succeed())
	}
	replicas := operatorDeployment(ctx).Spec.Replicas
	DeferCleanup(func(ctx SpecContext) {
		scale(ctx, replicas)
		waitOperator(ctx, operatorDeployment(ctx))
	}, NodeTimeout(5*time.Minute))
	scale(ctx, new(int32(0)))
	Eventually(ctx, func(ctx context.Context) []corev1.Pod { return podsOf(ctx, operatorNamespace) }).
		WithTimeout(removeTimeout).WithPolling(interval).Should(BeEmpty())
}

func waitPhase(ctx context.Context, store *v1alpha1.ZotArtifactStore, phase v1alpha1.Phase) {
	GinkgoHelper()
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		g.Expect(env.client.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
		g.Expect(store.Status.Phase).To(Equal(phase), describeStore(store))
	}).WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
}
