package envtest

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/zot-artifact-store/operator/test/authority"
	"github.com/zot-artifact-store/operator/test/restricted"
)

// What OpenShift's service CA looks for and writes: https://docs.redhat.com, "Securing service traffic using service serving certificates".
const (
	servingCertificate = "service.beta.openshift.io/serving-cert-secret-name"
	injectBundle       = "service.beta.openshift.io/inject-cabundle"
)

var _ = Describe("config/openshift", func() {
	It("is taken by an API server with OpenShift's kinds, and admission works with a certificate of the service CA", func(ctx SpecContext) {
		installConsole()
		port := freePort()
		applied := applyOverlay(ctx, port)
		Expect(applied).To(HaveKey("ConsoleQuickStart"))
		Expect(applied).To(HaveKey("ConsoleYAMLSample"))
		Expect(applied).NotTo(HaveKey("Secret"), "nobody but the service CA makes a certificate")
		Expect(applied).NotTo(HaveKey("Certificate"))
		deployment := &appsv1.Deployment{}
		Expect(admin.Get(ctx, client.ObjectKey{Namespace: operatorNamespace, Name: "zot-operator-manager"}, deployment)).To(Succeed())
		pod := deployment.Spec.Template.Spec
		Expect(restricted.Refusals(pod)).To(BeEmpty())
		Expect(pod.Containers[0].Args).NotTo(ContainElement("--self-managed-certificates"))

		By("asking before the service CA has done anything")
		store := filesystemStore(namespace(ctx), "admitted")
		Expect(admin.Create(ctx, store, client.DryRunAll)).To(MatchError(ContainSubstring("failed calling webhook")))

		By("playing the service CA, and starting the webhooks with the files that the Deployment mounts")
		signer, err := authority.New("openshift-service-serving-signer")
		Expect(err).NotTo(HaveOccurred())
		playServiceCA(ctx, signer)
		serveMounted(ctx, pod, port)
		Eventually(func() error { return admin.Create(ctx, store.DeepCopy(), client.DryRunAll) }).Should(Succeed())
		bad := store.DeepCopy()
		bad.Spec.Replicas = new(int32(2))
		Expect(admin.Create(ctx, bad, client.DryRunAll)).To(MatchError(apierrors.IsInvalid, "IsInvalid"))

		By("being another authority: its certificate counts, and none other")
		stranger, err := authority.New("somebody else")
		Expect(err).NotTo(HaveOccurred())
		inject(ctx, stranger)
		Eventually(func() error { return admin.Create(ctx, store.DeepCopy(), client.DryRunAll) }).
			Should(MatchError(ContainSubstring("x509")))
	})
})

// installConsole serves the kinds of OpenShift's console that the overlay holds, until the test ends.
func installConsole() {
	GinkgoHelper()
	folder := filepath.Join(module(".", "github.com/openshift/api"), "console", "v1", "zz_generated.crd-manifests")
	installKinds("console.openshift.io/v1", []string{"consolequickstarts", "consoleyamlsamples"},
		filepath.Join(folder, "00_consolequickstarts.crd.yaml"), filepath.Join(folder, "00_consoleyamlsamples.crd.yaml"))
}

// applyOverlay applies what kustomize makes of config/openshift, as `oc apply --server-side` does, and gives the names by kinds. No pod
// of it runs here, so that the webhooks' Service leads to this process, at that port.
func applyOverlay(ctx context.Context, port int) map[string][]string {
	GinkgoHelper()
	command := exec.Command(repository("hack", "tool.sh"), "kustomize", "build", repository("config", "openshift"))
	said := &bytes.Buffer{}
	command.Stderr = said
	built, err := command.Output()
	Expect(err).NotTo(HaveOccurred(), said.String())
	applied := map[string][]string{}
	for _, object := range decode(built) {
		applied[object.GetKind()] = append(applied[object.GetKind()], object.GetName())
		Expect(object.GetLabels()).To(HaveKeyWithValue("app.kubernetes.io/name", "zot-operator"), "%s %s", object.GetKind(), object.GetName())
		switch {
		case object.GetKind() == "Service" && object.GetAnnotations()[servingCertificate] != "":
			object.Object["spec"] = map[string]any{"type": "ExternalName", "externalName": "localhost"}
		case slices.Contains([]string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"}, object.GetKind()):
			webhooks, _, err := unstructured.NestedSlice(object.Object, "webhooks")
			Expect(err).NotTo(HaveOccurred())
			Expect(webhooks).To(HaveLen(1))
			Expect(unstructured.SetNestedField(webhooks[0].(map[string]any), int64(port), "clientConfig", "service", "port")).To(Succeed())
			Expect(unstructured.SetNestedSlice(object.Object, webhooks, "webhooks")).To(Succeed())
		}
		there := admin.Get(ctx, client.ObjectKeyFromObject(object), object.DeepCopy())
		if apierrors.IsNotFound(there) {
			DeferCleanup(func(ctx context.Context) { Expect(client.IgnoreNotFound(admin.Delete(ctx, object))).To(Succeed()) })
		} else {
			Expect(there).NotTo(HaveOccurred())
		}
		Expect(admin.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), client.FieldOwner("oc"), client.ForceOwnership)).
			To(Succeed(), "%s %s", object.GetKind(), object.GetName())
	}
	return applied
}

