package envtest

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// retry is longer than the operator takes to look again at a name that somebody else holds.
const retry = 45 * time.Second

var _ = Describe("Contract 6: adoption", Label("adoption"), func() {
	It("never takes over an object of somebody else, says so, and goes on when it is gone", func(ctx SpecContext) {
		store := filesystemStore(namespace(ctx), "taken")
		foreign := &corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: store.Name},
			Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}, Selector: map[string]string{"app": "theirs"}},
		}
		Expect(admin.Create(ctx, foreign)).To(Succeed())
		before := foreign.DeepCopy()
		start(options{})
		create(ctx, store)

		Eventually(func(g Gomega) {
			cluster{g}.settle(ctx, store)
			found := condition(ctx, store, v1alpha1.ConditionNetworkingReady)
			g.Expect(found.Reason).To(Equal(v1alpha1.ReasonNameConflict))
			g.Expect(found.Status).To(Equal(metav1.ConditionFalse))
			g.Expect(found.Message).To(ContainSubstring("Service taken exists in this namespace and does not belong to this store"))
			g.Expect(store.Status.Phase).To(Equal(v1alpha1.PhaseDegraded), "zot runs, but nobody reaches it")
		}).Should(Succeed())
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(foreign), foreign)).To(Succeed())
		Expect(foreign).To(Equal(before), "the foreign Service was touched")

		Expect(admin.Delete(ctx, foreign)).To(Succeed())
		Eventually(func() metav1.ConditionStatus {
			return condition(ctx, store, v1alpha1.ConditionReady).Status
		}, retry).Should(Equal(metav1.ConditionTrue))
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(foreign), foreign)).To(Succeed())
		Expect(metav1.IsControlledBy(foreign, store)).To(BeTrue())
	})

	It("takes the volume that an earlier store of the name has left behind, with its size", func(ctx SpecContext) {
		start(options{})
		store := filesystemStore(namespace(ctx), "again")
		store.Spec.Storage.Size = new(resource.MustParse("2Gi"))
		create(ctx, store)
		ready(ctx, store)
		claim := &corev1.PersistentVolumeClaim{}
		key := client.ObjectKey{Namespace: store.Namespace, Name: names.Claim(store.Name)}
		Expect(admin.Get(ctx, key, claim)).To(Succeed())
		before := claim.UID

		Expect(admin.Delete(ctx, store)).To(Succeed())
		Eventually(func(g Gomega) {
			cluster{g}.settle(ctx, store)
			g.Expect(children(ctx, store)).To(ConsistOf(WithTransform(describe, Equal("PersistentVolumeClaim "+claim.Name))), "all but the volume go with the store")
		}).Should(Succeed())
		Expect(admin.Get(ctx, key, claim)).To(Succeed())
		Expect(claim.OwnerReferences).To(BeEmpty(), "the volume would go with its store")

		store = filesystemStore(store.Namespace, store.Name)
		store.Spec.Storage.Size = new(resource.MustParse("1Gi"))
		create(ctx, store)
		ready(ctx, store)
		Expect(admin.Get(ctx, key, claim)).To(Succeed())
		Expect(claim.UID).To(Equal(before))
		Expect(claim.Spec.Resources.Requests.Storage().String()).To(Equal("2Gi"))
	})
})
