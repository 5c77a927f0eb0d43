package e2e

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	operatorsv1 "github.com/operator-framework/api/pkg/operators/v1"
	operatorsv1alpha1 "github.com/operator-framework/api/pkg/operators/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/test/e2e/registry"
)

// What hack/olm.sh has brought: three catalogs, of which the second one adds an upgrade, and the third one an upgrade that cannot start.
const (
	olmNamespace = "olm"
	olmPackage   = "zot-artifact-store-operator"
	catalogName  = "zot-artifact-store"
	catalogImage = "ghcr.io/zot-artifact-store/operator-catalog:"
	olmTimeout   = 4 * time.Minute
)

// The places of the releases in env.olm.
const (
	firstRelease = iota
	secondRelease
	brokenRelease
)

// csvName is the ClusterServiceVersion of a release.
func csvName(release int) client.ObjectKey {
	return client.ObjectKey{Namespace: operatorNamespace, Name: olmPackage + ".v" + env.olm[release]}
}

// newCatalog is the catalog as far as its name tells it.
func newCatalog() *operatorsv1alpha1.CatalogSource {
	return &operatorsv1alpha1.CatalogSource{ObjectMeta: metav1.ObjectMeta{Namespace: olmNamespace, Name: catalogName}}
}

// An administrator subscribes, and Operator Lifecycle Manager does the rest. The specs follow one installation through its life.
var _ = Describe("Operator Lifecycle Manager", Label("olm"), Ordered, func() {
	var (
		store *v1alpha1.ZotArtifactStore
		image registry.Image
		pod   life
	)
	BeforeAll(func(ctx SpecContext) {
		if len(env.olm) == 0 {
			Skip("E2E_OLM names no releases: hack/olm.sh brings Operator Lifecycle Manager onto a test cluster of its own")
		}
		removeSubscription(ctx)
		withdraw(ctx)
		for _, name := range []string{operatorNamespace, "e2e-olm-store"} {
			removeNamespace(ctx, name)
		}
	}, NodeTimeout(5*time.Minute))

	It("installs the operator from a subscription", Label("smoke"), func(ctx SpecContext) {
		offer(ctx, "first")
		waitOffered(ctx)
		took := subscribe(ctx, firstRelease)
		AddReportEntry("from the subscription to CSV Succeeded", took.Round(time.Second), ReportEntryVisibilityAlways)

		By("asking the webhooks, whose certificate is OLM's")
		expectAdmission(ctx)
		By("starting a store")
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "e2e-olm-store", Labels: restricted}}
		Expect(env.client.Create(ctx, namespace)).To(Succeed())
		watched = append(watched, namespace.Name, operatorNamespace)
		store = startStore(ctx, namespace.Name, "store")
		image, pod = push(ctx, store, "kept/app", "v1"), lifeOf(ctx, store)
	}, NodeTimeout(specTimeout))

	It("upgrades the operator; admission answers all the while, and no store is touched", func(ctx SpecContext) {
		before := operatorDeployment(ctx).Spec.Template.Spec.Containers[0].Image
		counted := ask(ctx, store)
		offer(ctx, "second")
		waitRelease(ctx, secondRelease)
		Eventually(ctx, func(g Gomega, ctx context.Context) {
			err := env.client.Get(ctx, csvName(firstRelease), &operatorsv1alpha1.ClusterServiceVersion{})
			g.Expect(apierrors.IsNotFound(err)).To(BeTrue(), "the old CSV is still there: %v", err)
		}).WithTimeout(time.Minute).WithPolling(interval).Should(Succeed())
		counted.end()
		AddReportEntry("asked during the upgrade", counted.String(), ReportEntryVisibilityAlways)
		Expect(counted.admissions).To(BeNumerically(">", 0))
		Expect(counted.transfers).To(BeNumerically(">", 0))
		Expect(counted.refused).To(BeEmpty(), "admissions were refused")
		Expect(counted.failed).To(BeEmpty(), "the registry did not serve")
		Expect(operatorDeployment(ctx).Spec.Template.Spec.Containers[0].Image).NotTo(Equal(before), "the operator is the old one")
		Expect(lifeOf(ctx, store)).To(Equal(pod), "the store's pod was touched")
		expectAdmission(ctx)
	}, NodeTimeout(specTimeout))

	It("is in what must-gather collects", func(ctx SpecContext) {
		needServers("must-gather")
		files, how := gather(ctx)
		AddReportEntry("must-gather", fmt.Sprintf("%d files, by %s", len(files), how), ReportEntryVisibilityAlways)
		of := "namespaces/" + operatorNamespace + "/operators.coreos.com/"
		csv := csvName(secondRelease).Name
		Expect(files).To(HaveKeyWithValue(of+"clusterserviceversions.yaml", ContainSubstring("name: "+csv)))
		Expect(files).To(HaveKeyWithValue(of+"installplans.yaml", And(ContainSubstring("- "+csv), Not(ContainSubstring("manifest: ")))))
		Expect(files).To(HaveKeyWithValue(of+"operatorgroups.yaml", ContainSubstring("kind: OperatorGroup")))
		Expect(files).To(HaveKeyWithValue(of+"subscriptions.yaml", ContainSubstring("installedCSV: "+csv)))
		webhooks := "cluster-scoped-resources/admissionregistration.k8s.io/validatingwebhookconfigurations/"
		Expect(slices.Collect(maps.Keys(files))).To(ContainElement(HavePrefix(webhooks)), "OLM gives them names of its own")
	}, NodeTimeout(specTimeout))

	It("keeps everything when the operator is removed, and adopts it when it is back", func(ctx SpecContext) {
		removeSubscription(ctx)
		Eventually(ctx, func(g Gomega, ctx context.Context) {
			found := &appsv1.DeploymentList{}
			g.Expect(env.client.List(ctx, found, client.InNamespace(operatorNamespace))).To(Succeed())
			g.Expect(found.Items).To(BeEmpty(), "the operator is still there")
		}).WithTimeout(removeTimeout).WithPolling(interval).Should(Succeed())
		uid := store.UID
		Expect(env.client.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
		pull(ctx, store, image)
		Expect(lifeOf(ctx, store)).To(Equal(pod), "the store's pod was touched")

		subscribe(ctx, secondRelease)
		expectAdmission(ctx)
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.Networking = &v1alpha1.NetworkingSpec{Service: &v1alpha1.ServiceSpec{Annotations: map[string]string{"adopted": "yes"}}}
		})
		waitRunning(ctx, store)
		Expect(store.UID).To(Equal(uid))
		Expect(lifeOf(ctx, store)).To(Equal(pod), "the store's pod was touched")
		pull(ctx, store, image)
	}, NodeTimeout(specTimeout))

	It("leaves stores and admission alone when an upgrade cannot start", func(ctx SpecContext) {
		offer(ctx, "third")
		Eventually(ctx, func(g Gomega, ctx context.Context) {
			broken := false
			for _, pod := range operatorPods(ctx) {
				for _, status := range pod.Status.ContainerStatuses {
					broken = broken || status.State.Waiting != nil && status.State.Waiting.Message != ""
				}
			}
			g.Expect(broken).To(BeTrue(), "no pod of the broken release is there:\n%s", describePods(ctx, operatorNamespace))
		}).WithTimeout(olmTimeout).WithPolling(interval).Should(Succeed())
		expectAdmission(ctx)
		Expect(lifeOf(ctx, store)).To(Equal(pod), "the store's pod was touched")
		pull(ctx, store, image)
		csv := &operatorsv1alpha1.ClusterServiceVersion{}
		Expect(env.client.Get(ctx, csvName(brokenRelease), csv)).To(Succeed())
		Expect(csv.Status.Phase).NotTo(Equal(operatorsv1alpha1.CSVPhaseSucceeded))
	}, NodeTimeout(specTimeout))

	AfterAll(func(ctx SpecContext) {
		removeSubscription(ctx)
		withdraw(ctx)
		removeNamespace(ctx, "e2e-olm-store")
	}, NodeTimeout(5*time.Minute))
})

