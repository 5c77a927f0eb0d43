package envtest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	routev1 "github.com/openshift/api/route/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

var _ = Describe("A certificate of an issuer", func() {
	// reason is that of a condition.
	reason := func(ctx context.Context, store *v1alpha1.ZotArtifactStore, kind string) func() string {
		return func() string { return condition(ctx, store, kind).Reason }
	}
	withIssuer := func(store *v1alpha1.ZotArtifactStore) *v1alpha1.ZotArtifactStore {
		store.Spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{IssuerRef: &v1alpha1.IssuerReference{Name: "ca"}}}
		return store
	}

	It("is told to be missing where cert-manager is, and asked for as soon as it is there", func(ctx SpecContext) {
		start(options{})
		store := withIssuer(filesystemStore(namespace(ctx), "issued"))
		create(ctx, store)
		Eventually(reason(ctx, store, v1alpha1.ConditionNetworkingReady)).Should(Equal(v1alpha1.ReasonCertificateAPIMissing))
		Eventually(reason(ctx, store, v1alpha1.ConditionWorkloadReady)).Should(Equal(v1alpha1.ReasonWaitingForCertificate))
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
			g.Expect(store.Status.Phase).To(Equal(v1alpha1.PhaseFailed))
		}).Should(Succeed())
		workload := &appsv1.StatefulSet{}
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), workload)).To(MatchError(apierrors.IsNotFound, "IsNotFound"))

		By("installing cert-manager while the operator runs")
		installCertificates()
		certificate := resources.NewCertificate()
		key := client.ObjectKey{Namespace: store.Namespace, Name: names.Certificate(store.Name)}
		Eventually(func() error { return admin.Get(ctx, key, certificate) }).Should(Succeed())
		Expect(managers(certificate)).To(ConsistOf("zot-networking"))
		Eventually(reason(ctx, store, v1alpha1.ConditionNetworkingReady)).Should(Equal(v1alpha1.ReasonWaitingForCertificate))
		Consistently(func() error { return admin.Get(ctx, client.ObjectKeyFromObject(store), workload) }, "1s").
			Should(MatchError(apierrors.IsNotFound, "IsNotFound"))

		By("issuing it")
		ready(ctx, store)
		Expect(condition(ctx, store, v1alpha1.ConditionCertificateValid).Reason).To(Equal(v1alpha1.ReasonCertificateValid))
		Expect(store.Status.ServiceEndpoint).To(HavePrefix("https://"))
		calm(ctx, store)

		By("putting it right when somebody else changes it")
		Expect(admin.Get(ctx, key, certificate)).To(Succeed())
		Expect(unstructured.SetNestedField(certificate.Object, "other", "spec", "secretName")).To(Succeed())
		Expect(admin.Update(ctx, certificate, elsewhere)).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, key, certificate)).To(Succeed())
			secret, _, _ := unstructured.NestedString(certificate.Object, "spec", "secretName")
			g.Expect(secret).To(Equal(names.Certificate(store.Name)))
		}).Should(Succeed())

		By("asking for a host that the cluster gives, which replaces no pod")
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), workload)).To(Succeed())
		generation := workload.Generation
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.Networking = &v1alpha1.NetworkingSpec{Service: &v1alpha1.ServiceSpec{Type: "LoadBalancer"}}
		})
		Eventually(reason(ctx, store, v1alpha1.ConditionNetworkingReady)).Should(Equal(v1alpha1.ReasonWaitingForLoadBalancer))
		service := &corev1.Service{}
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), service)).To(Succeed())
		service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{Hostname: "registry.example.com"}}
		Expect(admin.Status().Update(ctx, service, elsewhere)).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, key, certificate)).To(Succeed())
			hosts, _, _ := unstructured.NestedStringSlice(certificate.Object, "spec", "dnsNames")
			g.Expect(hosts).To(ContainElement("registry.example.com"))
		}).Should(Succeed())
		ready(ctx, store)
		Expect(store.Status.ExternalEndpoint).To(Equal("https://registry.example.com:8080"))
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), workload)).To(Succeed())
		Expect(workload.Generation).To(Equal(generation), "a host that came changed the pods")

		By("taking it away when it is not asked for any more")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.HTTP, spec.Networking = nil, nil })
		Eventually(func() error { return admin.Get(ctx, key, certificate) }).Should(MatchError(apierrors.IsNotFound, "IsNotFound"))
		ready(ctx, store)
		Expect(store.Status.Certificate).To(BeNil())
	})

	It("that is in place is left alone by an operator that starts", func(ctx SpecContext) {
		installCertificates()
		first := start(options{})
		store := withIssuer(filesystemStore(namespace(ctx), "issued"))
		create(ctx, store)
		ready(ctx, store)
		calm(ctx, store)
		first.stop()
		before := versions(ctx, store)
		second := start(options{})
		silent(ctx, store, second.began, before)
	})

	It("leaves pods that run as they are until it is there", func(ctx SpecContext) {
		installCertificates()
		start(options{})
		store := filesystemStore(namespace(ctx), "secured")
		create(ctx, store)
		ready(ctx, store)
		workload := &appsv1.StatefulSet{}
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), workload)).To(Succeed())
		generation := workload.Generation

		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{IssuerRef: &v1alpha1.IssuerReference{Name: "ca"}}}
		})
		Eventually(reason(ctx, store, v1alpha1.ConditionWorkloadReady)).Should(Equal(v1alpha1.ReasonWaitingForCertificate))
		Expect(store.Status.Phase).To(Equal(v1alpha1.PhaseRunning))
		Consistently(func(g Gomega) {
			g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), workload)).To(Succeed())
			g.Expect(workload.Generation).To(Equal(generation), "pods were given a certificate that is not there")
		}, "1s").Should(Succeed())
		ready(ctx, store)
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), workload)).To(Succeed())
		Expect(workload.Generation).To(BeNumerically(">", generation))
	})
})

