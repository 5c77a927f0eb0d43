package envtest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// An autoscaler never takes over the pods' number of the StatefulSet: it scales the store, whose spec the operator never writes. So
// there is no field to hand over, and none that could fall back to its default between two owners; what is tried is that nobody
// fights.
var _ = Describe("Contract 11: what others write", Label("handover"), func() {
	var store *v1alpha1.ZotArtifactStore

	BeforeEach(func(ctx SpecContext) {
		start(options{})
		store = filesystemStore(namespace(ctx), "shared")
		create(ctx, store)
		ready(ctx, store)
	})

	It("through scale is the autoscaler's: the operator follows it and never writes it", func(ctx SpecContext) {
		scale := &autoscalingv1.Scale{}
		Expect(admin.SubResource("scale").Get(ctx, store, scale)).To(Succeed())
		Expect(scale.Status.Replicas).To(Equal(int32(1)))
		Expect(scale.Status.Selector).To(Equal(store.Status.Selector), "an autoscaler finds the pods by it")
		scale.Spec.Replicas = 1
		Expect(admin.SubResource("scale").Update(ctx, store, client.WithSubResourceBody(scale), client.FieldOwner("autoscaler"))).To(Succeed())
		ready(ctx, store)
		calm(ctx, store)
		for _, entry := range store.ManagedFields {
			if mine(entry.Manager) {
				Expect(entry.Subresource).To(Equal("status"), "%s writes the store's spec", entry.Manager)
			}
		}
	})

	It("to the StatefulSet's replicas is put right: a second pod on the volume would lose tags", func(ctx SpecContext) {
		set := workload(ctx, store)
		scale := &autoscalingv1.Scale{Spec: autoscalingv1.ScaleSpec{Replicas: 3}}
		Expect(admin.SubResource("scale").Update(ctx, set, client.WithSubResourceBody(scale), client.FieldOwner("autoscaler"))).To(Succeed())
		Eventually(func() int32 { return *workload(ctx, store).Spec.Replicas }).Should(Equal(int32(1)))
		ready(ctx, store)
		Eventually(func(g Gomega) {
			cluster{g}.settle(ctx, store)
			g.Expect(cluster{g}.pods(ctx, store)).To(HaveLen(1))
		}).Should(Succeed())
		for _, entry := range workload(ctx, store).ManagedFields {
			if entry.Manager == "autoscaler" {
				Expect(leaves(entry).Empty()).To(BeTrue(), "it owns %s still", leaves(entry))
			}
		}
	})

	It("twice of one name, as API servers take it in an update, keeps nothing from being put right", func(ctx SpecContext) {
		set := workload(ctx, store)
		zot := &set.Spec.Template.Spec.Containers[0]
		twice := corev1.EnvVar{Name: "TWICE", Value: "1"}
		zot.Env = append(zot.Env, twice, twice)
		zot.Image = "example.com/other:1"
		Expect(admin.Update(ctx, set, elsewhere)).To(Succeed())
		Eventually(func() string { return workload(ctx, store).Spec.Template.Spec.Containers[0].Image }).
			Should(HavePrefix("ghcr.io/project-zot/zot"))
		ready(ctx, store)
	})

	// The spec has no list of variables. What it has of lists whose items have keys is refused when two have the same: an apply with
	// two would fail as a whole.
	It("twice of one name in the spec is refused", func(ctx SpecContext) {
		double := filesystemStore(store.Namespace, "double")
		double.Spec.Image = &v1alpha1.ImageSpec{PullSecrets: []string{"one", "one"}}
		Expect(admin.Create(ctx, double)).To(MatchError(ContainSubstring(`spec.image.pullSecrets[1]: Duplicate value: "one"`)))
	})
})

