package envtest

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
)

var _ = Describe("a size", func() {
	It("grows where the class lets it, comes back from a growth that failed, and is refused where it cannot be", func(ctx SpecContext) {
		start(options{})
		class := &storagev1.StorageClass{
			ObjectMeta: metav1.ObjectMeta{GenerateName: "grows-"}, Provisioner: "example.com/none", AllowVolumeExpansion: new(true),
		}
		Expect(admin.Create(ctx, class)).To(Succeed())
		DeferCleanup(func(ctx SpecContext) { Expect(admin.Delete(ctx, class)).To(Succeed()) })
		store := filesystemStore(namespace(ctx), "sized")
		store.Spec.Storage.StorageClassName = &class.Name
		create(ctx, store)
		ready(ctx, store)
		sized := func(quantity string) func(*v1alpha1.ZotArtifactStoreSpec) {
			return func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Storage.Size = new(resource.MustParse(quantity)) }
		}
		claim := &corev1.PersistentVolumeClaim{}
		asks := func(g Gomega, quantity string) {
			g.Expect(admin.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.Claim(store.Name)}, claim)).To(Succeed())
			g.Expect(claim.Spec.Resources.Requests.Storage().String()).To(Equal(quantity))
		}
		told := func(g Gomega, reason, words string) {
			g.Expect(condition(ctx, store, v1alpha1.ConditionStorageReady)).To(And(
				HaveField("Reason", reason), HaveField("Message", ContainSubstring(words))))
		}

		change(ctx, store, sized("4Gi"))
		Eventually(func(g Gomega) { asks(g, "4Gi") }).Should(Succeed())
		claim.Status.AllocatedResources = claim.Spec.Resources.Requests
		claim.Status.AllocatedResourceStatuses = map[corev1.ResourceName]corev1.ClaimResourceStatus{
			corev1.ResourceStorage: corev1.PersistentVolumeClaimControllerResizeInfeasible,
		}
		claim.Status.Conditions = []corev1.PersistentVolumeClaimCondition{{
			Type: corev1.PersistentVolumeClaimControllerResizeError, Status: corev1.ConditionTrue, Message: "the quota is exceeded",
		}}
		Expect(admin.Status().Update(ctx, claim, elsewhere)).To(Succeed())
		Eventually(func(g Gomega) { told(g, v1alpha1.ReasonVolumeCannotGrow, "the quota is exceeded") }).Should(Succeed())

		change(ctx, store, sized("2Gi"))
		Eventually(func(g Gomega) { asks(g, "2Gi") }).Should(Succeed())
		change(ctx, store, sized("1Gi"))
		Eventually(func(g Gomega) { told(g, v1alpha1.ReasonVolumeBound, "its claim asks for 2Gi") }).Should(Succeed())
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
		store.Spec.Storage.Size = new(resource.MustParse("512Mi"))
		Expect(admin.Update(ctx, store)).To(MatchError(ContainSubstring("spec.storage.size cannot shrink")))

		class.AllowVolumeExpansion = new(false)
		Expect(admin.Update(ctx, class)).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
			store.Spec.Storage.Size = new(resource.MustParse("3Gi"))
			g.Expect(admin.Update(ctx, store, client.DryRunAll)).To(MatchError(ContainSubstring("spec.storage.size cannot grow")))
		}).Should(Succeed())
	})
})
