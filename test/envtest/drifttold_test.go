package envtest

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

var _ = Describe("Contract 4: drift of one store", Label("drift"), func() {
	var store *v1alpha1.ZotArtifactStore

	BeforeEach(func(ctx SpecContext) {
		start(options{})
		store = filesystemStore(namespace(ctx), "drift")
		create(ctx, store)
		ready(ctx, store)
	})

	It("in the status is put right", func(ctx SpecContext) {
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
		want := *store.Status.DeepCopy()
		store.Status = v1alpha1.ZotArtifactStoreStatus{Phase: v1alpha1.PhaseFailed}
		Expect(admin.Status().Update(ctx, store, elsewhere)).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
			for i := range store.Status.Conditions { // The times were wiped with the rest.
				store.Status.Conditions[i].LastTransitionTime = want.Conditions[i].LastTransitionTime
			}
			g.Expect(store.Status).To(Equal(want))
		}).Should(Succeed())
	})
})
