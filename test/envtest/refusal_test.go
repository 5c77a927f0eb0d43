package envtest

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

var _ = Describe("A pod that the API server does not take", func() {
	var store *v1alpha1.ZotArtifactStore

	BeforeEach(func(ctx SpecContext) {
		start(options{})
		store = filesystemStore(namespace(ctx), "refused")
	})

	// workloadBecomes waits for the condition: the operator asks every 10 s.
	workloadBecomes := func(ctx SpecContext, reason, words string) {
		GinkgoHelper()
		Eventually(func() metav1.Condition { return condition(ctx, store, v1alpha1.ConditionWorkloadReady) }).Should(And(
			HaveField("Status", metav1.ConditionFalse), HaveField("Reason", reason), HaveField("Message", ContainSubstring(words))))
		Expect(condition(ctx, store, v1alpha1.ConditionReady).Message).To(ContainSubstring(words))
		Expect(store.Status.Phase).To(Equal(v1alpha1.PhaseFailed))
	}

	It("is told of with the quota that is in the way", func(ctx SpecContext) {
		// No controller of quotas runs here: its part is to say what there is.
		none := corev1.ResourceList{corev1.ResourcePods: resource.MustParse("0")}
		quota := &corev1.ResourceQuota{
			ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: "no-pods"}, Spec: corev1.ResourceQuotaSpec{Hard: none},
		}
		Expect(admin.Create(ctx, quota)).To(Succeed())
		quota.Status = corev1.ResourceQuotaStatus{Hard: none, Used: none}
		Expect(admin.Status().Update(ctx, quota)).To(Succeed())

		create(ctx, store)
		workloadBecomes(ctx, v1alpha1.ReasonPodCreationFailed, "exceeded quota: no-pods")
		Expect(admin.Delete(ctx, quota)).To(Succeed())
		ready(ctx, store)
	})

	It("is told of with the PriorityClass that does not exist", func(ctx SpecContext) {
		store.Spec.Scheduling = &v1alpha1.SchedulingSpec{PriorityClassName: "of-last-year"}
		create(ctx, store)
		workloadBecomes(ctx, v1alpha1.ReasonPodCreationFailed, "of-last-year")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Scheduling = nil })
		ready(ctx, store)
	})

	It("is told of with somebody else's Pod of its name", func(ctx SpecContext) {
		foreign := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: store.Name + "-0"},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "example.com/another"}}},
		}
		// The namespace's account is made a moment after the namespace.
		Eventually(func() error { return admin.Create(ctx, foreign) }).Should(Succeed())

		create(ctx, store)
		workloadBecomes(ctx, v1alpha1.ReasonNameConflict, "Pod "+foreign.Name)
		Expect(admin.Delete(ctx, foreign)).To(Succeed())
		ready(ctx, store)
	})
})
