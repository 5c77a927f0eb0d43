package envtest

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

var _ = Describe("A ServiceMonitor", func() {
	It("is made as soon as there is a Prometheus operator, kept, and taken away with the figures", func(ctx SpecContext) {
		start(options{})
		store := filesystemStore(namespace(ctx), "measured")
		store.Spec.Extensions = &v1alpha1.ExtensionsSpec{Metrics: &v1alpha1.MetricsSpec{}}
		create(ctx, store)
		ready(ctx, store)
		monitor := resources.NewServiceMonitor()
		key := client.ObjectKey{Namespace: store.Namespace, Name: names.ServiceMonitor(store.Name)}
		// A client that has seen the API in an earlier spec asks for it, and is told that there is none.
		Expect(admin.Get(ctx, key, monitor)).To(Or(
			MatchError(meta.IsNoMatchError, "IsNoMatchError"), MatchError(apierrors.IsNotFound, "IsNotFound")))

		By("installing the Prometheus operator while ours runs")
		installServiceMonitors()
		Eventually(func() error { return admin.Get(ctx, key, monitor) }).Should(Succeed())
		Expect(managers(monitor)).To(ConsistOf("zot-extensions"))
		ready(ctx, store)
		Eventually(func() string { return condition(ctx, store, v1alpha1.ConditionExtensionsReady).Message }).
			Should(ContainSubstring("by a ServiceMonitor"))
		calm(ctx, store)

		By("putting it right when somebody else changes it")
		Expect(unstructured.SetNestedSlice(monitor.Object, []any{map[string]any{"port": "other"}}, "spec", "endpoints")).To(Succeed())
		Expect(admin.Update(ctx, monitor, elsewhere)).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, key, monitor)).To(Succeed())
			endpoints, _, _ := unstructured.NestedSlice(monitor.Object, "spec", "endpoints")
			g.Expect(endpoints).To(HaveLen(1))
			g.Expect(endpoints[0]).To(HaveKeyWithValue("port", "http"))
		}).Should(Succeed())

		By("taking it away when there are no figures any more")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Extensions = nil })
		Eventually(func() error { return admin.Get(ctx, key, monitor) }).Should(MatchError(apierrors.IsNotFound, "IsNotFound"))
		ready(ctx, store)
	})
})
