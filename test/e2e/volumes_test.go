package e2e

import (
	"bytes"
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// directories is the provisioner of the test cluster. It grows volumes, in the place of a CSI driver and its resizer.
const directories = "zot-cluster.local/directory"

var _ = Describe("a volume", func() {
	It("grows in place, without a restart, and does not shrink", Label("smoke"), func(ctx SpecContext) {
		needDirectories(ctx)
		store := startStore(ctx, newNamespace(ctx, "grow"), "store")
		image := push(ctx, store, "kept/app", "v1")
		before := lifeOf(ctx, store)
		began := time.Now()
		change(ctx, store, size("2Gi"))
		waitCapacity(ctx, store, "2Gi")
		AddReportEntry("size changed, volume grown after", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		waitRunning(ctx, store)
		Expect(lifeOf(ctx, store)).To(Equal(before), "the pod was touched")
		pull(ctx, store, image)

		said := refused(ctx, sizePatch(store, "1Gi"), "")
		Expect(said).To(ContainSubstring("spec.storage.size cannot shrink"))
	}, NodeTimeout(specTimeout))

	It("of a class that lets none grow stays as it is, and there is a way back", Label("full"), func(ctx SpecContext) {
		needDirectories(ctx)
		class := newClass(ctx, nil)
		store := storeOf(ctx, class)
		before := lifeOf(ctx, store)
		said := refused(ctx, sizePatch(store, "2Gi"), "")
		Expect(said).To(And(ContainSubstring("spec.storage.size cannot grow"), ContainSubstring(class.Name), ContainSubstring("allowVolumeExpansion")))

		By("asking for it while the class allows it and the store is paused")
		allow(ctx, class, true)
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Paused = new(true) })
		waitPhase(ctx, store, v1alpha1.PhasePaused)
		Eventually(ctx, func(ctx context.Context) error { _, err := shell(ctx, sizePatch(store, "2Gi"), ""); return err }).
			WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
		allow(ctx, class, false)
		waitCondition(ctx, store, v1alpha1.ConditionStorageReady, metav1.ConditionFalse, v1alpha1.ReasonVolumeCannotGrow)
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Paused = nil })
		told := waitCondition(ctx, store, v1alpha1.ConditionStorageReady, metav1.ConditionFalse, v1alpha1.ReasonVolumeCannotGrow)
		Expect(told.Message).To(And(ContainSubstring("StorageClass "+class.Name), ContainSubstring("set the size back to 1Gi")))
		push(ctx, store, "kept/app", "v1")

		By("setting the size back")
		change(ctx, store, size("1Gi"))
		waitRunning(ctx, store)

		By("letting the class allow it")
		allow(ctx, class, true)
		Eventually(ctx, func(ctx context.Context) error { _, err := shell(ctx, sizePatch(store, "2Gi"), ""); return err }).
			WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
		waitCapacity(ctx, store, "2Gi")
		waitRunning(ctx, store)
		Expect(lifeOf(ctx, store)).To(Equal(before), "the pod was touched")
	}, NodeTimeout(specTimeout))

	It("that its provisioner does not grow is told in its words, and there is a way back", Label("full"), func(ctx SpecContext) {
		needDirectories(ctx)
		class := newClass(ctx, map[string]string{"largest": "2Gi"})
		allow(ctx, class, true)
		store := storeOf(ctx, class)
		before := lifeOf(ctx, store)
		change(ctx, store, size("4Gi"))
		told := waitCondition(ctx, store, v1alpha1.ConditionStorageReady, metav1.ConditionFalse, v1alpha1.ReasonVolumeCannotGrow)
		Expect(told.Message).To(ContainSubstring("4Gi is more than the quota of " + class.Name + " allows: 2Gi"))
		AddReportEntry("the message", told.Message)
		push(ctx, store, "kept/app", "v1")

		By("setting the size back to what the volume has")
		change(ctx, store, size("1Gi"))
		told = waitCondition(ctx, store, v1alpha1.ConditionStorageReady, metav1.ConditionTrue, v1alpha1.ReasonVolumeBound)
		Expect(told.Message).To(ContainSubstring("its claim asks for 4Gi"))
		waitRunning(ctx, store)
		Expect(requested(ctx, store)).To(Equal("4Gi"), "Kubernetes lets no claim ask for what its volume has")

		By("asking for what the quota allows")
		change(ctx, store, size("2Gi"))
		waitCapacity(ctx, store, "2Gi")
		waitRunning(ctx, store)
		Expect(requested(ctx, store)).To(Equal("2Gi"))
		Expect(lifeOf(ctx, store)).To(Equal(before), "the pod was touched")
	}, NodeTimeout(specTimeout))

	It("of the user's own outlives its store with what is in it", Label("full"), func(ctx SpecContext) {
		namespace := newNamespace(ctx, "own")
		own := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "mine"}}
		own.Spec.AccessModes = []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}
		own.Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}
		Expect(env.client.Create(ctx, own)).To(Succeed())
		owner := func() *v1alpha1.ZotArtifactStore {
			store := newStore(namespace, "store")
			store.Spec.Storage = &v1alpha1.StorageSpec{ExistingClaim: own.Name}
			Expect(env.client.Create(ctx, store)).To(Succeed())
			waitRunning(ctx, store)
			return store
		}
		store := owner()
		image := push(ctx, store, "kept/app", "v1")
		Expect(env.client.Delete(ctx, store)).To(Succeed())
		waitGone(ctx, store)
		pull(ctx, owner(), image)
		Expect(env.client.Get(ctx, client.ObjectKeyFromObject(own), own)).To(Succeed())
		Expect(own.OwnerReferences).To(BeEmpty(), "the claim of the user was taken over")
	}, NodeTimeout(specTimeout))

	It("of the S3 API grows in place and outlives its store with what is in it", Label("full"), func(ctx SpecContext) {
		needDirectories(ctx)
		namespace := newNamespace(ctx, "objects")
		withObjects := func(quantity string) *v1alpha1.ZotArtifactStore {
			store := newStore(namespace, "store")
			store.Spec.Extensions = &v1alpha1.ExtensionsSpec{S3API: &v1alpha1.S3APISpec{
				Storage: &v1alpha1.S3APIStorageSpec{Size: new(resource.MustParse(quantity))},
			}}
			Expect(env.client.Create(ctx, store)).To(Succeed())
			waitRunning(ctx, store)
			return store
		}
		store := withObjects("1Gi")
		content := bytes.Repeat([]byte("s3"), 1<<10)
		atS3(ctx, store, func(s3 s3Client) {
			Expect(s3.call(ctx, http.MethodPut, "/objects", nil)).To(HaveField("StatusCode", http.StatusOK))
			Expect(s3.call(ctx, http.MethodPut, "/objects/kept", content)).To(HaveField("StatusCode", http.StatusOK))
		})
		gateway := gatewayUIDs(ctx, store)
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.Extensions.S3API.Storage.Size = new(resource.MustParse("2Gi"))
		})
		claim := &corev1.PersistentVolumeClaim{}
		Eventually(ctx, func(g Gomega, ctx context.Context) {
			g.Expect(env.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: names.S3Claim(store.Name)}, claim)).To(Succeed())
			g.Expect(claim.Status.Capacity.Storage().String()).To(Equal("2Gi"))
		}).WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
		waitRunning(ctx, store)
		Expect(gatewayUIDs(ctx, store)).To(Equal(gateway), "the gateway's pod was touched")
		said := refused(ctx, "kubectl patch zas store -n "+namespace+
			` --type merge -p '{"spec":{"extensions":{"s3api":{"storage":{"size":"1Gi"}}}}}'`, "")
		Expect(said).To(ContainSubstring("spec.extensions.s3api.storage.size cannot shrink"))

		By("making the store again")
		Expect(env.client.Delete(ctx, store)).To(Succeed())
		waitGone(ctx, store)
		atS3(ctx, withObjects("2Gi"), func(s3 s3Client) {
			Expect(s3.call(ctx, http.MethodGet, "/objects/kept", nil)).To(And(
				HaveField("StatusCode", http.StatusOK), HaveField("Body", string(content))))
		})
	}, NodeTimeout(specTimeout))
})

