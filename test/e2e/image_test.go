package e2e

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

var _ = Describe("the image of zot", Label("smoke"), func() {
	It("that no registry has is named, and the store heals when the tag is set right", func(ctx SpecContext) {
		namespace := newNamespace(ctx, "tag")
		right := operandTag(ctx, namespace)

		By("naming a tag that does not exist in a store that runs")
		store := startStore(ctx, namespace, "store")
		image := push(ctx, store, "kept/app", "v1")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Image.Tag = "v99.9.9" })
		problem := waitCondition(ctx, store, v1alpha1.ConditionWorkloadReady, metav1.ConditionFalse, v1alpha1.ReasonImagePullFailed)
		Expect(problem.Message).To(ContainSubstring("v99.9.9"))
		AddReportEntry("the message", problem.Message)

		By("setting it right")
		began := time.Now()
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Image.Tag = right })
		waitRunning(ctx, store)
		AddReportEntry("tag mended, Running after", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		pull(ctx, store, image)
	}, NodeTimeout(specTimeout))

	It("rolls when it is changed, once, with the data intact", func(ctx SpecContext) {
		if env.operandUpgradeTag == "" {
			Skip("E2E_OPERAND_UPGRADE_TAG names no second image of zot to roll to")
		}
		store := startStore(ctx, newNamespace(ctx, "roll"), "store")
		image := push(ctx, store, "kept/app", "v1")
		before, workload := zotImageID(ctx, store), statefulSet(ctx, store)

		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Image.Tag = env.operandUpgradeTag })
		waitRolled(ctx, store, workload)
		waitRunning(ctx, store)
		Expect(zotImageID(ctx, store)).NotTo(Equal(before), "the same image runs")
		Expect(store.Status.Version).To(Equal(env.operandUpgradeTag))
		Expect(revisions(ctx, store)).To(HaveLen(2), "it rolled more than once")
		pull(ctx, store, image)
		push(ctx, store, "kept/app", "v2")
	}, NodeTimeout(specTimeout))
})

// operandTag is the tag that a store takes by itself.
func operandTag(ctx SpecContext, namespace string) string {
	GinkgoHelper()
	store := newStore(namespace, "asks-for-its-defaults")
	Expect(env.client.Create(ctx, store, client.DryRunAll)).To(Succeed())
	Expect(store.Spec.Image).NotTo(BeNil(), "admission gave the store no image")
	return store.Spec.Image.Tag
}

// zotImageID is what the zot container of the store's only pod runs.
func zotImageID(ctx SpecContext, store *v1alpha1.ZotArtifactStore) string {
	GinkgoHelper()
	found := pods(ctx, store)
	Expect(found).To(HaveLen(1))
	for _, status := range found[0].Status.ContainerStatuses {
		if status.Name == handover.ZotContainer {
			return status.ImageID
		}
	}
	Fail("the pod has no zot: " + describePods(ctx, store.Namespace))
	return ""
}
