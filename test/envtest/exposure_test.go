package envtest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
)

var _ = Describe("The Service", func() {
	const name = "exposed"
	var store *v1alpha1.ZotArtifactStore
	var service *corev1.Service

	// live reads the Service.
	live := func(g Gomega, ctx context.Context) *corev1.Service {
		g.Expect(admin.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.Service(name)}, service)).To(Succeed())
		return service
	}
	// become changes the Service's type in the spec and waits until it has it.
	become := func(ctx context.Context, kind v1alpha1.ServiceType, annotations map[string]string) {
		GinkgoHelper()
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.Networking = &v1alpha1.NetworkingSpec{Service: &v1alpha1.ServiceSpec{Type: kind, Annotations: annotations}}
		})
		Eventually(func(g Gomega) {
			g.Expect(string(live(g, ctx).Spec.Type)).To(Equal(string(kind)))
		}).Should(Succeed())
	}

	BeforeEach(func(ctx SpecContext) {
		start(options{})
		store, service = filesystemStore(namespace(ctx), name), &corev1.Service{}
		create(ctx, store)
		ready(ctx, store)
	})

	It("changes its type in both directions, and keeps its address inside", func(ctx SpecContext) {
		address := live(Default, ctx).Spec.ClusterIP

		By("becoming a load balancer, which has no address at first")
		const own, theirs = "example.com/scheme", "example.com/cloud"
		become(ctx, "LoadBalancer", map[string]string{own: "internal"})
		Expect(service.Annotations).To(HaveKeyWithValue(own, "internal"))
		Expect(service.Spec.Ports).To(HaveLen(1))
		Expect(service.Spec.Ports[0].NodePort).NotTo(BeZero())
		Eventually(func(g Gomega) {
			cluster{g}.settle(ctx, store)
			g.Expect(condition(ctx, store, v1alpha1.ConditionNetworkingReady).Reason).To(Equal(v1alpha1.ReasonWaitingForLoadBalancer))
			g.Expect(store.Status.ExternalEndpoint).To(BeEmpty())
		}).Should(Succeed())

		By("being given one, and an annotation, as a cloud does")
		Eventually(func(g Gomega) {
			live(g, ctx).Annotations[theirs] = "kept"
			g.Expect(admin.Update(ctx, service, elsewhere)).To(Succeed())
			service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "192.0.2.7"}}
			g.Expect(admin.Status().Update(ctx, service, elsewhere)).To(Succeed())
		}).Should(Succeed())
		ready(ctx, store)
		Expect(store.Status.ExternalEndpoint).To(Equal("http://192.0.2.7:8080"))
		calm(ctx, store)

		By("becoming one whose traffic stays on a node, by somebody's hand")
		Eventually(func(g Gomega) {
			live(g, ctx).Spec.ExternalTrafficPolicy = corev1.ServiceExternalTrafficPolicyLocal
			g.Expect(admin.Update(ctx, service, elsewhere)).To(Succeed())
		}).Should(Succeed())
		Expect(service.Spec.HealthCheckNodePort).NotTo(BeZero())

		By("becoming a node port, and what it was")
		become(ctx, "NodePort", nil)
		Expect(service.Annotations).NotTo(HaveKey(own))
		Expect(service.Annotations).To(HaveKeyWithValue(theirs, "kept"))
		Expect(service.Spec.Ports[0].NodePort).NotTo(BeZero())
		become(ctx, "ClusterIP", nil)
		Expect(service.Spec.Ports[0].NodePort).To(BeZero())
		Expect(service.Spec.HealthCheckNodePort).To(BeZero())
		Expect(service.Spec.ClusterIP).To(Equal(address))
		ready(ctx, store)
		Expect(store.Status.ExternalEndpoint).To(BeEmpty())
		become(ctx, "LoadBalancer", nil)
		become(ctx, "ClusterIP", nil)
		ready(ctx, store)
		calm(ctx, store)
	})

	It("gets its port back when somebody gives it another number, and leaves that one to him", func(ctx SpecContext) {
		before := live(Default, ctx).UID
		Eventually(func(g Gomega) {
			live(g, ctx).Spec.Ports[0].Port = 9999
			g.Expect(admin.Update(ctx, service, elsewhere)).To(Succeed())
		}).Should(Succeed())
		Eventually(func(g Gomega) {
			ports := map[string]int32{}
			for _, port := range live(g, ctx).Spec.Ports {
				ports[port.Name] = port.Port
			}
			g.Expect(ports).To(Equal(map[string]int32{"http": 8080, "http-tcp-9999": 9999}))
		}).Should(Succeed())
		ready(ctx, store)
		calm(ctx, store)

		By("taking another number by the spec beside it")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.HTTP = &v1alpha1.HTTPSpec{Port: new(int32(5000))} })
		Eventually(func(g Gomega) {
			ports := map[string]int32{}
			for _, port := range live(g, ctx).Spec.Ports {
				ports[port.Name] = port.Port
			}
			g.Expect(ports).To(Equal(map[string]int32{"http": 5000, "http-tcp-9999": 9999}))
		}).Should(Succeed())
		ready(ctx, store)

		By("not minding when he takes it away")
		Eventually(func(g Gomega) {
			live(g, ctx)
			for _, port := range service.Spec.Ports {
				if port.Name == "http" {
					service.Spec.Ports = []corev1.ServicePort{port}
				}
			}
			g.Expect(admin.Update(ctx, service, elsewhere)).To(Succeed())
		}).Should(Succeed())
		Consistently(func(g Gomega) { g.Expect(live(g, ctx).Spec.Ports).To(HaveLen(1)) }, "2s").Should(Succeed())
		Expect(service.UID).To(Equal(before))
		ready(ctx, store)
	})

	It("takes another port of the spec", func(ctx SpecContext) {
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.HTTP = &v1alpha1.HTTPSpec{Port: new(int32(5000))} })
		ready(ctx, store)
		Eventually(func(g Gomega) {
			g.Expect(live(g, ctx).Spec.Ports).To(HaveLen(1))
			g.Expect(service.Spec.Ports[0].Port).To(BeEquivalentTo(5000))
		}).Should(Succeed())
		Expect(store.Status.ServiceEndpoint).To(HaveSuffix(":5000"))
		calm(ctx, store)
	})
})