// Of what the API server lets nobody change, the operator writes the selector, the governing Service and the way of starting pods of
// a StatefulSet, which no spec moves, and boot config maps, which it replaces by others. So it meets such a change only where an
// object of its own was made otherwise, as by another version of the operator.
var _ = Describe("Contract 11: what cannot be changed", Label("handover"), func() {
	It("is told with its field, deletes nothing, and is mended by hand without loss", func(ctx SpecContext) {
		first := start(options{})
		store := filesystemStore(namespace(ctx), "frozen")
		create(ctx, store)
		ready(ctx, store)
		first.stop()

		By("making the StatefulSet as an operator would that calls the governing Service otherwise")
		otherwise(ctx, store)
		pod := &corev1.Pod{}
		podKey := client.ObjectKey{Namespace: store.Namespace, Name: store.Name + "-0"}
		Expect(admin.Get(ctx, podKey, pod)).To(Succeed())
		start(options{})
		Eventually(func(g Gomega) {
			c := condition(ctx, store, v1alpha1.ConditionWorkloadReady)
			g.Expect(c.Status).To(Equal(metav1.ConditionFalse))
			g.Expect(c.Reason).To(Equal(v1alpha1.ReasonApplyFailed))
			g.Expect(c.Message).To(And(ContainSubstring("StatefulSet frozen"), ContainSubstring("spec")))
			g.Expect(store.Status.Phase).To(Equal(v1alpha1.PhaseDegraded), "its pod serves")
		}).Should(Succeed())
		Consistently(func(g Gomega) {
			g.Expect(workload(ctx, store).Spec.ServiceName).To(Equal("otherwise"))
		}, "2s").Should(Succeed(), "the operator deletes nothing to get its will")

		By("deleting it by hand, and leaving its pod in place")
		Expect(admin.Delete(ctx, workload(ctx, store), client.PropagationPolicy(metav1.DeletePropagationOrphan))).To(Succeed())
		Eventually(func(g Gomega) {
			set := &appsv1.StatefulSet{}
			g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), set)).To(Succeed())
			g.Expect(set.Spec.ServiceName).To(Equal(names.Members(store.Name)))
			live := &corev1.Pod{}
			g.Expect(admin.Get(ctx, podKey, live)).To(Succeed())
			g.Expect(live.UID).To(Equal(pod.UID), "the pod was replaced")
			g.Expect(metav1.IsControlledBy(live, set)).To(BeTrue())
		}, retry).Should(Succeed())
		ready(ctx, store)
	})

	It("of a config map is not asked for: the pair of another content has another name", func(ctx SpecContext) {
		start(options{})
		store := filesystemStore(namespace(ctx), "named")
		create(ctx, store)
		ready(ctx, store)
		boot := &corev1.ConfigMap{}
		key := client.ObjectKey{Namespace: store.Namespace, Name: names.BootConfig(store.Name, currentHash(ctx, store))}
		Expect(admin.Get(ctx, key, boot)).To(Succeed())
		boot.Data[handover.BootFile] = "{}"
		Expect(admin.Update(ctx, boot)).To(MatchError(apierrors.IsInvalid, "IsInvalid"), "the API server keeps it")
	})
})

// otherwise replaces the StatefulSet by one with another governing Service, which takes over the pod.
func otherwise(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	set := workload(ctx, store)
	Expect(admin.Delete(ctx, set, client.PropagationPolicy(metav1.DeletePropagationOrphan))).To(Succeed())
	Eventually(func() error { return admin.Get(ctx, client.ObjectKeyFromObject(set), &appsv1.StatefulSet{}) }).
		WithContext(ctx).Should(MatchError(apierrors.IsNotFound, "IsNotFound"))
	set.ResourceVersion, set.UID, set.ManagedFields, set.Finalizers = "", "", nil, nil
	set.Spec.ServiceName = "otherwise"
	Expect(admin.Create(ctx, set, client.FieldOwner("zot-workload"))).To(Succeed())
	Eventually(func() int32 { return workload(ctx, store).Status.ReadyReplicas }).WithContext(ctx).Should(Equal(int32(1)))
}
