package e2e

import (
	"context"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// quiet is how long nothing must happen after the operator came back: longer than the minute for which the readiness controller
// waits for the others at most.
const quiet = 70 * time.Second

var _ = Describe("the operator", Label("full"), func() {
	It("comes back after a restart without touching a store", func(ctx SpecContext) {
		store := startStore(ctx, newNamespace(ctx, "restart"), "store")
		version := settle(ctx, store)
		before := lifeOf(ctx, store)

		restartOperator(ctx)
		Consistently(ctx, func(g Gomega, ctx context.Context) {
			g.Expect(env.client.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
			g.Expect(store.ResourceVersion).To(Equal(version), "the store was written:\n%s", describeStore(store))
			g.Expect(lifeOf(ctx, store)).To(Equal(before), "the store's pod was touched")
		}).WithTimeout(quiet).WithPolling(2 * time.Second).Should(Succeed())
		expectAtWork(ctx, store)
	}, NodeTimeout(specTimeout))

	It("is upgraded without touching a store, which takes the new agent when it rolls anyway", func(ctx SpecContext) {
		if env.upgradeImage == "" {
			Skip("E2E_OPERATOR_UPGRADE_IMAGE names no second image of the operator to upgrade to")
		}
		store := startStore(ctx, newNamespace(ctx, "upgrade"), "store")
		image := push(ctx, store, "kept/app", "v1")
		settle(ctx, store)
		before, oldAgent := lifeOf(ctx, store), agentImage(ctx, store)
		Expect(oldAgent).NotTo(Equal(env.upgradeImage), "the store has the new agent already")

		By("upgrading the operator")
		replaceOperator(ctx, env.upgradeImage)
		expectAtWork(ctx, store)
		Consistently(ctx, func(g Gomega, ctx context.Context) {
			g.Expect(lifeOf(ctx, store)).To(Equal(before), "the store's pod was touched")
			g.Expect(agentImage(ctx, store)).To(Equal(oldAgent), "the StatefulSet has another agent")
		}).WithTimeout(30 * time.Second).WithPolling(2 * time.Second).Should(Succeed())

		By("changing what needs a roll")
		workload := statefulSet(ctx, store)
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Log = &v1alpha1.LogSpec{Level: "debug"} })
		waitRolled(ctx, store, workload)
		waitRunning(ctx, store)
		Expect(agentImage(ctx, store)).To(Equal(env.upgradeImage))
		Expect(lifeOf(ctx, store).AgentImage).NotTo(Equal(before.AgentImage))
		Expect(revisions(ctx, store)).To(HaveLen(2), "it rolled more than once")
		pull(ctx, store, image)
	}, NodeTimeout(2*specTimeout))
})

// settle waits until nobody has written the store for a while and gives its version.
func settle(ctx context.Context, store *v1alpha1.ZotArtifactStore) string {
	GinkgoHelper()
	last, since := "", time.Now()
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		g.Expect(env.client.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
		if store.ResourceVersion != last {
			last, since = store.ResourceVersion, time.Now()
		}
		g.Expect(time.Since(since)).To(BeNumerically(">", 10*time.Second), "the store is still being written:\n%s", describeStore(store))
	}).WithTimeout(time.Minute).WithPolling(interval).Should(Succeed())
	return last
}

// restartOperator deletes all pods of the operator and waits until new ones are ready and one of them leads.
func restartOperator(ctx context.Context) {
	GinkgoHelper()
	for _, pod := range operatorPods(ctx) {
		By("deleting pod " + pod.Name)
		Expect(env.client.Delete(ctx, &pod)).To(Succeed())
	}
	waitOperator(ctx, operatorDeployment(ctx))
}

// replaceOperator gives the operator another image, waits until it runs, and gives it the old one again at the spec's end.
func replaceOperator(ctx context.Context, image string) {
	GinkgoHelper()
	deployment := operatorDeployment(ctx)
	old := deployment.DeepCopy()
	DeferCleanup(func(ctx SpecContext) {
		now := operatorDeployment(ctx)
		changed := now.DeepCopy()
		now.Spec.Template = old.Spec.Template
		Expect(env.client.Patch(ctx, now, client.MergeFrom(changed))).To(Succeed())
		waitOperator(ctx, now)
	}, NodeTimeout(5*time.Minute))

	for i := range deployment.Spec.Template.Spec.Containers {
		container := &deployment.Spec.Template.Spec.Containers[i]
		if container.Name != managerContainer {
			continue
		}
		container.Image = image
		for j := range container.Env {
			if container.Env[j].Name == agentImageEnv {
				container.Env[j].Value = image
			}
		}
	}
	Expect(env.client.Patch(ctx, deployment, client.MergeFrom(old))).To(Succeed())
	waitOperator(ctx, deployment)
}

// waitOperator waits until the pods of the Deployment are those that it asks for, all are ready and one of them leads.
func waitOperator(ctx context.Context, deployment *appsv1.Deployment) {
	GinkgoHelper()
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		g.Expect(env.client.Get(ctx, client.ObjectKeyFromObject(deployment), deployment)).To(Succeed())
		status, wanted := deployment.Status, *deployment.Spec.Replicas
		g.Expect(status.ObservedGeneration >= deployment.Generation && status.Replicas == wanted && status.UpdatedReplicas == wanted &&
			status.AvailableReplicas == wanted).To(BeTrue(), "%+v\n%s", status, describePods(ctx, operatorNamespace))
		var names []string
		for _, pod := range operatorPods(ctx) {
			names = append(names, pod.Name)
		}
		g.Expect(names).To(HaveLen(int(wanted)))
		holder := leader(ctx, g)
		g.Expect(slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(holder, name) })).
			To(BeTrue(), "%q leads, which is none of %v", holder, names)
	}).WithTimeout(3 * time.Minute).WithPolling(interval).Should(Succeed())
}

// leader is the identity of the operator's pod that leads; it begins with the pod's name.
func leader(ctx context.Context, g Gomega) string {
	leases := &coordinationv1.LeaseList{}
	g.Expect(env.client.List(ctx, leases, client.InNamespace(operatorNamespace))).To(Succeed())
	g.Expect(leases.Items).To(HaveLen(1), "the operator's leases")
	holder := leases.Items[0].Spec.HolderIdentity
	g.Expect(holder).NotTo(BeNil(), "nobody leads")
	return *holder
}

// expectAtWork deletes the Service of a store: an operator that is at work brings it back.
func expectAtWork(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	service := &corev1.Service{}
	key := client.ObjectKeyFromObject(store)
	Expect(env.client.Get(ctx, key, service)).To(Succeed())
	deleted := service.UID
	Expect(env.client.Delete(ctx, service)).To(Succeed())
	waitBack(ctx, key, service, deleted)
}

// agentImage is the agent's image as the StatefulSet names it.
func agentImage(ctx context.Context, store *v1alpha1.ZotArtifactStore) string {
	GinkgoHelper()
	for _, container := range statefulSet(ctx, store).Spec.Template.Spec.Containers {
		if container.Name == handover.AgentContainer {
			return container.Image
		}
	}
	Fail("the StatefulSet has no config agent")
	return ""
}