// needDirectories skips a spec about what the provisioner of the test cluster does.
func needDirectories(ctx context.Context) {
	GinkgoHelper()
	standard := &storagev1.StorageClass{}
	err := env.client.Get(ctx, client.ObjectKey{Name: "standard"}, standard)
	if err != nil || standard.Provisioner != directories {
		Skip("no volume of this cluster is known to grow: its StorageClass standard is not the test cluster's")
	}
}

// newClass makes a StorageClass of the test cluster's provisioner that lets no volume grow, until the spec ends.
func newClass(ctx context.Context, parameters map[string]string) *storagev1.StorageClass {
	GinkgoHelper()
	class := &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "e2e-"}, Provisioner: directories, Parameters: parameters,
		VolumeBindingMode: new(storagev1.VolumeBindingWaitForFirstConsumer),
	}
	Expect(env.client.Create(ctx, class)).To(Succeed())
	DeferCleanup(func(ctx SpecContext) { Expect(env.client.Delete(ctx, class)).To(Succeed()) })
	return class
}

// allow says whether a class lets volumes grow.
func allow(ctx context.Context, class *storagev1.StorageClass, growth bool) {
	GinkgoHelper()
	before := class.DeepCopy()
	class.AllowVolumeExpansion = &growth
	Expect(env.client.Patch(ctx, class, client.MergeFrom(before))).To(Succeed())
}

// storeOf starts a store of 1Gi of that class.
func storeOf(ctx context.Context, class *storagev1.StorageClass) *v1alpha1.ZotArtifactStore {
	GinkgoHelper()
	store := newStore(newNamespace(ctx, "class"), "store")
	store.Spec.Storage.StorageClassName = &class.Name
	Expect(env.client.Create(ctx, store)).To(Succeed())
	waitRunning(ctx, store)
	return store
}

func size(quantity string) func(*v1alpha1.ZotArtifactStoreSpec) {
	return func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Storage.Size = new(resource.MustParse(quantity)) }
}

// sizePatch is the command of docs/storage.md.
func sizePatch(store *v1alpha1.ZotArtifactStore, quantity string) string {
	return "kubectl -n " + store.Namespace + " patch zas " + store.Name +
		` --type merge -p '{"spec":{"storage":{"size":"` + quantity + `"}}}'`
}

// waitCapacity waits until the status tells that the volume has that size.
func waitCapacity(ctx context.Context, store *v1alpha1.ZotArtifactStore, quantity string) {
	GinkgoHelper()
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		g.Expect(env.client.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
		g.Expect(store.Status.Storage).To(HaveField("Capacity", HaveValue(HaveField("String()", quantity))), describeStore(store))
	}).WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
}

// requested is the size that the claim asks for.
func requested(ctx context.Context, store *v1alpha1.ZotArtifactStore) string {
	GinkgoHelper()
	return claimOf(ctx, store).Spec.Resources.Requests.Storage().String()
}

func gatewayUIDs(ctx context.Context, store *v1alpha1.ZotArtifactStore) []string {
	GinkgoHelper()
	found := &corev1.PodList{}
	Expect(env.client.List(ctx, found, client.InNamespace(store.Namespace), gatewayPods(store))).To(Succeed())
	var out []string
	for i := range found.Items {
		out = append(out, string(found.Items[i].UID))
	}
	return out
}
