package envtest

import (
	"context"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

var _ = Describe("Contract 10: the status", Label("status"), func() {
	var store *v1alpha1.ZotArtifactStore

	BeforeEach(func(ctx SpecContext) {
		start(options{})
		store = filesystemStore(namespace(ctx), "told")
		create(ctx, store)
		ready(ctx, store)
	})

	It("is what the user's document shows", func() {
		ready := store.Status.Conditions[0]
		Expect(ready.Type).To(Equal("Ready"))
		Expect(ready.Reason).To(Equal("AllPodsReady"))
		Expect(ready.Message).To(Equal("All pods are ready"))
		Expect(string(store.Status.Phase)).To(Equal("Running"))
		Expect(store.Status.Replicas).To(HaveValue(Equal(int32(1))))
		Expect(store.Status.ReadyReplicas).To(HaveValue(Equal(int32(1))))
		Expect(store.Status.ServiceEndpoint).To(Equal("http://told." + store.Namespace + ".svc:8080"))
		Expect(store.Status.Selector).To(Equal("app=zot-artifact-store,artifacts.zot.io/store=told"))
		Expect(store.Status.Version).To(Equal("v2.1.20"))
		Expect(store.Status.Conditions).To(HaveLen(8))
	})

	It("forgets the volume when it is gone, and knows the next one", func(ctx SpecContext) {
		Expect(store.Status.Storage).NotTo(BeNil())
		claim := generic(ctx, children(ctx, store)[slices.IndexFunc(children(ctx, store), isClaim)])
		again(ctx, store, claim)
		ready(ctx, store)
		Expect(store.Status.Storage).NotTo(BeNil())
	})

	It("follows the spec: observedGeneration in every part", func(ctx SpecContext) {
		before := store.Generation
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.AccessControl = &v1alpha1.AccessControlSpec{}
		})
		ready(ctx, store)
		Expect(store.Generation).To(BeNumerically(">", before))
		for _, c := range store.Status.Conditions {
			Expect(c.ObservedGeneration).To(Equal(store.Generation), c.Type)
		}
	})

	It("makes one event of each transition, and none without", func(ctx SpecContext) {
		calm(ctx, store)
		began := events(ctx, store)
		for _, e := range began {
			Expect(e.Type).To(Equal("Normal"), e.Note)
			Expect(e.Series).To(BeNil(), e.Note)
		}
		Expect(began).To(ContainElement(HaveField("Note", "Ready: All pods are ready")))

		By("asking for what the cluster cannot do")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.Networking = &v1alpha1.NetworkingSpec{Route: &v1alpha1.RouteSpec{}}
		})
		Eventually(func() metav1.ConditionStatus { return condition(ctx, store, v1alpha1.ConditionReady).Status }).
			Should(Equal(metav1.ConditionFalse))
		calm(ctx, store)
		news := since(ctx, store, began)
		Expect(news).To(HaveLen(2))
		for _, e := range news {
			Expect(e.Type).To(Equal("Warning"), e.Note)
			Expect(e.Reason).To(Equal(v1alpha1.ReasonRouteAPIMissing))
			Expect(e.Note).To(Or(HavePrefix("NetworkingReady: "), HavePrefix("Ready: ")))
			Expect(e.Regarding.Kind).To(Equal("ZotArtifactStore"))
		}
	})
})

var _ = Describe("An operator for some namespaces", func() {
	It("serves the stores there and no others", func(ctx SpecContext) {
		inside, outside := filesystemStore(namespace(ctx), "inside"), filesystemStore(namespace(ctx), "outside")
		start(options{namespaces: []string{inside.Namespace}})
		create(ctx, inside)
		create(ctx, outside)
		ready(ctx, inside)
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(outside), outside)).To(Succeed())
		Expect(outside.Status.Phase).To(BeEmpty())
		Expect(children(ctx, outside)).To(BeEmpty())
	})
})

func isClaim(object *unstructured.Unstructured) bool {
	return object.GetKind() == "PersistentVolumeClaim"
}

// since gives the events that were not there before.
func since(ctx context.Context, store *v1alpha1.ZotArtifactStore, before []eventsv1.Event) []eventsv1.Event {
	GinkgoHelper()
	known := map[string]bool{}
	for i := range before {
		known[before[i].Name] = true
	}
	var out []eventsv1.Event
	for _, e := range events(ctx, store) {
		if !known[e.Name] {
			out = append(out, e)
		}
	}
	return out
}