// offer makes a catalog known to the cluster, in place of the one that is.
func offer(ctx context.Context, name string) {
	GinkgoHelper()
	catalog := newCatalog()
	spec := operatorsv1alpha1.CatalogSourceSpec{
		SourceType: operatorsv1alpha1.SourceTypeGrpc, Image: catalogImage + name,
		GrpcPodConfig: &operatorsv1alpha1.GrpcPodConfig{
			SecurityContextConfig: operatorsv1alpha1.Restricted,
			ExtractContent:        &operatorsv1alpha1.ExtractContentConfig{CatalogDir: "/configs"},
		},
	}
	err := env.client.Get(ctx, client.ObjectKeyFromObject(catalog), catalog)
	if apierrors.IsNotFound(err) {
		catalog.Spec = spec
		Expect(env.client.Create(ctx, catalog)).To(Succeed())
		return
	}
	Expect(err).NotTo(HaveOccurred())
	before := catalog.DeepCopy()
	catalog.Spec = spec
	Expect(env.client.Patch(ctx, catalog, client.MergeFrom(before))).To(Succeed())
}

// waitOffered waits until the catalog answers: the console shows an operator no earlier.
func waitOffered(ctx context.Context) {
	GinkgoHelper()
	catalog := newCatalog()
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		g.Expect(env.client.Get(ctx, client.ObjectKeyFromObject(catalog), catalog)).To(Succeed())
		state := catalog.Status.GRPCConnectionState
		g.Expect(state != nil && state.LastObservedState == "READY").To(BeTrue(), "the catalog does not answer: %+v", state)
	}).WithTimeout(olmTimeout).WithPolling(interval).Should(Succeed())
}