var _ = Describe("An Ingress", func() {
	It("is made, put right, taken away when it is not asked for, and never taken from somebody else", func(ctx SpecContext) {
		start(options{})
		store := filesystemStore(namespace(ctx), "ingress")
		theirs := &networkingv1.Ingress{
			ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: names.Ingress(store.Name)},
			Spec: networkingv1.IngressSpec{DefaultBackend: &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
				Name: "other", Port: networkingv1.ServiceBackendPort{Number: 80},
			}}},
		}
		Expect(admin.Create(ctx, theirs, elsewhere)).To(Succeed())
		store.Spec.Networking = &v1alpha1.NetworkingSpec{Ingress: &v1alpha1.IngressSpec{
			Host: "zot.example.com", TLS: &v1alpha1.IngressTLSSpec{SecretName: "zot-tls"},
		}}
		create(ctx, store)
		Eventually(func() string { return condition(ctx, store, v1alpha1.ConditionNetworkingReady).Reason }).
			Should(Equal(v1alpha1.ReasonNameConflict))
		Expect(store.Status.ExternalEndpoint).To(BeEmpty())

		By("waiting until the name is free")
		Expect(admin.Delete(ctx, theirs)).To(Succeed())
		ingress := &networkingv1.Ingress{}
		key := client.ObjectKeyFromObject(theirs)
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.Networking.Ingress.Annotations = map[string]string{"a.example/b": "c"}
		})
		ready(ctx, store)
		Expect(store.Status.ExternalEndpoint).To(Equal("https://zot.example.com"))
		Expect(admin.Get(ctx, key, ingress)).To(Succeed())
		Expect(managers(ingress)).To(ConsistOf("zot-networking"))
		Expect(ingress.Annotations).To(HaveKeyWithValue("a.example/b", "c"))
		calm(ctx, store)

		By("putting it right")
		ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service.Name = "other"
		Expect(admin.Update(ctx, ingress, elsewhere)).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, key, ingress)).To(Succeed())
			g.Expect(ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service.Name).To(Equal(names.Service(store.Name)))
		}).Should(Succeed())

		By("taking it away")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Networking.Ingress.Enabled = new(false) })
		Eventually(func() error { return admin.Get(ctx, key, ingress) }).Should(MatchError(apierrors.IsNotFound, "IsNotFound"))
		ready(ctx, store)
		Expect(store.Status.ExternalEndpoint).To(BeEmpty())
		calm(ctx, store)
	})
})

