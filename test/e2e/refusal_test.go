package e2e

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

var _ = Describe("what cannot work", Label("smoke"), Ordered, ContinueOnFailure, func() {
	var namespace string
	BeforeAll(func(ctx SpecContext) { namespace = newNamespace(ctx, "refusal") })
	BeforeEach(func() { watched = []string{namespace} })

	DescribeTable("is refused when it is applied, with the reason and a way out",
		func(ctx SpecContext, spec string, parts ...string) {
			manifest := "apiVersion: artifacts.zot.io/v1alpha1\nkind: ZotArtifactStore\nmetadata: {name: refused}\nspec: " + spec + "\n"
			answer := refused(ctx, "kubectl apply -n "+namespace+" -f -", manifest)
			for _, part := range parts {
				Expect(answer).To(ContainSubstring(part))
			}
			stores := &v1alpha1.ZotArtifactStoreList{}
			Expect(env.client.List(ctx, stores, client.InNamespace(namespace))).To(Succeed())
			Expect(stores.Items).To(BeEmpty(), "the refused store is there all the same")
		},
		Entry("two replicas", NodeTimeout(time.Minute), "{replicas: 2}", "spec.replicas", "is more than 1",
			"on a volume zot keeps locks and metadata in one process", "use spec.storage.type s3, azure or gcp together with"),
		Entry("type s3 without its block", NodeTimeout(time.Minute), "{storage: {type: s3}}",
			"spec.storage.s3 must be set when spec.storage.type is s3, and only then"),
		// Only the webhook knows this rule: it is at work.
		Entry("the port of the config agent", NodeTimeout(time.Minute), "{http: {port: 8079}}",
			"spec.http.port is 8079, on which the config agent listens in the same pod", "write another one, for example 8080"),
	)

	It("is refused when it is scaled", func(ctx SpecContext) {
		store := newStore(namespace, "store")
		Expect(env.client.Create(ctx, store)).To(Succeed())
		answer := refused(ctx, fmt.Sprintf("kubectl scale -n %s zotartifactstore/%s --replicas=2", namespace, store.Name), "")
		Expect(answer).To(And(ContainSubstring("spec.replicas is more than 1"), ContainSubstring("run one replica")))
		Expect(env.client.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
		Expect(*store.Spec.Replicas).To(Equal(int32(1)))
	}, NodeTimeout(time.Minute))
})
