package envtest

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-logr/logr"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/test/authority"
)

// What OpenShift's network operator looks for and writes: https://docs.redhat.com, "Configuring a custom PKI", "Certificate injection using
// Operators".
const (
	injectTrusted = "config.openshift.io/inject-trusted-cabundle"
	trustedKey    = "ca-bundle.crt"
)

var _ = Describe("What docs/openshift.md says of authorities that the cluster trusts", func() {
	It("holds, word for word: the store waits for the cluster to fill in the ConfigMap, and says so", func(ctx SpecContext) {
		config, spec := trustedOfPage()
		page := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: config.Namespace}}
		Expect(client.IgnoreAlreadyExists(admin.Create(ctx, page))).To(Succeed())
		DeferCleanup(func(ctx SpecContext) { empty(ctx, page.Name) })
		start(options{})
		Expect(admin.Create(ctx, config)).To(Succeed())
		DeferCleanup(func(ctx SpecContext) { Expect(admin.Delete(ctx, config)).To(Succeed()) })
		Expect(spec.CABundle).NotTo(BeNil())
		store := filesystemStore(config.Namespace, "trusting")
		store.Spec.CABundle = spec.CABundle
		create(ctx, store)

		By("starting its pod, whose agent finds nothing in the ConfigMap")
		node := agentOnNode{folder: GinkgoT().TempDir()}
		Eventually(func(g Gomega) {
			cluster{g}.provision(ctx, store)
			g.Expect(cluster{g}.pods(ctx, store)).To(HaveLen(1))
		}).Should(Succeed())
		pod := &cluster{Default}.pods(ctx, store)[0]
		Expect(node.begin(ctx, pod)).NotTo(Succeed(), "zot must not start without the authorities that the store names")
		Eventually(func(g Gomega) {
			found := condition(ctx, store, v1alpha1.ConditionWorkloadReady)
			g.Expect(found.Status).To(Equal(metav1.ConditionFalse))
			g.Expect(found.Reason).To(Equal(v1alpha1.ReasonSecretProblem))
			g.Expect(found.Message).To(And(ContainSubstring(`ConfigMap "`+config.Name+`"`), ContainSubstring(trustedKey)))
		}).Should(Succeed())
		Expect(condition(ctx, store, v1alpha1.ConditionReady).Status).To(Equal(metav1.ConditionFalse))

		By("playing the network operator")
		company, err := authority.New("the company's proxy")
		Expect(err).NotTo(HaveOccurred())
		Expect(injectTrustedBundle(ctx, company.Certificate())).To(ConsistOf(client.ObjectKeyFromObject(config)))
		Expect(node.begin(ctx, pod)).To(Succeed())
		zotReads, err := os.ReadFile(node.path(handover.RunDir + "/" + handover.CAFile))
		Expect(err).NotTo(HaveOccurred())
		Expect(string(zotReads)).To(ContainSubstring(strings.TrimSpace(string(company.Certificate()))))
		ready(ctx, store)

		By("looking at what the operator did to the cluster's ConfigMap")
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(config), config)).To(Succeed())
		Expect(config.Data).To(Equal(map[string]string{trustedKey: string(company.Certificate())}))
		Expect(config.OwnerReferences).To(BeEmpty(), "it would go with the store")
	})
})

// trustedOfPage gives the ConfigMap that the page has people make, and the spec that names it.
func trustedOfPage() (*corev1.ConfigMap, v1alpha1.ZotArtifactStoreSpec) {
	GinkgoHelper()
	text, err := os.ReadFile(repository("docs", "openshift.md"))
	Expect(err).NotTo(HaveOccurred())
	_, section, found := strings.Cut(string(text), "\n## Authorities that the cluster trusts\n")
	Expect(found).To(BeTrue())
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := strings.Split(section, "```yaml\n")
	Expect(blocks).To(HaveLen(3), "the ConfigMap, and the part of the store")
	for i := range blocks {
		blocks[i], _, _ = strings.Cut(blocks[i], "```\n")
	}
	config, store := &corev1.ConfigMap{}, v1alpha1.ZotArtifactStore{}
	Expect(yaml.UnmarshalStrict([]byte(blocks[1]), config)).To(Succeed())
	Expect(yaml.UnmarshalStrict([]byte(blocks[2]), &store)).To(Succeed())
	Expect(config.Data).To(BeEmpty())
	return config, store.Spec
}

