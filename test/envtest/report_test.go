package envtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var _ = Describe("What docs/troubleshooting.md asks to be sent", func() {
	It("is collected by its commands, word for word; those of oc are not run", func(ctx SpecContext) {
		// The page's own namespace, which the samples bring too.
		page := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "zot-system"}}
		Expect(client.IgnoreAlreadyExists(admin.Create(ctx, page))).To(Succeed())
		DeferCleanup(func(ctx SpecContext) { empty(ctx, page.Name) })
		start(options{})
		store := filesystemStore(page.Name, "my-store")
		create(ctx, store)
		ready(ctx, store)

		text, err := os.ReadFile(repository("docs", "troubleshooting.md"))
		Expect(err).NotTo(HaveOccurred())
		_, section, found := strings.Cut(string(text), "\n## What to send us\n")
		Expect(found).To(BeTrue())
		block, _, found := strings.Cut(section, "\n```\n")
		Expect(found).To(BeTrue())
		_, commands, found := strings.Cut(block, "\n# elsewhere\n")
		Expect(found).To(BeTrue(), "the commands for clusters without oc come last")

		folder := GinkgoT().TempDir()
		kubeconfig := filepath.Join(folder, "kubeconfig")
		Expect(clientcmd.WriteToFile(adminKubeconfig(), kubeconfig)).To(Succeed())
		servers, err := filepath.Abs(os.Getenv(assets))
		Expect(err).NotTo(HaveOccurred())
		shell := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", commands) // #nosec G204 -- of our own page
		shell.Dir = folder
		shell.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig, "PATH="+servers+":"+os.Getenv("PATH"))
		said, err := shell.CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), string(said))

		for file, want := range map[string]string{
			"stores.yaml":          "kind: ZotArtifactStore",
			"crd.yaml":             "name: zotartifactstores.artifacts.zot.io",
			"webhooks.yaml":        "kind: List",
			"zot-system/pods.json": `"name": "my-store-0"`,
		} {
			content, err := os.ReadFile(filepath.Join(folder, "zot-report", filepath.FromSlash(file)))
			Expect(err).NotTo(HaveOccurred())
			Expect(string(content)).To(ContainSubstring(want), file)
		}
	})
})

// adminKubeconfig is how kubectl finds the API server, as somebody who may do everything.
func adminKubeconfig() api.Config {
	const name = "envtest"
	config := api.NewConfig()
	config.Clusters[name] = &api.Cluster{Server: adminConfig.Host, CertificateAuthorityData: adminConfig.CAData}
	config.AuthInfos[name] = &api.AuthInfo{ClientCertificateData: adminConfig.CertData, ClientKeyData: adminConfig.KeyData}
	config.Contexts[name] = &api.Context{Cluster: name, AuthInfo: name}
	config.CurrentContext = name
	return *config
}
