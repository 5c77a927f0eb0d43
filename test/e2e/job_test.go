package e2e

import (
	"context"
	"io"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// readJob reads a job of testdata.
func readJob(namespace, name string) *batchv1.Job {
	GinkgoHelper()
	content, err := os.ReadFile(filepath.Join(env.root, "test/e2e/testdata", name+".yaml"))
	Expect(err).NotTo(HaveOccurred())
	job := &batchv1.Job{}
	Expect(yaml.UnmarshalStrict(content, job)).To(Succeed())
	job.Namespace = namespace
	return job
}

func jobLog(ctx context.Context, job *batchv1.Job) string {
	GinkgoHelper()
	found := &corev1.PodList{}
	Expect(env.client.List(ctx, found, client.InNamespace(job.Namespace), client.MatchingLabels{"job-name": job.Name})).To(Succeed())
	Expect(found.Items).To(HaveLen(1))
	stream, err := env.kubernetes.CoreV1().Pods(job.Namespace).GetLogs(found.Items[0].Name, &corev1.PodLogOptions{}).Stream(ctx)
	Expect(err).NotTo(HaveOccurred())
	printed, err := io.ReadAll(stream)
	Expect(err).NotTo(HaveOccurred())
	Expect(stream.Close()).To(Succeed())
	return string(printed)
}

// runJob runs a job to its end and gives what it printed; its status tells how it ended.
func runJob(ctx context.Context, job *batchv1.Job) string {
	GinkgoHelper()
	Expect(env.client.Create(ctx, job)).To(Succeed())
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		g.Expect(env.client.Get(ctx, client.ObjectKeyFromObject(job), job)).To(Succeed())
		g.Expect(job.Status.Succeeded+job.Status.Failed).To(BeNumerically(">", 0), describePods(ctx, job.Namespace))
	}).WithTimeout(specTimeout).WithPolling(interval).Should(Succeed())
	return jobLog(ctx, job)
}