// withdraw takes the catalog of an earlier run away: OLM would resolve a new subscription with what it knows of it.
func withdraw(ctx context.Context) {
	GinkgoHelper()
	catalog := newCatalog()
	Expect(client.IgnoreNotFound(env.client.Delete(ctx, catalog))).To(Succeed())
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		pods := &corev1.PodList{}
		g.Expect(env.client.List(ctx, pods, client.InNamespace(olmNamespace), client.MatchingLabels{"olm.catalogSource": catalog.Name})).To(Succeed())
		g.Expect(pods.Items).To(BeEmpty(), "the catalog still runs")
	}).WithTimeout(removeTimeout).WithPolling(interval).Should(Succeed())
}

// subscribe does what the console does when an administrator clicks Install, waits until the release is there, and says how long it took.
func subscribe(ctx context.Context, release int) time.Duration {
	GinkgoHelper()
	began := time.Now()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: operatorNamespace}}
	group := &operatorsv1.OperatorGroup{ObjectMeta: metav1.ObjectMeta{Namespace: operatorNamespace, Name: operatorNamespace}}
	for _, object := range []client.Object{namespace, group} {
		if err := env.client.Create(ctx, object); !apierrors.IsAlreadyExists(err) {
			Expect(err).NotTo(HaveOccurred())
		}
	}
	Expect(env.client.Create(ctx, &operatorsv1alpha1.Subscription{
		ObjectMeta: metav1.ObjectMeta{Namespace: operatorNamespace, Name: olmPackage},
		Spec: &operatorsv1alpha1.SubscriptionSpec{
			CatalogSource: catalogName, CatalogSourceNamespace: olmNamespace, Package: olmPackage, Channel: "stable",
		},
	})).To(Succeed())
	waitRelease(ctx, release)
	return time.Since(began)
}

