package e2e

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

const (
	gatherName = "must-gather"
	// gatherImage is where hack/servers.sh puts it, and what the manifest in oc's place names.
	gatherImage = "registry.local/must-gather:test"
	// ocEnv names the program oc, of any version. Without one the spec does what oc does.
	ocEnv = "OC_BIN"
)

var _ = Describe("the image for must-gather", Label("full"), func() {
	It("collects what is needed to help, of each namespace with a store, and no secrets", func(ctx SpecContext) {
		needServers("must-gather")
		namespace := newNamespace(ctx, "gather")
		planted := strings.Repeat("planted", 7)
		secret := &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "users"},
			StringData: map[string]string{"htpasswd": "alice:$2y$05$" + planted + "....\n"},
		}
		Expect(env.client.Create(ctx, secret)).To(Succeed())
		well, unwell := newStore(namespace, "well"), newStore(namespace, "unwell")
		well.Spec.Auth = &v1alpha1.AuthSpec{HTPasswd: &v1alpha1.HTPasswdSpec{SecretName: secret.Name}}
		unwell.Spec.Auth = &v1alpha1.AuthSpec{HTPasswd: &v1alpha1.HTPasswdSpec{SecretName: "not-there"}}
		Expect(env.client.Create(ctx, unwell)).To(Succeed())
		Expect(env.client.Create(ctx, well)).To(Succeed())
		waitRunning(ctx, well)
		waitCondition(ctx, unwell, v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonSecretProblem)

		// Other specs replace the operator's pods: none may be on its way out, whose log would be gone when it is asked for.
		operator := &corev1.PodList{}
		Eventually(ctx, func(g Gomega, ctx context.Context) {
			g.Expect(env.client.List(ctx, operator, client.InNamespace(operatorNamespace), operatorLabels)).To(Succeed())
			for _, pod := range operator.Items {
				g.Expect(pod.DeletionTimestamp).To(BeNil(), pod.Name)
			}
		}).WithTimeout(startTimeout).WithPolling(interval).Should(Succeed())

		files, how := gather(ctx)
		AddReportEntry("must-gather", fmt.Sprintf("%d files, by %s", len(files), how), ReportEntryVisibilityAlways)

		Expect(files).To(HaveKey("version"))
		base := "namespaces/" + namespace + "/"
		Expect(files).To(HaveKeyWithValue(base+"artifacts.zot.io/zotartifactstores.yaml",
			And(ContainSubstring("name: well"), ContainSubstring("name: unwell"), ContainSubstring("SecretProblem"))))
		Expect(files).To(HaveKeyWithValue(base+"pods/"+well.Name+"-0/zot/zot/logs/current.log", Not(BeEmpty())))
		Expect(files).To(HaveKeyWithValue(base+"core/events.yaml", ContainSubstring("involvedObject:")))
		Expect(files).To(HaveKeyWithValue(base+"secrets-without-values.yaml",
			And(ContainSubstring("htpasswd: 67"), ContainSubstring("missing: true\n  name: not-there"))))
		for _, pod := range operator.Items {
			log := "namespaces/" + operatorNamespace + "/pods/" + pod.Name + "/manager/manager/logs/current.log"
			Expect(files).To(HaveKeyWithValue(log, Not(BeEmpty())))
		}
		definitions := "cluster-scoped-resources/apiextensions.k8s.io/customresourcedefinitions/"
		Expect(files).To(HaveKey(definitions + "zotartifactstores.artifacts.zot.io.yaml"))
		Expect(files).NotTo(HaveKey("errors.txt"), files["errors.txt"])
		for name, content := range files {
			Expect(content).NotTo(ContainSubstring(planted), name)
			Expect(content).NotTo(ContainSubstring("PRIVATE KEY-----"), name)
		}
	}, NodeTimeout(specTimeout))
})

// gather gives what the image has collected, by the paths below its folder, and who has run it.
func gather(ctx context.Context) (files map[string]string, how string) {
	GinkgoHelper()
	if oc := os.Getenv(ocEnv); oc != "" {
		folder := GinkgoT().TempDir()
		run(ctx, fmt.Sprintf("%q adm must-gather --image=%s --dest-dir=%q", oc, gatherImage, folder))
		return readGathered(folder), "oc"
	}
	const manifest = "test/e2e/testdata/must-gather.yaml"
	DeferCleanup(func(ctx SpecContext) {
		run(ctx, "kubectl delete --ignore-not-found -f "+manifest)
	}, NodeTimeout(removeTimeout+time.Minute))
	watched = append(watched, gatherName)
	run(ctx, "kubectl apply -f "+manifest)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: gatherName, Name: gatherName}}
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		g.Expect(env.client.Get(ctx, client.ObjectKeyFromObject(pod), pod)).To(Succeed())
		for _, status := range pod.Status.ContainerStatuses {
			if status.Name == "gather" {
				g.Expect(status.State.Terminated).NotTo(BeNil(), describePods(ctx, gatherName))
				Expect(status.State.Terminated.ExitCode).To(BeZero(), run(ctx, "kubectl logs -n must-gather must-gather -c gather"))
				return
			}
		}
		g.Expect(pod.Status.ContainerStatuses).NotTo(BeEmpty(), describePods(ctx, gatherName))
	}).WithTimeout(startTimeout).WithPolling(interval).Should(Succeed())
	said := run(ctx, "kubectl logs -n must-gather must-gather -c gather")
	Expect(said).To(ContainSubstring("sessions: false"), "the shell offers what it cannot do")
	Expect(said).To(HaveSuffix("on disk\n"))
	archive := filepath.Join(GinkgoT().TempDir(), "gathered.tar")
	run(ctx, fmt.Sprintf("kubectl exec -n must-gather must-gather -c copy -- tar -C /must-gather/ -c . >%q", archive))
	return untar(archive), "the spec in oc's place: " + ocEnv + " names no oc"
}

// readGathered reads what oc has fetched: a folder by the name of the image, beside files of oc's own.
func readGathered(folder string) map[string]string {
	GinkgoHelper()
	files := map[string]string{}
	Expect(filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path) // #nosec G304 G122 -- a folder of the test
		if _, below, found := strings.Cut(strings.TrimPrefix(path, folder+"/"), "/"); found {
			files[below] = string(content)
		}
		return err
	})).To(Succeed())
	return files
}

func untar(archive string) map[string]string {
	GinkgoHelper()
	file, err := os.Open(archive)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = file.Close() }()
	files, reader := map[string]string{}, tar.NewReader(file)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		Expect(err).NotTo(HaveOccurred())
		content, err := io.ReadAll(reader)
		Expect(err).NotTo(HaveOccurred())
		if header.Typeflag == tar.TypeReg {
			files[strings.TrimPrefix(header.Name, "./")] = string(content)
		}
	}
}
