package envtest

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	ac "github.com/zot-artifact-store/operator/apis/v1alpha1/applyconfiguration/apis/v1alpha1"
)

// What server-side apply does with our CRD. The operator has one status writer; these hold so that it can share the status with
// others, such as tools that add a condition of their own.
var _ = Describe("Contract 1: server-side apply of the status", Label("sharing"), func() {
	var store *v1alpha1.ZotArtifactStore

	apply := func(ctx SpecContext, manager client.FieldOwner, status *ac.ZotArtifactStoreStatusApplyConfiguration) {
		GinkgoHelper()
		intent := ac.ZotArtifactStore(store.Name, store.Namespace).WithUID(store.UID).WithStatus(status)
		Expect(admin.Status().Apply(ctx, intent, manager)).To(Succeed())
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
	}
	says := func(kind string, status metav1.ConditionStatus) *metaac.ConditionApplyConfiguration {
		return metaac.Condition().WithType(kind).WithStatus(status).WithReason("Tried").WithMessage("").
			WithLastTransitionTime(metav1.Now().Rfc3339Copy())
	}
	status := func(kind string) metav1.ConditionStatus {
		if found := meta.FindStatusCondition(store.Status.Conditions, kind); found != nil {
			return found.Status
		}
		return ""
	}

	BeforeEach(func(ctx SpecContext) {
		store = filesystemStore(namespace(ctx), "shared")
		create(ctx, store)
	})

	It("lets two managers own conditions side by side", func(ctx SpecContext) {
		apply(ctx, "one", ac.ZotArtifactStoreStatus().WithConditions(says("First", metav1.ConditionTrue)))
		apply(ctx, "two", ac.ZotArtifactStoreStatus().WithConditions(says("Second", metav1.ConditionTrue)))
		Expect(status("First")).To(Equal(metav1.ConditionTrue))
		Expect(status("Second")).To(Equal(metav1.ConditionTrue))

		apply(ctx, "one", ac.ZotArtifactStoreStatus().WithConditions(says("First", metav1.ConditionFalse)))
		Expect(status("First")).To(Equal(metav1.ConditionFalse))
		Expect(status("Second")).To(Equal(metav1.ConditionTrue))

		apply(ctx, "one", ac.ZotArtifactStoreStatus())
		Expect(status("First")).To(BeEmpty(), "a condition that its owner leaves out goes")
		Expect(status("Second")).To(Equal(metav1.ConditionTrue))
	})

	It("removes a scalar that its only owner leaves out, and keeps one that another owns too", func(ctx SpecContext) {
		apply(ctx, "one", ac.ZotArtifactStoreStatus().WithVersion("v1").WithPhase(v1alpha1.PhaseRunning))
		apply(ctx, "two", ac.ZotArtifactStoreStatus().WithPhase(v1alpha1.PhaseRunning))
		apply(ctx, "one", ac.ZotArtifactStoreStatus())
		Expect(store.Status.Version).To(BeEmpty())
		Expect(store.Status.Phase).To(Equal(v1alpha1.PhaseRunning))
	})

	It("takes no notice of the UID, so that only the version keeps news of an old store from its successor", func(ctx SpecContext) {
		old := store.DeepCopy()
		Expect(admin.Delete(ctx, store)).To(Succeed())
		store = filesystemStore(store.Namespace, store.Name)
		create(ctx, store)
		news := func() *ac.ZotArtifactStoreApplyConfiguration {
			return ac.ZotArtifactStore(old.Name, old.Namespace).WithUID(old.UID).
				WithStatus(ac.ZotArtifactStoreStatus().WithPhase(v1alpha1.PhaseRunning))
		}
		err := admin.Status().Apply(ctx, news().WithResourceVersion(old.ResourceVersion), client.FieldOwner("one"), client.ForceOwnership)
		Expect(err).To(MatchError(apierrors.IsConflict, "IsConflict"))
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
		Expect(store.Status.Phase).To(BeEmpty())

		// Should the server begin to compare it, this fails and the version can go from the operator's intent.
		Expect(admin.Status().Apply(ctx, news(), client.FieldOwner("one"), client.ForceOwnership)).To(Succeed())
	})

	It("refuses a child's intent that is for another object of the name", func(ctx SpecContext) {
		config := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: "child"}}
		Expect(admin.Create(ctx, config)).To(Succeed())
		intent := coreac.ConfigMap(config.Name, config.Namespace).WithUID("00000000-0000-0000-0000-000000000000")
		err := admin.Apply(ctx, intent, client.FieldOwner("one"), client.ForceOwnership)
		Expect(err).To(MatchError(ContainSubstring("metadata.uid")))
		Expect(admin.Delete(ctx, config)).To(Succeed())
		err = admin.Apply(ctx, intent, client.FieldOwner("one"), client.ForceOwnership)
		Expect(err).To(MatchError(apierrors.IsConflict, "IsConflict"), "an intent for an object that is gone makes no new one")
	})
})