func waitRelease(ctx context.Context, release int) {
	GinkgoHelper()
	csv := &operatorsv1alpha1.ClusterServiceVersion{}
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		g.Expect(env.client.Get(ctx, csvName(release), csv)).To(Succeed())
		g.Expect(csv.Status.Phase).To(Equal(operatorsv1alpha1.CSVPhaseSucceeded), "%s: %s", csv.Status.Reason, csv.Status.Message)
	}).WithTimeout(olmTimeout).WithPolling(interval).Should(Succeed())
}

// removeSubscription does what the console does when an administrator uninstalls the operator.
func removeSubscription(ctx context.Context) {
	GinkgoHelper()
	subscription := &operatorsv1alpha1.Subscription{ObjectMeta: metav1.ObjectMeta{Namespace: operatorNamespace, Name: olmPackage}}
	Expect(client.IgnoreNotFound(env.client.Delete(ctx, subscription))).To(Succeed())
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		csvs := &operatorsv1alpha1.ClusterServiceVersionList{}
		g.Expect(env.client.List(ctx, csvs, client.InNamespace(operatorNamespace))).To(Succeed())
		for i := range csvs.Items {
			g.Expect(client.IgnoreNotFound(env.client.Delete(ctx, &csvs.Items[i]))).To(Succeed())
		}
		g.Expect(csvs.Items).To(BeEmpty())
	}).WithTimeout(removeTimeout).WithPolling(interval).Should(Succeed())
}

// expectAdmission creates, on trial, a store that the webhooks refuse, and one that they do not.
func expectAdmission(ctx context.Context) {
	GinkgoHelper()
	// A ready pod is not yet in every node's routes to its Service.
	Eventually(ctx, admit).WithTimeout(time.Minute).WithPolling(interval).Should(Succeed())
	replicas := int32(3)
	wrong := newStore("default", "refused")
	wrong.Spec.Replicas = &replicas
	err := env.client.Create(ctx, wrong, client.DryRunAll)
	Expect(apierrors.IsInvalid(err) || apierrors.IsForbidden(err)).To(BeTrue(), "%v", err)
	Expect(err).To(MatchError(ContainSubstring("spec.replicas")))
}

// admit asks for admission of a store that is right, without creating it.
func admit(ctx context.Context) error {
	return env.client.Create(ctx, newStore("default", "asked"), client.DryRunAll)
}

// tally is what was asked, and what was said where it went wrong.
type tally struct {
	stop  context.CancelFunc
	group sync.WaitGroup

	admissions, transfers int
	refused, failed       []string
}

func (t *tally) String() string {
	return fmt.Sprintf("%d admissions, %d refused; %d transfers, %d failed", t.admissions, len(t.refused), t.transfers, len(t.failed))
}

// ask asks for admission, and beside it pushes and pulls an image, without end.
func ask(ctx context.Context, store *v1alpha1.ZotArtifactStore) *tally {
	ctx, cancel := context.WithCancel(ctx)
	t := &tally{stop: cancel}
	DeferCleanup(func() { t.end() })
	note := func(err error, all *int, wrong *[]string) {
		if ctx.Err() != nil {
			return
		}
		*all++
		if err != nil {
			*wrong = append(*wrong, err.Error())
		}
	}
	t.group.Go(func() { steadily(ctx, func(int) { note(admit(ctx), &t.admissions, &t.refused) }) })
	t.group.Go(func() {
		steadily(ctx, func(i int) {
			err := atRegistry(ctx, store, func(address string) error {
				image, err := registry.Push(ctx, address, "upgrade/app", fmt.Sprintf("v%d", i), registry.OCI)
				if err != nil {
					return err
				}
				return registry.Pull(ctx, address, image)
			})
			note(err, &t.transfers, &t.failed)
		})
	})
	return t
}

// end ends the asking; then the tally can be read.
func (t *tally) end() {
	t.stop()
	t.group.Wait()
}
