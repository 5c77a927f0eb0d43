package e2e

import (
	"context"
	"crypto/x509"
	"path/filepath"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/test/authority"
)

var _ = Describe("a certificate that somebody else makes", Label("full"), func() {
	It("is cert-manager's, as soon as that is there, and is renewed by it without a restart", func(ctx SpecContext) {
		if !env.servers {
			Skip("E2E_SERVERS is not 1: the image of cert-manager cannot be pulled; hack/servers.sh brings it into the test cluster")
		}
		namespace := newNamespace(ctx, "issuer")
		operator := operatorPods(ctx)

		By("asking for it before there is a cert-manager")
		store := newStore(namespace, "store")
		store.Spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{IssuerRef: &v1alpha1.IssuerReference{Name: "registry-ca"}}}
		Expect(env.client.Create(ctx, store)).To(Succeed())
		waitCondition(ctx, store, v1alpha1.ConditionNetworkingReady, metav1.ConditionFalse, v1alpha1.ReasonCertificateAPIMissing)
		waitCondition(ctx, store, v1alpha1.ConditionWorkloadReady, metav1.ConditionFalse, v1alpha1.ReasonWaitingForCertificate)
		waitPhase(ctx, store, v1alpha1.PhaseFailed)
		Expect(pods(ctx, store)).To(BeEmpty(), "a pod was made that could only wait")

		By("installing cert-manager and an issuer")
		installCertManager(ctx)
		began := time.Now()
		run(ctx, "kubectl apply -n "+namespace+" -f test/e2e/testdata/issuer.yaml")
		waitRunning(ctx, store)
		AddReportEntry("issuer made, Running after", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		waitCondition(ctx, store, v1alpha1.ConditionCertificateValid, metav1.ConditionTrue, v1alpha1.ReasonCertificateValid)
		before := lifeOf(ctx, store)
		trusted := authorityOf(ctx, namespace)
		host := names.Host(namespace, "store")
		first, err := served(ctx, store, trusted, host)
		Expect(err).NotTo(HaveOccurred())
		for _, name := range []string{"store", "store." + namespace, host + ".cluster.local"} {
			Expect(served(ctx, store, trusted, name)).To(Equal(first), "it is not for %s", name)
		}

		By("renewing it as `cmctl renew` does")
		onlyZotShows("that zot serves a renewed certificate without a restart")
		began = time.Now()
		renew(ctx, namespace, names.Certificate("store"))
		Eventually(ctx, func(ctx context.Context) (string, error) { return served(ctx, store, trusted, host) }).
			WithTimeout(changeTimeout).WithPolling(interval).ShouldNot(Equal(first))
		AddReportEntry("renewed, served after", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)

		By("being called by another name too")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.Networking = &v1alpha1.NetworkingSpec{Service: &v1alpha1.ServiceSpec{Type: "LoadBalancer"}}
		})
		waitCondition(ctx, store, v1alpha1.ConditionNetworkingReady, metav1.ConditionFalse, v1alpha1.ReasonWaitingForLoadBalancer)
		balance(ctx, store, "192.0.2.7")
		Eventually(ctx, func(ctx context.Context) error {
			_, err := served(ctx, store, trusted, "192.0.2.7")
			return err
		}).WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
		waitRunning(ctx, store)
		waitCondition(ctx, store, v1alpha1.ConditionCertificateValid, metav1.ConditionTrue, v1alpha1.ReasonCertificateValid)
		Expect(lifeOf(ctx, store)).To(Equal(before), "something was restarted")
		Expect(uidsOf(operatorPods(ctx))).To(Equal(uidsOf(operator)), "the operator was restarted")

		By("serving the sample")
		serveSample(ctx)
	}, NodeTimeout(specTimeout))

	It("is that of OpenShift's service CA, of which a simulation signs here", func(ctx SpecContext) {
		namespace := newNamespace(ctx, "serviceca")
		store := newStore(namespace, "store")
		store.Spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{ServiceCA: new(true)}}
		Expect(env.client.Create(ctx, store)).To(Succeed())
		waitCondition(ctx, store, v1alpha1.ConditionNetworkingReady, metav1.ConditionFalse, v1alpha1.ReasonServiceCAMissing)
		Expect(pods(ctx, store)).To(BeEmpty(), "a pod was made that could only wait")

		By("signing")
		ca := newAuthority("service CA")
		first := sign(ctx, ca, store)
		waitRunning(ctx, store)
		before := lifeOf(ctx, store)
		host := names.Host(namespace, "store")
		Expect(served(ctx, store, ca.Pool(), host)).To(Equal(first.Serial))

		By("renewing")
		onlyZotShows("that zot serves a renewed certificate without a restart")
		second := sign(ctx, ca, store)
		waitServed(ctx, store, ca.Pool(), host, second.Serial)
		waitRunning(ctx, store)
		Expect(lifeOf(ctx, store)).To(Equal(before), "something was restarted")
	}, NodeTimeout(specTimeout))
})

