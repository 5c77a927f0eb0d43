package envtest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

var _ = Describe("Contract 8: without the webhook", Label("webhook"), func() {
	It("every bad spec gets the verdict that the webhook gives", func(ctx SpecContext) {
		in := namespace(ctx)
		specs, judged := badSpecs(), map[string][]metav1.StatusCause{}
		Expect(len(specs)).To(BeNumerically(">", 50), "the rows of pkg/validation are not found any more")

		By("asking the webhook")
		bySchema := 0
		for i, bad := range specs {
			err := admin.Create(ctx, bad.store(in, i), client.DryRunAll)
			Expect(err).To(MatchError(apierrors.IsInvalid, "IsInvalid"), "%s: %s is taken", bad.where, bad.spec)
			if !strings.Contains(err.Error(), "denied the request") {
				bySchema++
				continue
			}
			var status apierrors.APIStatus
			Expect(errors.As(err, &status)).To(BeTrue())
			judged[bad.where] = status.Status().Details.Causes
			Expect(judged[bad.where]).NotTo(BeEmpty(), bad.where)
		}

		By("taking the webhook away, and asking the controllers")
		start(options{})
		webhookOff(ctx)
		rules := map[string]bool{}
		for i, bad := range specs {
			store := bad.store(in, i)
			err := admin.Create(ctx, store)
			if judged[bad.where] == nil {
				Expect(err).To(MatchError(apierrors.IsInvalid, "IsInvalid"), "%s: the schema refuses it only where the webhook is", bad.where)
				continue
			}
			Expect(err).NotTo(HaveOccurred(), bad.where)
		}
		for i, bad := range specs {
			if judged[bad.where] == nil {
				continue
			}
			rules[bad.rule] = true
			found := &v1alpha1.ZotArtifactStore{}
			found.Namespace, found.Name = in, badName(i)
			Eventually(func(g Gomega) {
				for _, kind := range []string{v1alpha1.ConditionReady, v1alpha1.ConditionWorkloadReady} {
					c := condition(ctx, found, kind)
					g.Expect(c.Status).To(Equal(metav1.ConditionFalse))
					g.Expect(c.Reason).To(Equal(v1alpha1.ReasonInvalidSpec), c.Message)
					for _, cause := range judged[bad.where] {
						g.Expect(c.Message).To(ContainSubstring(cause.Field + ": " + cause.Message))
					}
				}
				g.Expect(found.Status.Phase).To(Equal(v1alpha1.PhaseFailed))
			}).WithContext(ctx).Should(Succeed(), "%s: %s", bad.where, bad.spec)
			Expect(children(ctx, found)).To(BeEmpty(), bad.where)
		}
		AddReportEntry("webhook off", fmt.Sprintf("%d bad specs of %d rules judged alike; %d more are refused by the schema already",
			len(judged), len(rules), bySchema), ReportEntryVisibilityAlways)
	})

	It("a bad change leaves what runs alone, also after a restart of the operator, and the next good one heals", func(ctx SpecContext) {
		first := start(options{})
		store := filesystemStore(namespace(ctx), "spoilt")
		create(ctx, store)
		ready(ctx, store)
		calm(ctx, store)
		before := childVersions(ctx, store)

		webhookOff(ctx)
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.HTTP = &v1alpha1.HTTPSpec{Port: new(int32(5000))}
			spec.Resources = &v1alpha1.ResourceRequirements{
				Requests: &v1alpha1.ResourceAmounts{Memory: new(resource.MustParse("2Gi"))},
				Limits:   &v1alpha1.ResourceAmounts{Memory: new(resource.MustParse("1Gi"))},
			}
		})
		told := func(g Gomega) {
			c := condition(ctx, store, v1alpha1.ConditionReady)
			g.Expect(c.Reason).To(Equal(v1alpha1.ReasonInvalidSpec))
			g.Expect(c.ObservedGeneration).To(Equal(store.Generation))
			g.Expect(c.Message).To(ContainSubstring("spec.resources.requests.memory"))
			g.Expect(store.Status.ReadyReplicas).To(HaveValue(Equal(int32(1))), "its pod serves")
			g.Expect(store.Status.Phase).To(Equal(v1alpha1.PhaseDegraded))
		}
		Eventually(told).Should(Succeed())
		Consistently(func() map[string]string { return childVersions(ctx, store) }, "2s").Should(Equal(before))
		first.stop()
		start(options{})
		Consistently(func() map[string]string { return childVersions(ctx, store) }, "2s").Should(Equal(before))
		told(Default)

		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Resources = nil })
		ready(ctx, store)
		Expect(store.Status.ServiceEndpoint).To(HaveSuffix(":5000"))
	})
})