var _ = Describe("The sample for OpenShift", func() {
	It("becomes ready with a router and a service CA, which are played here", func(ctx SpecContext) {
		installRoutes()
		start(options{})
		documents := documents(repository("config", "samples", "zotartifactstore_openshift.yaml"))
		object := documents[len(documents)-1]
		object.SetNamespace(namespace(ctx))
		Expect(admin.Create(ctx, object)).To(Succeed())
		DeferCleanup(func(ctx SpecContext) { Expect(admin.Delete(ctx, object)).To(Succeed()) })
		store := &v1alpha1.ZotArtifactStore{}
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(object), store)).To(Succeed())
		Eventually(func() string { return condition(ctx, store, v1alpha1.ConditionNetworkingReady).Reason }).
			Should(Equal(v1alpha1.ReasonRouteNotAdmitted))

		route := &routev1.Route{}
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), route)).To(Succeed())
		Expect(route.Spec.TLS.Termination).To(Equal(routev1.TLSTerminationReencrypt))
		route.Status.Ingress = []routev1.RouteIngress{{
			RouterName: "default", Host: "generated.apps.example.com",
			Conditions: []routev1.RouteIngressCondition{{Type: routev1.RouteAdmitted, Status: corev1.ConditionTrue}},
		}}
		Expect(admin.Status().Update(ctx, route, elsewhere)).To(Succeed())
		ready(ctx, store)
		Expect(store.Status.ExternalEndpoint).To(Equal("https://generated.apps.example.com"))
		Expect(condition(ctx, store, v1alpha1.ConditionCertificateValid).Reason).To(Equal(v1alpha1.ReasonCertificateValid))
		calm(ctx, store)
	})
})

var _ = Describe("A BackendTLSPolicy", func() {
	It("is told to be missing where a Gateway API is older, and made as soon as it is there", func(ctx SpecContext) {
		installGateways("httproutes")
		start(options{})
		store := filesystemStore(namespace(ctx), "encrypted")
		store.Spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{CertSecretName: "registry-tls"}}
		store.Spec.Networking = &v1alpha1.NetworkingSpec{HTTPRoute: &v1alpha1.HTTPRouteSpec{
			ParentRefs: []v1alpha1.GatewayReference{{Name: "edge"}}, BackendTLS: &v1alpha1.BackendTLSSpec{CAConfigMapName: "ca"},
		}}
		create(ctx, store)
		message := func() string { return condition(ctx, store, v1alpha1.ConditionNetworkingReady).Message }
		Eventually(message).Should(ContainSubstring("does not have those of gateway.networking.k8s.io/v1, which came with version 1.4"))
		route := &gatewayv1.HTTPRoute{}
		Eventually(func() error { return admin.Get(ctx, client.ObjectKeyFromObject(store), route) }).Should(Succeed())
		Expect(route.Spec.Rules[0].Timeouts.Request).To(HaveValue(BeEquivalentTo("30m")))

		By("installing the rest while the operator runs")
		installGateways("backendtlspolicies")
		policy := &gatewayv1.BackendTLSPolicy{}
		Eventually(func() error { return admin.Get(ctx, client.ObjectKeyFromObject(store), policy) }).WithTimeout(time.Minute).Should(Succeed())
		Expect(managers(policy)).To(ConsistOf("zot-networking"))
		Expect(string(policy.Spec.Validation.Hostname)).To(Equal(names.Host(store.Namespace, store.Name)))
		Eventually(message).ShouldNot(ContainSubstring("BackendTLSPolicy"))

		By("taking it away when it is not asked for any more")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Networking.HTTPRoute.BackendTLS = nil })
		Eventually(func() error { return admin.Get(ctx, client.ObjectKeyFromObject(store), policy) }).
			Should(MatchError(apierrors.IsNotFound, "IsNotFound"))
	})
})

// issue does what cert-manager does for the store's Certificate, but for the Secret, which nobody reads here.
func (c cluster) issue(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	certificate := resources.NewCertificate()
	err := admin.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.Certificate(store.Name)}, certificate)
	if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		return
	}
	c.Expect(err).NotTo(HaveOccurred())
	conditions, _, _ := unstructured.NestedSlice(certificate.Object, "status", "conditions")
	if len(conditions) > 0 {
		if known, _ := conditions[0].(map[string]any); known["observedGeneration"] == certificate.GetGeneration() {
			return
		}
	}
	now := time.Now().UTC()
	certificate.Object["status"] = map[string]any{
		"notAfter": now.Add(time.Hour).Format(time.RFC3339),
		"conditions": []any{map[string]any{
			"type": "Ready", "status": "True", "reason": "Ready", "message": "Certificate is up to date and has not expired",
			"observedGeneration": certificate.GetGeneration(), "lastTransitionTime": now.Format(time.RFC3339),
		}},
	}
	c.Expect(admin.Status().Update(ctx, certificate, elsewhere)).To(Succeed())
}

// sign does what OpenShift's service CA does for the store's Service, but for the Secret.
func (c cluster) sign(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	const beta = "service.beta.openshift.io/serving-cert-"
	service := &corev1.Service{}
	err := admin.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.Service(store.Name)}, service)
	if apierrors.IsNotFound(err) {
		return
	}
	c.Expect(err).NotTo(HaveOccurred())
	if service.Annotations[beta+"secret-name"] == "" || service.Annotations[beta+"signed-by"] != "" {
		return
	}
	metav1.SetMetaDataAnnotation(&service.ObjectMeta, beta+"signed-by", "openshift-service-serving-signer@1")
	c.Expect(admin.Update(ctx, service, elsewhere)).To(Succeed())
}
