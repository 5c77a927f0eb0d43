package envtest

import (
	"os"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/controllers"
)

// That the role is enough, every other test shows: the operator has no other permissions, and a refused request fails the test.
var _ = Describe("Contract 9: the operator's role", Label("permissions"), func() {
	var role rbacv1.ClusterRole

	BeforeEach(func() {
		data, err := os.ReadFile(repository("config", "rbac", "role.yaml"))
		Expect(err).NotTo(HaveOccurred())
		Expect(yaml.UnmarshalStrict(data, &role)).To(Succeed())
		Expect(role.Rules).NotTo(BeEmpty())
	})

	It("reads no Secrets, has no wildcards, and an update of nothing but what OpenShift asks about", func() {
		// Admission asks whether it could update the finalizers of an owner that it names, and whether it could update the host of
		// a Route that it changes. Neither is ever written by an update.
		asked := []string{"zotartifactstores/finalizers", "routes/custom-host"}
		for _, rule := range role.Rules {
			if slices.Contains(rule.Resources, "secrets") {
				Expect(rule.Verbs).To(ConsistOf("create"), "it makes keys that nobody else knows, and cannot read them either")
			}
			Expect(slices.Concat(rule.APIGroups, rule.Resources, rule.Verbs)).NotTo(ContainElement("*"))
			Expect(rule.Verbs).NotTo(ContainElement("deletecollection"))
			if slices.Contains(rule.Verbs, "update") {
				Expect(asked).To(ContainElements(rule.Resources))
			}
		}
	})

	It("lets the operator read no Secret and change no store", func(ctx SpecContext) {
		operator, err := client.New(operatorConfig, client.Options{Scheme: controllers.Scheme()})
		Expect(err).NotTo(HaveOccurred())
		may := func(group, resource, verb string) bool {
			review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
				ResourceAttributes: &authorizationv1.ResourceAttributes{
					Group: group, Resource: resource, Verb: verb, Namespace: "default",
				},
			}}
			Expect(operator.Create(ctx, review)).To(Succeed())
			return review.Status.Allowed
		}
		Expect(may("", "secrets", "get")).To(BeFalse())
		Expect(may("", "secrets", "list")).To(BeFalse())
		Expect(may("", "secrets", "patch")).To(BeFalse())
		Expect(may("", "events", "list")).To(BeTrue(), "they say why a StatefulSet gets no pod")
		Expect(may("", "events", "watch")).To(BeFalse(), "a cluster has far too many")
		Expect(may("artifacts.zot.io", "zotartifactstores", "patch")).To(BeFalse())
		Expect(may("artifacts.zot.io", "zotartifactstores", "update")).To(BeFalse())
		Expect(may("artifacts.zot.io", "zotartifactstores", "get")).To(BeTrue())
	})
})