var _ = Describe("An HTTPRoute", func() {
	It("is told to be missing where the API is, and made as soon as it is there", func(ctx SpecContext) {
		start(options{})
		store := filesystemStore(namespace(ctx), "gated")
		store.Spec.Networking = &v1alpha1.NetworkingSpec{HTTPRoute: &v1alpha1.HTTPRouteSpec{
			ParentRefs: []v1alpha1.GatewayReference{{Name: "edge", Namespace: "gateways"}}, Hostnames: []string{"zot.example.com"},
		}}
		store.Spec.ExternalURL = "https://zot.example.com"
		create(ctx, store)
		reason := func() string { return condition(ctx, store, v1alpha1.ConditionNetworkingReady).Reason }
		Eventually(reason).Should(Equal(v1alpha1.ReasonHTTPRouteAPIMissing))

		By("installing a part of the API that has no HTTPRoutes")
		installGateways("gateways")
		Eventually(reason).Should(Equal(v1alpha1.ReasonProgressing))

		By("installing the rest while the operator runs")
		installGateways("httproutes")
		route := &gatewayv1.HTTPRoute{}
		key := client.ObjectKey{Namespace: store.Namespace, Name: names.HTTPRoute(store.Name)}
		Eventually(func() error { return admin.Get(ctx, key, route) }).Should(Succeed())
		Expect(managers(route)).To(ConsistOf("zot-networking"))
		Eventually(reason).Should(Equal(v1alpha1.ReasonHTTPRouteNotAccepted))

		By("accepting it as a Gateway's controller does")
		accept := func(status metav1.ConditionStatus, reason string) {
			GinkgoHelper()
			Expect(admin.Get(ctx, key, route)).To(Succeed())
			route.Status.Parents = []gatewayv1.RouteParentStatus{{
				ParentRef: route.Spec.ParentRefs[0], ControllerName: "example.com/gateways",
				Conditions: []metav1.Condition{{
					Type: string(gatewayv1.RouteConditionAccepted), Status: status, Reason: reason, ObservedGeneration: route.Generation,
					LastTransitionTime: metav1.Now(), Message: "No listener allows it.",
				}},
			}}
			Expect(admin.Status().Update(ctx, route, elsewhere)).To(Succeed())
		}
		accept(metav1.ConditionFalse, "NotAllowedByListeners")
		Eventually(func() string { return condition(ctx, store, v1alpha1.ConditionNetworkingReady).Message }).
			Should(ContainSubstring("Gateway gateways/edge refuses it: NotAllowedByListeners"))
		accept(metav1.ConditionTrue, "Accepted")
		ready(ctx, store)
		Expect(store.Status.ExternalEndpoint).To(Equal("https://zot.example.com"))

		By("keeping quiet then")
		calm(ctx, store)

		By("putting it right, and away when it is not asked for any more")
		Expect(admin.Get(ctx, key, route)).To(Succeed())
		route.Spec.Hostnames = []gatewayv1.Hostname{"other.example.com"}
		Expect(admin.Update(ctx, route, elsewhere)).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, key, route)).To(Succeed())
			g.Expect(route.Spec.Hostnames).To(HaveExactElements(gatewayv1.Hostname("zot.example.com")))
		}).Should(Succeed())
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Networking = nil })
		Eventually(func() error { return admin.Get(ctx, key, route) }).Should(MatchError(apierrors.IsNotFound, "IsNotFound"))
		ready(ctx, store)
	})

	It("that is in place is left alone by an operator that starts", func(ctx SpecContext) {
		installGateways("gateways", "httproutes")
		first := start(options{})
		store := filesystemStore(namespace(ctx), "gated")
		store.Spec.Networking = &v1alpha1.NetworkingSpec{
			HTTPRoute: &v1alpha1.HTTPRouteSpec{ParentRefs: []v1alpha1.GatewayReference{{Name: "edge", SectionName: "https"}}},
		}
		create(ctx, store)
		Eventually(func(g Gomega) {
			cluster{g}.settle(ctx, store)
			g.Expect(condition(ctx, store, v1alpha1.ConditionNetworkingReady).Reason).To(Equal(v1alpha1.ReasonHTTPRouteNotAccepted))
			g.Expect(condition(ctx, store, v1alpha1.ConditionWorkloadReady).Status).To(Equal(metav1.ConditionTrue))
		}).Should(Succeed())
		calm(ctx, store)
		first.stop()
		before := versions(ctx, store)
		second := start(options{})
		silent(ctx, store, second.began, before)
	})
})
