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
	"github.com/zot-artifact-store/operator/pkg/labels"
)

// spoiler changes a field that the operator owns, and tells whether it is as it was.
type spoiler struct {
	spoil  func(client.Object)
	mended func(client.Object) bool
}

// spoilers by the kind and name of the object.
func spoilers(store string, hash string) map[string]spoiler {
	return map[string]spoiler{
		"Service " + store: {
			func(o client.Object) { o.(*corev1.Service).Spec.Ports[0].Port = 9999 },
			func(o client.Object) bool { return o.(*corev1.Service).Spec.Ports[0].Port == 8080 },
		},
		"StatefulSet " + store: {
			func(o client.Object) {
				o.(*appsv1.StatefulSet).Spec.Template.Spec.Containers[0].Image = "example.com/other:1"
			},
			func(o client.Object) bool {
				return o.(*appsv1.StatefulSet).Spec.Template.Spec.Containers[0].Image == "ghcr.io/project-zot/zot:v2.1.20"
			},
		},
		"PodDisruptionBudget " + store: {
			func(o client.Object) {
				o.(*policyv1.PodDisruptionBudget).Spec.MaxUnavailable = new(intstr.FromInt32(0))
			},
			func(o client.Object) bool {
				return o.(*policyv1.PodDisruptionBudget).Spec.MaxUnavailable.IntValue() == 1
			},
		},
		"ServiceAccount " + store + "-zot": {
			func(o client.Object) { o.(*corev1.ServiceAccount).AutomountServiceAccountToken = new(true) },
			func(o client.Object) bool { return !*o.(*corev1.ServiceAccount).AutomountServiceAccountToken },
		},
		"ConfigMap " + store + "-live-" + hash: {
			func(o client.Object) { o.(*corev1.ConfigMap).Data["live.json"] = "{}" },
			func(o client.Object) bool { return o.(*corev1.ConfigMap).Data["live.json"] != "{}" },
		},
		// Its data cannot be changed. Without this label the operator's cache does not see the object any more.
		"ConfigMap " + store + "-boot-" + hash: unlabelled(),
		// What a claim asks for can only grow, and what has grown is kept.
		"PersistentVolumeClaim " + store + "-data": {
			func(o client.Object) { o.GetLabels()[labels.Instance] = "other" },
			func(o client.Object) bool { return o.GetLabels()[labels.Instance] == store },
		},
	}
}

func unlabelled() spoiler {
	return spoiler{
		func(o client.Object) { delete(o.GetLabels(), labels.ManagedBy) },
		func(o client.Object) bool { return o.GetLabels()[labels.ManagedBy] == labels.Manager },
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
