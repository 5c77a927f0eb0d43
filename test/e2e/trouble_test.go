package e2e

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// What a password file may hold and may not. The hash protects nothing.
const (
	firstUser  = "alice:$2y$05$Yqmv0wOHTLRgYBVtmbJO8uqPrGZ2Kz3E7bUUmcJ7fIOBZgFSGoxVi\n"
	brokenUser = "alice has no hash\n"
)

var _ = Describe("a Secret", Label("smoke"), func() {
	It("that is missing or bad is named, the store heals when it is mended, and one that runs keeps serving", func(ctx SpecContext) {
		namespace := newNamespace(ctx, "secret")
		store := newStore(namespace, "store")
		store.Spec.Auth = &v1alpha1.AuthSpec{HTPasswd: &v1alpha1.HTPasswdSpec{SecretName: "users"}}
		store.Spec.AccessControl = everybodyMay("read", "create")
		Expect(env.client.Create(ctx, store)).To(Succeed())
		problem := waitCondition(ctx, store, v1alpha1.ConditionWorkloadReady, metav1.ConditionFalse, v1alpha1.ReasonSecretProblem)
		Expect(problem.Message).To(And(ContainSubstring(`"users"`), ContainSubstring("htpasswd")))
		AddReportEntry("missing", problem.Message)

		By("creating it with a line that is no user")
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "users"}}
		secret.StringData = map[string]string{"htpasswd": brokenUser}
		Expect(env.client.Create(ctx, secret)).To(Succeed())
		Eventually(ctx, func(g Gomega, ctx context.Context) {
			g.Expect(env.client.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
			g.Expect(describeStore(store)).To(ContainSubstring("line 1"))
		}).WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
		Expect(describeStore(store)).NotTo(ContainSubstring("has no hash"), "the content of a Secret is told")

		By("mending it")
		putSecret(ctx, secret, map[string]string{"htpasswd": firstUser})
		began := time.Now()
		waitRunning(ctx, store)
		AddReportEntry("Secret mended, Running after", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		image := push(ctx, store, "kept/app", "v1")
		before := lifeOf(ctx, store)

		By("breaking it while the store runs")
		putSecret(ctx, secret, map[string]string{"htpasswd": brokenUser})
		waitCondition(ctx, store, v1alpha1.ConditionConfigurationApplied, metav1.ConditionFalse, v1alpha1.ReasonSecretProblem)
		Expect(lifeOf(ctx, store)).To(Equal(before), "a bad Secret must not touch what runs")
		pull(ctx, store, image)
		putSecret(ctx, secret, map[string]string{"htpasswd": firstUser})
		waitRunning(ctx, store)
		Expect(lifeOf(ctx, store)).To(Equal(before), "a mended Secret must not touch what runs")
	}, NodeTimeout(specTimeout))
})

var _ = Describe("what the cluster cannot give", Label("smoke"), func() {
	It("is named: a volume of no class, a node with no such label", func(ctx SpecContext) {
		namespace := newNamespace(ctx, "cannot")
		volume := newStore(namespace, "volume")
		volume.Spec.Storage.StorageClassName = new("no-such-class")
		node := newStore(namespace, "node")
		node.Spec.Scheduling = &v1alpha1.SchedulingSpec{NodeSelector: map[string]string{"no-such": "label"}}
		Expect(env.client.Create(ctx, volume)).To(Succeed())
		Expect(env.client.Create(ctx, node)).To(Succeed())

		told := waitCondition(ctx, volume, v1alpha1.ConditionStorageReady, metav1.ConditionFalse, v1alpha1.ReasonWaitingForVolume)
		Expect(told.Message).To(And(ContainSubstring("no-such-class"), ContainSubstring("kubectl describe pvc")))
		told = waitCondition(ctx, node, v1alpha1.ConditionWorkloadReady, metav1.ConditionFalse, v1alpha1.ReasonPodUnschedulable)
		Expect(told.Message).To(ContainSubstring("node"))
		AddReportEntry("no node", told.Message)

		By("mending the second")
		change(ctx, node, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Scheduling = nil })
		waitRunning(ctx, node)
	}, NodeTimeout(specTimeout))

	It("is not needed: a claim of the user's own, and a store without one", func(ctx SpecContext) {
		namespace := newNamespace(ctx, "volumes")
		own := newStore(namespace, "own")
		own.Spec.Storage = &v1alpha1.StorageSpec{ExistingClaim: "mine"}
		Expect(env.client.Create(ctx, own)).To(Succeed())
		told := waitCondition(ctx, own, v1alpha1.ConditionStorageReady, metav1.ConditionFalse, v1alpha1.ReasonClaimNotFound)
		Expect(told.Message).To(ContainSubstring("Claim mine"))
		run(ctx, "kubectl get pvc own-data -n "+namespace+" && exit 1 || exit 0")
		run(ctx, `kubectl create -n `+namespace+` -f - <<EOF
{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "mine"},
 "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
EOF`)
		waitRunning(ctx, own)
		Expect(own.Status.Storage.ClaimName).To(Equal("mine"))
		push(ctx, own, "some/app", "v1")

		trial := newStore(namespace, "trial")
		trial.Spec.Storage = &v1alpha1.StorageSpec{Ephemeral: new(true)}
		Expect(env.client.Create(ctx, trial)).To(Succeed())
		waitRunning(ctx, trial)
		push(ctx, trial, "some/app", "v1")

		Expect(env.client.Delete(ctx, own)).To(Succeed())
		waitGone(ctx, own)
		run(ctx, "kubectl get pvc mine -n "+namespace)
	}, NodeTimeout(specTimeout))
})

// putSecret replaces what a Secret holds.
func putSecret(ctx context.Context, secret *corev1.Secret, content map[string]string) {
	GinkgoHelper()
	before := secret.DeepCopy()
	secret.StringData = content
	Expect(env.client.Patch(ctx, secret, client.MergeFrom(before))).To(Succeed())
}
