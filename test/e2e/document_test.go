package e2e

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/test/e2e/registry"
)

// The names in the user's documentation and in its samples.
const (
	documentNamespace = "zot-system"
	minimalName       = "zot-artifact-store-minimal"
	sampleName        = "zot-artifact-store-sample"
)

// Every command here is printed in the documentation just so, unless a comment says otherwise.
var _ = Describe("the documented path", Label("smoke"), Ordered, func() {
	minimal := documentStore(minimalName)
	sample := documentStore(sampleName)

	BeforeAll(func(ctx SpecContext) { leaveAsFound(ctx, minimal, sample) })
	BeforeEach(func() { watched = []string{documentNamespace} })

	It("installs the CRD", func(ctx SpecContext) {
		run(ctx, "kubectl apply -f config/crd/zotartifactstore_crd.yaml")
		Expect(run(ctx, "kubectl get crd zotartifactstores.artifacts.zot.io")).To(ContainSubstring("zotartifactstores.artifacts.zot.io"))
	}, NodeTimeout(time.Minute))

	It("runs the minimal registry", func(ctx SpecContext) {
		began := time.Now()
		run(ctx, "kubectl apply -f config/samples/zotartifactstore_minimal.yaml")
		restrict(ctx, documentNamespace)
		waitRunning(ctx, minimal)
		AddReportEntry("apply to Running", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		Expect(run(ctx, "kubectl get zotartifactstore")).To(And(
			MatchRegexp(`NAME +STATUS +REPLICAS +READY +AGE`), MatchRegexp(minimalName+` +Running +1 +1 `)))
		// The short name.
		Expect(run(ctx, "kubectl get zas")).To(ContainSubstring(minimalName))
	}, NodeTimeout(specTimeout))

	It("takes and gives images through a forwarded port", func(ctx SpecContext) {
		// The document forwards to the full sample's Service; here it is the minimal one's.
		portForward(ctx, minimalName, func(address string) error { return pushAndPull(ctx, address) })
	}, NodeTimeout(2*time.Minute))

	It("answers the commands of the troubleshooting chapter", func(ctx SpecContext) {
		Expect(run(ctx, "kubectl get pods -l app=zot-artifact-store")).To(MatchRegexp(minimalName + `-0 +2/2 +Running`))
		Expect(run(ctx, "kubectl logs -l app=zot-artifact-store")).To(ContainSubstring(`"level":`), "zot logs lines of JSON")
		Eventually(ctx, func(g Gomega, ctx context.Context) {
			events, err := shell(ctx, "kubectl get events --field-selector involvedObject.kind=ZotArtifactStore", "")
			g.Expect(err).NotTo(HaveOccurred(), events)
			g.Expect(events).To(MatchRegexp(`AllPodsReady +zotartifactstore/` + minimalName))
		}).WithTimeout(30 * time.Second).WithPolling(time.Second).Should(Succeed())
	}, NodeTimeout(2*time.Minute))

	It("runs the full registry, with the S3 API beside it", func(ctx SpecContext) {
		run(ctx, "kubectl apply -f config/samples/zotartifactstore_sample.yaml")
		waitPhase(ctx, sample, v1alpha1.PhaseRunning)
		extensions := apimeta.FindStatusCondition(sample.Status.Conditions, v1alpha1.ConditionExtensionsReady)
		Expect(extensions.Message).To(ContainSubstring("The S3 API serves"), describeStore(sample))
		Expect(sample.Status.S3Endpoint).To(Equal("http://zot-artifact-store-sample-s3.zot-system.svc:9000"))
		Expect(run(ctx, "kubectl describe zotartifactstore zot-artifact-store-sample")).To(And(
			MatchRegexp(`Phase: +Running`), ContainSubstring("All pods are ready"), ContainSubstring("Events:")))
		Expect(run(ctx, "kubectl get zotartifactstore zot-artifact-store-sample -o jsonpath='{.status.serviceEndpoint}'")).
			To(Equal("http://zot-artifact-store-sample.zot-system.svc:8080"))
		// kubectl port-forward svc/zot-artifact-store-sample 8080:8080
		portForward(ctx, sampleName, func(address string) error { return pushAndPull(ctx, address) })
	}, NodeTimeout(specTimeout))

	It("removes a registry and leaves the other one alone", func(ctx SpecContext) {
		before := lifeOf(ctx, minimal)
		run(ctx, "kubectl delete zotartifactstore zot-artifact-store-sample")
		waitGone(ctx, sample)
		Expect(lifeOf(ctx, minimal)).To(Equal(before))
	}, NodeTimeout(removeTimeout+time.Minute))
})

func documentStore(name string) *v1alpha1.ZotArtifactStore {
	return &v1alpha1.ZotArtifactStore{ObjectMeta: metav1.ObjectMeta{Namespace: documentNamespace, Name: name}}
}

// pushAndPull tries images of both families of media types.
func pushAndPull(ctx context.Context, address string) error {
	for tag, format := range map[string]registry.Format{"oci": registry.OCI, "docker": registry.Docker} {
		image, err := registry.Push(ctx, address, "documented/"+tag, tag, format)
		if err != nil {
			return err
		}
		if err := registry.Pull(ctx, address, image); err != nil {
			return err
		}
	}
	return nil
}

// leaveAsFound removes, at the end, the stores and the namespace that are not there yet: the samples have fixed names, which
// somebody may use already, for example a demo.
func leaveAsFound(ctx context.Context, stores ...*v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	err := env.client.Get(ctx, client.ObjectKey{Name: documentNamespace}, &corev1.Namespace{})
	if apierrors.IsNotFound(err) {
		DeferCleanup(func(ctx SpecContext) { removeNamespace(ctx, documentNamespace) }, NodeTimeout(removeTimeout+time.Minute))
		return
	}
	Expect(err).NotTo(HaveOccurred())
	for _, store := range stores {
		err := env.client.Get(ctx, client.ObjectKeyFromObject(store), store.DeepCopy())
		if apierrors.IsNotFound(err) {
			DeferCleanup(func(ctx SpecContext) {
				Expect(client.IgnoreNotFound(env.client.Delete(ctx, store.DeepCopy()))).To(Succeed())
				waitGone(ctx, store)
			}, NodeTimeout(removeTimeout+time.Minute))
			continue
		}
		Expect(err).NotTo(HaveOccurred())
	}
}

// restrict enforces the restricted standard on a namespace that a sample has made, and marks it as the suite's if it is new.
func restrict(ctx context.Context, name string) {
	GinkgoHelper()
	namespace := &corev1.Namespace{}
	Expect(env.client.Get(ctx, client.ObjectKey{Name: name}, namespace)).To(Succeed())
	before := namespace.DeepCopy()
	for key, value := range restricted {
		metav1.SetMetaDataLabel(&namespace.ObjectMeta, key, value)
	}
	if time.Since(namespace.CreationTimestamp.Time) < time.Minute {
		metav1.SetMetaDataLabel(&namespace.ObjectMeta, suiteLabel, "true")
	}
	Expect(env.client.Patch(ctx, namespace, client.MergeFrom(before))).To(Succeed())
}

// waitGone waits until a deleted store and its Service, StatefulSet and pods are gone.
func waitGone(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	key := client.ObjectKeyFromObject(store)
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		for _, object := range []client.Object{&v1alpha1.ZotArtifactStore{}, &appsv1.StatefulSet{}, &corev1.Service{}} {
			err := env.client.Get(ctx, key, object)
			g.Expect(apierrors.IsNotFound(err)).To(BeTrue(), "%T %s is still there (%v)", object, key, err)
		}
		g.Expect(pods(ctx, store)).To(BeEmpty(), describePods(ctx, store.Namespace))
	}).WithTimeout(removeTimeout).WithPolling(interval).Should(Succeed())
}