func badName(i int) string { return fmt.Sprintf("bad-%d", i) }

// store is one with the spec, as it is written: a typed one would not tell an empty list from none.
func (b badSpec) store(namespace string, i int) *unstructured.Unstructured {
	GinkgoHelper()
	var typed v1alpha1.ZotArtifactStoreSpec
	Expect(yaml.UnmarshalStrict([]byte(b.spec), &typed)).To(Succeed(), b.where)
	spec := map[string]any{}
	Expect(yaml.Unmarshal([]byte(b.spec), &spec)).To(Succeed(), b.where)
	if runtime.DefaultUnstructuredConverter.FromUnstructured(spec, &v1alpha1.ZotArtifactStoreSpec{}) != nil {
		// YAML takes n and y for booleans, where it does not know that they are text.
		var err error
		spec, err = runtime.DefaultUnstructuredConverter.ToUnstructured(&typed)
		Expect(err).NotTo(HaveOccurred(), b.where)
	}
	store := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	store.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(v1alpha1.GroupKind.Kind))
	store.SetNamespace(namespace)
	store.SetName(badName(i))
	return store
}

// webhookOff takes both webhooks away until the test ends.
func webhookOff(ctx context.Context) {
	GinkgoHelper()
	// The API server takes a moment to see either.
	judged := func(ctx context.Context) error {
		store := filesystemStore("default", "judged")
		store.Spec.Resources = &v1alpha1.ResourceRequirements{
			Requests: &v1alpha1.ResourceAmounts{Memory: new(resource.MustParse("2Gi"))},
			Limits:   &v1alpha1.ResourceAmounts{Memory: new(resource.MustParse("1Gi"))},
		}
		return admin.Create(ctx, store, client.DryRunAll)
	}
	DeferCleanup(func(ctx context.Context) {
		Eventually(judged).WithContext(ctx).Should(MatchError(apierrors.IsInvalid, "IsInvalid"))
	})
	mutating := &admissionregistrationv1.MutatingWebhookConfigurationList{}
	validating := &admissionregistrationv1.ValidatingWebhookConfigurationList{}
	Expect(admin.List(ctx, mutating)).To(Succeed())
	Expect(admin.List(ctx, validating)).To(Succeed())
	Expect(mutating.Items).To(HaveLen(1))
	Expect(validating.Items).To(HaveLen(1))
	for _, configuration := range []client.Object{&mutating.Items[0], &validating.Items[0]} {
		Expect(admin.Delete(ctx, configuration)).To(Succeed())
		DeferCleanup(func(ctx context.Context) {
			configuration.SetResourceVersion("")
			Expect(admin.Create(ctx, configuration)).To(Succeed())
		})
	}
	Eventually(judged).WithContext(ctx).Should(Succeed())
}

// childVersions are the versions of the store's objects, without its own.
func childVersions(ctx context.Context, store *v1alpha1.ZotArtifactStore) map[string]string {
	GinkgoHelper()
	out := map[string]string{}
	for _, child := range children(ctx, store) {
		out[describe(child)] = child.GetResourceVersion()
	}
	return out
}
