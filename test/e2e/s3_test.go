package e2e

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

const s3Secret = "s3-credentials"

var _ = Describe("a store on S3", Label("full"), func() {
	It("names the Secret that is missing, heals when it comes, and takes rotated credentials in the same pod", func(ctx SpecContext) {
		if !env.servers {
			Skip("E2E_SERVERS is not 1: the image of the S3 server cannot be pulled; hack/servers.sh brings it into the test cluster")
		}
		namespace := newNamespace(ctx, "s3")
		run(ctx, "kubectl apply -n "+namespace+" -f test/e2e/testdata/s3-server.yaml")
		run(ctx, "kubectl rollout status -n "+namespace+" deployment/s3-server --timeout=120s")

		By("creating a store whose Secret does not exist")
		store := s3Store(namespace)
		Expect(env.client.Create(ctx, store)).To(Succeed())
		problem := waitCondition(ctx, store, v1alpha1.ConditionWorkloadReady, metav1.ConditionFalse, v1alpha1.ReasonSecretProblem)
		Expect(problem.Message).To(And(ContainSubstring(s3Secret), ContainSubstring("AWS_ACCESS_KEY_ID")))
		AddReportEntry("the message", problem.Message)
		waiting := pods(ctx, store)
		Expect(waiting).To(HaveLen(1))

		By("creating the Secret")
		began := time.Now()
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: s3Secret}}
		secret.StringData = credentials("first")
		Expect(env.client.Create(ctx, secret)).To(Succeed())
		waitRunning(ctx, store)
		AddReportEntry("Secret created, Running after", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		before := lifeOf(ctx, store)
		Expect(before.UID).To(Equal(waiting[0].UID), "the waiting pod was replaced")
		image := push(ctx, store, "cloud/app", "v1")

		By("rotating the credentials")
		run(ctx, fmt.Sprintf("kubectl set env -n %s deployment/s3-server ROOT_ACCESS_KEY_ID=%s ROOT_SECRET_ACCESS_KEY=%s",
			namespace, credentials("second")["AWS_ACCESS_KEY_ID"], credentials("second")["AWS_SECRET_ACCESS_KEY"]))
		run(ctx, "kubectl rollout status -n "+namespace+" deployment/s3-server --timeout=120s")
		began = time.Now()
		old := secret.DeepCopy()
		secret.StringData = credentials("second")
		Expect(env.client.Patch(ctx, secret, client.MergeFrom(old))).To(Succeed())
		waitRestarted(ctx, store, before)
		AddReportEntry("Secret rotated, zot back after", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		pull(ctx, store, image)
		push(ctx, store, "cloud/app", "v2")
		waitRunning(ctx, store)

		after := lifeOf(ctx, store)
		Expect(after.UID).To(Equal(before.UID), "the pod was replaced")
		Expect(after.Zot-before.Zot).To(Equal(int32(1)), "restarts of zot")
		Expect(after.Agent).To(BeZero(), "restarts of the agent")
	}, NodeTimeout(specTimeout))
})

func s3Store(namespace string) *v1alpha1.ZotArtifactStore {
	store := newStore(namespace, "store")
	size := resource.MustParse("1Gi")
	store.Spec.Storage = &v1alpha1.StorageSpec{
		Type: v1alpha1.StorageS3, Size: &size,
		S3: &v1alpha1.S3StorageSpec{
			Endpoint: "http://s3-server." + namespace + ".svc:7070", Region: "us-east-1", Bucket: "artifacts",
			AccessKeySecret: s3Secret, SecretKeySecret: s3Secret,
		},
	}
	return store
}

func credentials(generation string) map[string]string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID": generation + "-access-key", "AWS_SECRET_ACCESS_KEY": generation + "-secret-key",
	}
}

// waitRestarted waits until zot has been ended once more than before, in good order, and serves again.
func waitRestarted(ctx context.Context, store *v1alpha1.ZotArtifactStore, before life) {
	GinkgoHelper()
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		found := pods(ctx, store)
		g.Expect(found).To(HaveLen(1))
		for _, status := range found[0].Status.ContainerStatuses {
			if status.Name != handover.ZotContainer {
				continue
			}
			g.Expect(status.RestartCount).To(Equal(before.Zot+1), describePods(ctx, store.Namespace))
			g.Expect(status.Ready).To(BeTrue(), describePods(ctx, store.Namespace))
			// 137 would be SIGKILL: uploads cut off.
			g.Expect(status.LastTerminationState.Terminated.ExitCode).To(BeZero(), "zot did not end in good order")
		}
	}).WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
}