// playServiceCA makes the Secrets that Services ask for, and tells webhook configurations whom to trust.
func playServiceCA(ctx context.Context, signer *authority.Authority) {
	GinkgoHelper()
	services := &corev1.ServiceList{}
	Expect(admin.List(ctx, services, client.InNamespace(operatorNamespace))).To(Succeed())
	var signed []string
	for i := range services.Items {
		service := &services.Items[i]
		secret := service.Annotations[servingCertificate]
		if secret == "" {
			continue
		}
		host := service.Name + "." + service.Namespace + ".svc"
		pair, err := signer.Issue(time.Hour, host, host+".cluster.local")
		Expect(err).NotTo(HaveOccurred())
		made := &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: service.Namespace, Name: secret}, Type: corev1.SecretTypeTLS, Data: pair.Data(),
		}
		Expect(admin.Create(ctx, made, elsewhere)).To(Succeed())
		DeferCleanup(func(ctx context.Context) { Expect(admin.Delete(ctx, made)).To(Succeed()) })
		signed = append(signed, service.Name)
	}
	Expect(signed).To(ConsistOf("zot-operator-webhook"))
	inject(ctx, signer)
}

// inject tells the webhook configurations that ask for it whom to trust. The installation's two must be among them.
func inject(ctx context.Context, signer *authority.Authority) {
	GinkgoHelper()
	var told []string
	mutating := &admissionregistrationv1.MutatingWebhookConfigurationList{}
	validating := &admissionregistrationv1.ValidatingWebhookConfigurationList{}
	Expect(admin.List(ctx, mutating)).To(Succeed())
	for i := range mutating.Items {
		if one := &mutating.Items[i]; one.Annotations[injectBundle] == "true" {
			for j := range one.Webhooks {
				one.Webhooks[j].ClientConfig.CABundle = signer.Certificate()
			}
			Expect(admin.Update(ctx, one, elsewhere)).To(Succeed())
			told = append(told, one.Name)
		}
	}
	Expect(admin.List(ctx, validating)).To(Succeed())
	for i := range validating.Items {
		if one := &validating.Items[i]; one.Annotations[injectBundle] == "true" {
			for j := range one.Webhooks {
				one.Webhooks[j].ClientConfig.CABundle = signer.Certificate()
			}
			Expect(admin.Update(ctx, one, elsewhere)).To(Succeed())
			told = append(told, one.Name)
		}
	}
	Expect(told).To(ConsistOf("zot-operator-mutating", "zot-operator-validating"))
}

// serveMounted serves the webhooks with what the pod would find where the manager looks for its certificate.
func serveMounted(ctx context.Context, pod corev1.PodSpec, port int) {
	GinkgoHelper()
	var volume string
	for _, mount := range pod.Containers[0].VolumeMounts {
		if mount.MountPath == "/tmp/k8s-webhook-server/serving-certs" {
			volume = mount.Name
		}
	}
	at := slices.IndexFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == volume })
	Expect(at).To(BeNumerically(">=", 0), "nothing is mounted where the manager looks for its certificate")
	Expect(pod.Volumes[at].Secret).NotTo(BeNil())
	secret := &corev1.Secret{}
	Expect(admin.Get(ctx, client.ObjectKey{Namespace: operatorNamespace, Name: pod.Volumes[at].Secret.SecretName}, secret)).To(Succeed())
	folder := GinkgoT().TempDir()
	for name, content := range secret.Data {
		Expect(os.WriteFile(filepath.Join(folder, name), content, 0o600)).To(Succeed())
	}
	serveWebhooks(adminConfig, envtest.WebhookInstallOptions{
		LocalServingHost: "localhost", LocalServingPort: port, LocalServingCertDir: folder,
	})
}

// freePort is one that nobody listens on.
func freePort() int {
	GinkgoHelper()
	listener, err := net.Listen("tcp", "localhost:0")
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(listener.Close()).To(Succeed()) }()
	return listener.Addr().(*net.TCPAddr).Port
}