// serveSample runs the sample with TLS as its comments say, with a load balancer that is played here.
func serveSample(ctx context.Context) {
	GinkgoHelper()
	sample := documentStore("zot-artifact-store-tls")
	leaveAsFound(ctx, sample)
	DeferCleanup(func(ctx SpecContext) {
		run(ctx, "kubectl delete secret --ignore-not-found -n "+documentNamespace+" authority "+names.Certificate(sample.Name))
	}, NodeTimeout(time.Minute))
	run(ctx, "kubectl apply -f config/samples/zotartifactstore_tls.yaml")
	restrict(ctx, documentNamespace)
	run(ctx, "kubectl apply -n "+documentNamespace+" -f test/e2e/testdata/issuer.yaml")
	balance(ctx, sample, "192.0.2.7")
	run(ctx, "kubectl wait zas zot-artifact-store-tls -n zot-system --for=condition=Ready --timeout=5m")
	waitRunning(ctx, sample)
	Expect(sample.Status.ExternalEndpoint).To(Equal("https://registry.example.com:8443"))
	_, err := served(ctx, sample, authorityOf(ctx, documentNamespace), "registry.example.com")
	Expect(err).NotTo(HaveOccurred())
}

// installCertManager brings it into the cluster until the spec ends.
func installCertManager(ctx context.Context) {
	GinkgoHelper()
	folder := strings.TrimSpace(run(ctx, "go -C test/servers/certmanager list -m -f '{{.Dir}}' github.com/cert-manager/cert-manager"))
	crds := filepath.Join(folder, "deploy", "crds")
	const manifest = "test/e2e/testdata/cert-manager.yaml"
	DeferCleanup(func(ctx SpecContext) {
		run(ctx, "kubectl delete --ignore-not-found -f "+manifest)
		run(ctx, "kubectl delete --ignore-not-found -f "+crds)
	}, NodeTimeout(5*time.Minute))
	// Its own apply annotation would not hold the CRDs.
	run(ctx, "kubectl apply --server-side -f "+crds)
	run(ctx, "kubectl apply -f "+manifest)
	run(ctx, "kubectl rollout status -n cert-manager deployment/cert-manager --timeout=180s")
	run(ctx, "kubectl rollout status -n cert-manager deployment/cert-manager-webhook --timeout=180s")
	run(ctx, "kubectl rollout status -n cert-manager deployment/cert-manager-cainjector --timeout=180s")
	// A ready pod is not yet in every node's routes to its Service, nor known by its authority.
	Eventually(ctx, func(ctx context.Context) error {
		_, err := shell(ctx, "kubectl apply --dry-run=server -n default -f test/e2e/testdata/issuer.yaml", "")
		return err
	}).WithTimeout(startTimeout).WithPolling(interval).Should(Succeed())
}

