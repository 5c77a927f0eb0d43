package envtest

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/version"
)

// spoiler changes a field that the operator owns, and tells whether it is as it was.
type spoiler struct {
	spoil  func(client.Object)
	mended func(client.Object) bool
}

func spoilerOf[T client.Object](spoil func(T), mended func(T) bool) spoiler {
	typed := func(object client.Object) T {
		GinkgoHelper()
		out, ok := object.(T)
		Expect(ok).To(BeTrue(), "%T", object)
		return out
	}
	return spoiler{
		spoil:  func(object client.Object) { spoil(typed(object)) },
		mended: func(object client.Object) bool { return mended(typed(object)) },
	}
}

// spoilers by the kind and name of the object.
func spoilers(store, hash string) map[string]spoiler {
	return map[string]spoiler{
		"Service " + store: spoilerOf(
			func(s *corev1.Service) {
				s.Spec.Selector = map[string]string{"app": "other"}
				s.Spec.Ports[0].TargetPort = intstr.FromInt32(9999)
			},
			func(s *corev1.Service) bool {
				return s.Spec.Selector["app"] == labels.AppValue && s.Spec.Ports[0].TargetPort.String() == "http"
			}),
		"StatefulSet " + store: spoilerOf(
			func(s *appsv1.StatefulSet) { s.Spec.Template.Spec.Containers[0].Image = "example.com/other:1" },
			func(s *appsv1.StatefulSet) bool {
				return s.Spec.Template.Spec.Containers[0].Image == version.OperandRepository+":"+version.OperandTag
			}),
		"PodDisruptionBudget " + store: spoilerOf(
			func(b *policyv1.PodDisruptionBudget) { b.Spec.MaxUnavailable = new(intstr.FromInt32(0)) },
			func(b *policyv1.PodDisruptionBudget) bool { return b.Spec.MaxUnavailable.IntValue() == 1 }),
		"ServiceAccount " + names.ServiceAccount(store): spoilerOf(
			func(a *corev1.ServiceAccount) { a.AutomountServiceAccountToken = new(true) },
			func(a *corev1.ServiceAccount) bool { return !*a.AutomountServiceAccountToken }),
		"ConfigMap " + names.LiveConfig(store, hash): spoilerOf(
			func(c *corev1.ConfigMap) { c.Data[handover.LiveFile] = "{}" },
			func(c *corev1.ConfigMap) bool { return c.Data[handover.LiveFile] != "{}" }),
		// Its data cannot be changed. Without this label the operator's cache does not see the object any more.
		"ConfigMap " + names.BootConfig(store, hash): spoilerOf(
			func(c *corev1.ConfigMap) { delete(c.Labels, labels.ManagedBy) },
			func(c *corev1.ConfigMap) bool { return c.Labels[labels.ManagedBy] == labels.Manager }),
		// What a claim asks for can only grow, and what has grown is kept.
		"PersistentVolumeClaim " + names.Claim(store): spoilerOf(
			func(c *corev1.PersistentVolumeClaim) { c.Labels[labels.Instance] = "other" },
			func(c *corev1.PersistentVolumeClaim) bool { return c.Labels[labels.Instance] == store }),
	}
}

var _ = Describe("Drift", func() {
	const name = "drift"
	var store *v1alpha1.ZotArtifactStore

	BeforeEach(func(ctx SpecContext) {
		start(options{})
		store = filesystemStore(namespace(ctx), name)
		create(ctx, store)
		ready(ctx, store)
	})

	It("is put right in every object, and what is not the operator's stays as it is", func(ctx SpecContext) {
		const foreign = "example.com/foreign"
		known := spoilers(name, currentHash(ctx, store))
		seen := 0
		for _, object := range children(ctx, store) {
			how, ok := known[describe(object)]
			if !ok {
				Expect(describe(object)).To(HavePrefix("Pod "), "a kind of object that this test does not know")
				continue
			}
			seen++
			By("changing " + describe(object))
			Eventually(func() error {
				if err := admin.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
					return err
				}
				annotations := object.GetAnnotations()
				annotations[foreign] = "kept"
				object.SetAnnotations(annotations)
				object.GetLabels()[foreign] = "kept"
				if service, ok := object.(*corev1.Service); ok {
					service.Spec.SessionAffinity = corev1.ServiceAffinityClientIP
				}
				how.spoil(object)
				return admin.Update(ctx, object, elsewhere)
			}).Should(Succeed())
			Expect(how.mended(object)).To(BeFalse(), "the change itself did not take")
			Eventually(func(g Gomega) {
				g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(object), object)).To(Succeed())
				g.Expect(how.mended(object)).To(BeTrue())
			}).Should(Succeed(), describe(object))
			Expect(object.GetAnnotations()).To(HaveKeyWithValue(foreign, "kept"), describe(object))
			Expect(object.GetLabels()).To(HaveKeyWithValue(foreign, "kept"), describe(object))
			if service, ok := object.(*corev1.Service); ok {
				Expect(service.Spec.SessionAffinity).To(Equal(corev1.ServiceAffinityClientIP))
			}
		}
		Expect(seen).To(Equal(len(known)), "an object was not there")
		ready(ctx, store)
		calm(ctx, store)
	})

	It("that cannot be put right is told: a port of the same name beside ours, which its owner has to take away", func(ctx SpecContext) {
		service := &corev1.Service{}
		renumber := func(port int32) {
			Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), service)).To(Succeed())
			service.Spec.Ports[0].Port = port
			Expect(admin.Update(ctx, service, elsewhere)).To(Succeed())
		}
		renumber(9999)
		Eventually(func() string { return condition(ctx, store, v1alpha1.ConditionNetworkingReady).Reason }).
			Should(Equal(v1alpha1.ReasonApplyFailed))
		Expect(condition(ctx, store, v1alpha1.ConditionReady).Message).To(ContainSubstring("spec.ports"))
		renumber(8080)
		ready(ctx, store)
	})

	It("brings deleted objects back", func(ctx SpecContext) {
		for _, object := range children(ctx, store) {
			switch object.(type) {
			case *corev1.PersistentVolumeClaim, *corev1.Pod:
				continue // The one waits for its protection to be lifted, the other is the StatefulSet's.
			}
			By("deleting " + describe(object))
			before := object.GetUID()
			Expect(admin.Delete(ctx, object)).To(Succeed())
			Eventually(func(g Gomega) {
				g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(object), object)).To(Succeed())
				g.Expect(object.GetUID()).NotTo(Equal(before))
			}).Should(Succeed(), describe(object))
		}
		ready(ctx, store)
		calm(ctx, store)
	})

	It("in the status is put right", func(ctx SpecContext) {
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
		want := *store.Status.DeepCopy()
		store.Status = v1alpha1.ZotArtifactStoreStatus{Phase: v1alpha1.PhaseFailed}
		Expect(admin.Status().Update(ctx, store, elsewhere)).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
			for i := range store.Status.Conditions { // The times were wiped with the rest.
				store.Status.Conditions[i].LastTransitionTime = want.Conditions[i].LastTransitionTime
			}
			g.Expect(store.Status).To(Equal(want))
		}).Should(Succeed())
	})
})
