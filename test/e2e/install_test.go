package e2e

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const crdFile = "config/crd/zotartifactstore_crd.yaml"

// The ways to install the operator without Operator Lifecycle Manager, on the cluster of label olm, where nobody else has installed it.
var _ = Describe("an installation by hand", Label("olm", "full"), func() {
	BeforeEach(func() {
		if len(env.olm) == 0 {
			Skip("E2E_OLM names no releases: hack/olm.sh brings a cluster on which nobody has installed the operator")
		}
	})

	It("is one file, and leaves no trace when it is removed", func(ctx SpecContext) {
		run(ctx, "make installer")
		removeLater("-f dist/install.yaml")
		run(ctx, "kubectl apply --server-side --force-conflicts -f dist/install.yaml")
		expectAtWorkByHand(ctx)
		run(ctx, "kubectl delete --timeout=120s -f dist/install.yaml")
		expectNoTrace(ctx)
	}, NodeTimeout(specTimeout))

	It("has webhooks with a certificate of cert-manager, and leaves no trace when it is removed", func(ctx SpecContext) {
		if !env.servers {
			Skip("E2E_SERVERS is not 1: the image of cert-manager cannot be pulled; hack/servers.sh brings it into the test cluster")
		}
		installCertManager(ctx)
		removeLater("-k config/certmanager", "-f "+crdFile)
		run(ctx, "kubectl apply --server-side --force-conflicts -f "+crdFile)
		run(ctx, "kubectl apply -k config/certmanager")
		injectAuthority(ctx)
		expectAtWorkByHand(ctx)
		run(ctx, "kubectl delete --timeout=120s -k config/certmanager")
		run(ctx, "kubectl delete --timeout=120s -f "+crdFile)
		expectNoTrace(ctx)
	}, NodeTimeout(specTimeout))
})

// removeLater removes what a spec has left behind that failed.
func removeLater(parts ...string) {
	DeferCleanup(func(ctx SpecContext) {
		for _, part := range parts {
			_, _ = shell(ctx, "kubectl delete --ignore-not-found --timeout=120s "+part, "")
		}
	}, NodeTimeout(5*time.Minute))
}

// injectAuthority is what cert-manager's CA injector does, which the image of hack/servers.sh does not have: it tells the webhook
// configurations the authority of the certificate that their annotation names.
func injectAuthority(ctx context.Context) {
	GinkgoHelper()
	secret := &corev1.Secret{}
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		key := client.ObjectKey{Namespace: operatorNamespace, Name: "zot-operator-webhook-serving-cert"}
		g.Expect(env.client.Get(ctx, key, secret)).To(Succeed())
		g.Expect(secret.Data).To(HaveKey("ca.crt"))
	}).WithTimeout(startTimeout).WithPolling(interval).Should(Succeed())
	patch := fmt.Sprintf(`[{"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": "%s"}]`,
		base64.StdEncoding.EncodeToString(secret.Data["ca.crt"]))
	for _, kind := range []string{"mutating", "validating"} {
		object := kind + "webhookconfiguration/zot-operator-" + kind
		Expect(run(ctx, "kubectl get "+object+` -o jsonpath='{.metadata.annotations.cert-manager\.io/inject-ca-from}'`)).
			To(Equal(operatorNamespace + "/zot-operator-webhook"))
		run(ctx, "kubectl patch "+object+" --type=json -p '"+patch+"'")
	}
}

// expectAtWorkByHand waits for the operator and has it run a store.
func expectAtWorkByHand(ctx context.Context) {
	GinkgoHelper()
	run(ctx, "kubectl rollout status -n "+operatorNamespace+" deployment/zot-operator-manager --timeout=180s")
	expectAdmission(ctx)
	namespace := newNamespace(ctx, "installed")
	store := startStore(ctx, namespace, "store")
	push(ctx, store, "kept/app", "v1")
	removeNamespace(ctx, namespace)
}

func expectNoTrace(ctx context.Context) {
	GinkgoHelper()
	// By name, so that what has no label is found, too.
	names := strings.Fields(run(ctx, "kubectl get namespaces,crds,clusterroles,clusterrolebindings,validatingwebhookconfigurations,"+
		"mutatingwebhookconfigurations -o name"))
	Expect(names).To(ContainElement("namespace/default"))
	Expect(names).NotTo(ContainElement(MatchRegexp(`/zot-operator|/zotartifactstores\.artifacts\.zot\.io$`)))
	Expect(refused(ctx, "kubectl get zotartifactstores", "")).To(ContainSubstring("doesn't have a resource type"))
}