// authorityOf is that of the issuer in the namespace.
func authorityOf(ctx context.Context, namespace string) *x509.CertPool {
	GinkgoHelper()
	secret := &corev1.Secret{}
	Expect(env.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "authority"}, secret)).To(Succeed())
	pool := x509.NewCertPool()
	Expect(pool.AppendCertsFromPEM(secret.Data["tls.crt"])).To(BeTrue())
	return pool
}

// renew asks cert-manager to issue a certificate again.
func renew(ctx context.Context, namespace, name string) {
	GinkgoHelper()
	certificate := &unstructured.Unstructured{}
	certificate.SetGroupVersionKind(schema.GroupVersionKind{Group: "cert-manager.io", Version: "v1", Kind: "Certificate"})
	Eventually(ctx, func(ctx context.Context) error {
		if err := env.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, certificate); err != nil {
			return err
		}
		conditions, _, err := unstructured.NestedSlice(certificate.Object, "status", "conditions")
		if err != nil {
			return err
		}
		conditions = append(conditions, map[string]any{
			"type": "Issuing", "status": "True", "reason": "ManuallyTriggered", "message": "asked for by a test",
			"lastTransitionTime": time.Now().UTC().Format(time.RFC3339), "observedGeneration": certificate.GetGeneration(),
		})
		if err := unstructured.SetNestedSlice(certificate.Object, conditions, "status", "conditions"); err != nil {
			return err
		}
		return env.client.Status().Update(ctx, certificate)
	}).WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
}

// balance gives the Service an address, as a cloud does once it has the type.
func balance(ctx context.Context, store *v1alpha1.ZotArtifactStore, address string) {
	GinkgoHelper()
	service := &corev1.Service{}
	Eventually(ctx, func(ctx context.Context) error {
		if err := env.client.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.Service(store.Name)}, service); err != nil {
			return err
		}
		before := service.DeepCopy()
		service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: address}}
		return env.client.Status().Patch(ctx, service, client.MergeFrom(before))
	}).WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
}

// sign does what the service CA does for an annotated Service: it keeps a certificate for its name in the Secret of the annotation, and
// says so on the Service. It takes over no Secret that is not of the Service.
func sign(ctx context.Context, ca *authority.Authority, store *v1alpha1.ZotArtifactStore) authority.Pair {
	GinkgoHelper()
	service := &corev1.Service{}
	Expect(env.client.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.Service(store.Name)}, service)).To(Succeed())
	name := service.Annotations["service.beta.openshift.io/serving-cert-secret-name"]
	Expect(name).NotTo(BeEmpty(), "nobody asks the service CA")
	host := service.Name + "." + service.Namespace + ".svc"
	pair := issue(ca, host, host+".cluster.local")
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{
		Namespace: service.Namespace, Name: name,
		OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "Service", Name: service.Name, UID: service.UID}},
	}, Type: corev1.SecretTypeTLS, Data: pair.Data()}
	err := env.client.Create(ctx, secret)
	if apierrors.IsAlreadyExists(err) {
		found := &corev1.Secret{}
		Expect(env.client.Get(ctx, client.ObjectKeyFromObject(secret), found)).To(Succeed())
		Expect(found.OwnerReferences).To(Equal(secret.OwnerReferences), "the Secret is somebody else's")
		replace(ctx, found, pair.Data())
		err = nil
	}
	Expect(err).NotTo(HaveOccurred())
	before := service.DeepCopy()
	service.Annotations["service.beta.openshift.io/serving-cert-signed-by"] = "openshift-service-serving-signer@1"
	Expect(env.client.Patch(ctx, service, client.MergeFrom(before))).To(Succeed())
	return pair
}

// uidsOf tells pods apart from those that come after them.
func uidsOf(pods []corev1.Pod) []types.UID {
	var out []types.UID
	for i := range pods {
		out = append(out, pods[i].UID)
	}
	slices.Sort(out)
	return out
}