// injectTrustedBundle writes the cluster's authorities into each ConfigMap that asks for them, and gives these.
func injectTrustedBundle(ctx context.Context, certificates []byte) []client.ObjectKey {
	GinkgoHelper()
	asking := &corev1.ConfigMapList{}
	Expect(admin.List(ctx, asking, client.MatchingLabels{injectTrusted: "true"})).To(Succeed())
	var filled []client.ObjectKey
	for i := range asking.Items {
		one := &asking.Items[i]
		one.Data = map[string]string{trustedKey: string(certificates)}
		Expect(admin.Update(ctx, one, elsewhere)).To(Succeed())
		filled = append(filled, client.ObjectKeyFromObject(one))
	}
	return filled
}

// agentOnNode plays the kubelet for a pod's init container: it mounts what the pod names, of config maps, into a folder that stands for the
// pod's file system, and runs the real agent there.
type agentOnNode struct{ folder string }

func (n agentOnNode) path(inPod string) string {
	return filepath.Join(n.folder, filepath.FromSlash(inPod))
}

// begin runs the agent once, until it ends. Of one that fails it writes the last words into the pod's status.
func (n agentOnNode) begin(ctx context.Context, pod *corev1.Pod) error {
	GinkgoHelper()
	n.mount(ctx, pod)
	// A run that meets what the one before has told waits; these are not to.
	Expect(os.RemoveAll(n.path(handover.RunDir))).To(Succeed())
	for _, folder := range []string{handover.RunDir, filepath.Dir(handover.TerminationLog)} {
		Expect(os.MkdirAll(n.path(folder), 0o700)).To(Succeed())
	}
	ended := agent.New(agent.Options{
		Layout: agent.Layout{
			BootDir: n.path(handover.BootDir), LiveDir: n.path(handover.LiveDir), SecretsDir: n.path(handover.SecretsDir),
			ConfigMapsDir: n.path(handover.ConfigMapsDir), RunDir: n.path(handover.RunDir), DataDir: n.path(handover.DataDir),
			TerminationLog: n.path(handover.TerminationLog), Pod: pod.Name,
		},
		Processes: agent.SharedPIDs{}, Log: logr.Discard(),
	}).Init(ctx)
	if ended == nil {
		return nil
	}
	said, err := os.ReadFile(n.path(handover.TerminationLog))
	Expect(err).NotTo(HaveOccurred(), ended.Error())
	binding := &corev1.Binding{Target: corev1.ObjectReference{Kind: "Node", Name: nodeName}}
	Expect(admin.SubResource("binding").Create(ctx, pod, binding)).To(Succeed())
	Expect(admin.Get(ctx, client.ObjectKeyFromObject(pod), pod)).To(Succeed())
	pod.Status.InitContainerStatuses = []corev1.ContainerStatus{{
		Name:  handover.InitContainer,
		State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1, Message: string(said)}},
	}}
	Expect(admin.Status().Update(ctx, pod, elsewhere)).To(Succeed())
	return ended
}

// mount writes the config maps of the init container's volumes to where they are mounted.
func (n agentOnNode) mount(ctx context.Context, pod *corev1.Pod) {
	GinkgoHelper()
	volumes := map[string]*corev1.ConfigMapVolumeSource{}
	for _, volume := range pod.Spec.Volumes {
		volumes[volume.Name] = volume.ConfigMap
	}
	Expect(pod.Spec.InitContainers).To(HaveLen(1))
	for _, mount := range pod.Spec.InitContainers[0].VolumeMounts {
		source, folder := volumes[mount.Name], n.path(mount.MountPath)
		if source == nil {
			continue
		}
		Expect(os.RemoveAll(folder)).To(Succeed())
		Expect(os.MkdirAll(folder, 0o700)).To(Succeed())
		config := &corev1.ConfigMap{}
		err := admin.Get(ctx, client.ObjectKey{Namespace: pod.Namespace, Name: source.Name}, config)
		if apierrors.IsNotFound(err) && source.Optional != nil && *source.Optional {
			continue
		}
		Expect(err).NotTo(HaveOccurred(), "the kubelet does not start the pod")
		for name, content := range config.Data {
			Expect(os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600)).To(Succeed())
		}
	}
}
