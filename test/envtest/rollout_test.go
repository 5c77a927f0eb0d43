package envtest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
)

var _ = Describe("A change of the configuration", func() {
	var store *v1alpha1.ZotArtifactStore

	BeforeEach(func(ctx SpecContext) {
		start(options{})
		store = filesystemStore(namespace(ctx), "config")
		create(ctx, store)
		ready(ctx, store)
	})

	It("that zot reloads changes the live config map in place, and restarts nothing", func(ctx SpecContext) {
		before, hash := workload(ctx, store), currentHash(ctx, store)
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.AccessControl = &v1alpha1.AccessControlSpec{Repositories: []v1alpha1.RepositoryAccess{
				{Pattern: "public/**", AnonymousPolicy: []v1alpha1.AccessAction{"read"}},
			}}
		})
		ready(ctx, store)
		live := &corev1.ConfigMap{}
		key := client.ObjectKey{Namespace: store.Namespace, Name: names.LiveConfig(store.Name, hash)}
		Expect(admin.Get(ctx, key, live)).To(Succeed())
		Expect(live.Data[handover.LiveFile]).To(ContainSubstring("public/**"))
		Expect(workload(ctx, store).Generation).To(Equal(before.Generation))
		Expect(configMaps(ctx, store)).To(HaveLen(2))
	})

	It("of the port moves the Service, which never has two", func(ctx SpecContext) {
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.HTTP = &v1alpha1.HTTPSpec{Port: new(int32(5000))} })
		ready(ctx, store)
		service := &corev1.Service{}
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), service)).To(Succeed())
		Expect(service.Spec.Ports).To(ConsistOf(HaveField("Port", int32(5000))))
		Expect(store.Status.ServiceEndpoint).To(HaveSuffix(":5000"))
	})

	It("that needs a restart keeps the old config maps while a pod may need them, and no longer", func(ctx SpecContext) {
		old := currentHash(ctx, store)
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Log = &v1alpha1.LogSpec{Level: "debug"} })
		Eventually(func() string { return currentHash(ctx, store) }).ShouldNot(Equal(old))
		// News is gathered for a moment before it is written.
		Eventually(func() metav1.ConditionStatus { return condition(ctx, store, v1alpha1.ConditionReady).Status }).
			ShouldNot(Equal(metav1.ConditionTrue))

		By("rolling: the old pod is on its way out")
		pod := &corev1.Pod{}
		key := client.ObjectKey{Namespace: store.Namespace, Name: store.Name + "-0"}
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, key, pod)).To(Succeed())
			g.Expect(pod.DeletionTimestamp).NotTo(BeNil())
		}).Should(Succeed())
		Consistently(func() []string { return configMaps(ctx, store) }, "1s").Should(HaveLen(4))

		By("rolling: the old pod is gone and may be made again, as the new one has not run yet")
		ended := pod.UID
		cluster{NewGomega(Fail)}.end(ctx, store)
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, key, pod)).To(Succeed())
			g.Expect(pod.UID).NotTo(Equal(ended))
		}).Should(Succeed())
		Consistently(func() []string { return configMaps(ctx, store) }, "1s").Should(HaveLen(4))

		By("the new pod runs")
		ready(ctx, store)
		Eventually(func() []string { return configMaps(ctx, store) }).Should(HaveLen(2))
		for _, name := range configMaps(ctx, store) {
			Expect(name).NotTo(HaveSuffix(old))
		}
	})
})

func workload(ctx context.Context, store *v1alpha1.ZotArtifactStore) *appsv1.StatefulSet {
	GinkgoHelper()
	set := &appsv1.StatefulSet{}
	Expect(admin.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.Workload(store.Name)}, set)).To(Succeed())
	return set
}

// currentHash names the config maps that new pods mount.
func currentHash(ctx context.Context, store *v1alpha1.ZotArtifactStore) string {
	GinkgoHelper()
	return workload(ctx, store).Spec.Template.Annotations[labels.ConfigHash]
}

func configMaps(ctx context.Context, store *v1alpha1.ZotArtifactStore) []string {
	GinkgoHelper()
	list := &corev1.ConfigMapList{}
	Expect(admin.List(ctx, list, client.InNamespace(store.Namespace), client.MatchingLabels{labels.Store: store.Name})).To(Succeed())
	var out []string
	for i := range list.Items {
		out = append(out, list.Items[i].Name)
	}
	return out
}
