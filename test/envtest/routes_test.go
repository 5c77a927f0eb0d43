package envtest

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
)

var _ = Describe("A Route", func() {
	It("is told to be missing where the API is, and made as soon as it is there", func(ctx SpecContext) {
		start(options{})
		store := filesystemStore(namespace(ctx), "routed")
		store.Spec.Networking = &v1alpha1.NetworkingSpec{Route: &v1alpha1.RouteSpec{Host: "zot.example.com"}}
		create(ctx, store)
		Eventually(func(g Gomega) {
			cluster{g}.settle(ctx, store)
			g.Expect(condition(ctx, store, v1alpha1.ConditionNetworkingReady).Reason).To(Equal(v1alpha1.ReasonRouteAPIMissing))
			g.Expect(store.Status.Phase).To(Equal(v1alpha1.PhaseDegraded))
		}).Should(Succeed())

		By("installing the API while the operator runs")
		installRoutes()
		route := &routev1.Route{}
		key := client.ObjectKey{Namespace: store.Namespace, Name: names.Route(store.Name)}
		Eventually(func() error { return admin.Get(ctx, key, route) }).Should(Succeed())
		Expect(route.Spec.Host).To(Equal("zot.example.com"))
		Expect(managers(route)).To(ConsistOf("zot-networking"))
		Eventually(func() string { return condition(ctx, store, v1alpha1.ConditionNetworkingReady).Reason }).
			Should(Equal(v1alpha1.ReasonRouteNotAdmitted))

		By("admitting it as a router does")
		route.Status.Ingress = []routev1.RouteIngress{{
			Host: "zot.example.com", RouterName: "default",
			Conditions: []routev1.RouteIngressCondition{{Type: routev1.RouteAdmitted, Status: corev1.ConditionTrue}},
		}}
		Expect(admin.Status().Update(ctx, route, elsewhere)).To(Succeed())
		ready(ctx, store)
		Expect(store.Status.ExternalEndpoint).To(Equal("https://zot.example.com"))

		By("keeping quiet then")
		calm(ctx, store)

		By("putting it right, and away when it is not asked for any more")
		Expect(admin.Get(ctx, key, route)).To(Succeed())
		route.Spec.To.Name = "other"
		Expect(admin.Update(ctx, route, elsewhere)).To(Succeed())
		Eventually(func() string {
			Expect(admin.Get(ctx, key, route)).To(Succeed())
			return route.Spec.To.Name
		}).Should(Equal(store.Name))
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Networking = nil })
		Eventually(func() error { return admin.Get(ctx, key, route) }).Should(MatchError(apierrors.IsNotFound, "IsNotFound"))
		ready(ctx, store)
		Expect(store.Status.ExternalEndpoint).To(BeEmpty())
	})
})
