package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
	"github.com/zot-artifact-store/operator/test/e2e/forward"
)

// s3Limit is the largest upload of these tests.
const s3Limit = 1 << 20

var _ = Describe("the S3 API", Label("full"), func() {
	It("keeps objects, refuses those that are too large, and loses nothing with its pod", func(ctx SpecContext) {
		store := newStore(newNamespace(ctx, "s3api"), "store")
		size, limit := resource.MustParse("1Gi"), resource.MustParse("1Mi")
		store.Spec.Extensions = &v1alpha1.ExtensionsSpec{S3API: &v1alpha1.S3APISpec{
			MaxUploadSize: &limit, Storage: &v1alpha1.S3APIStorageSpec{Size: &size},
		}}
		Expect(env.client.Create(ctx, store)).To(Succeed())
		waitRunning(ctx, store)
		push(ctx, store, "beside/app", "v1")

		content := bytes.Repeat([]byte("s3"), s3Limit/2)
		atS3(ctx, store, func(s3 s3Client) {
			Expect(s3.call(ctx, http.MethodPut, "/objects", nil)).To(HaveField("StatusCode", http.StatusOK))
			Expect(s3.call(ctx, http.MethodPut, "/objects/kept", content)).To(HaveField("StatusCode", http.StatusOK))
			Expect(s3.call(ctx, http.MethodPut, "/objects/above", append(content, 0))).To(And(
				HaveField("StatusCode", http.StatusBadRequest), HaveField("Body", ContainSubstring("<Code>EntityTooLarge</Code>"))))
		})

		By("deleting the gateway's pod")
		began := time.Now()
		Expect(env.client.DeleteAllOf(ctx, &corev1.Pod{}, client.InNamespace(store.Namespace), gatewayPods(store))).To(Succeed())
		Eventually(ctx, func(g Gomega, ctx context.Context) { s3Serves(ctx, g, store) }).
			WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
		AddReportEntry("pod deleted, S3 back after", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		kept := func(s3 s3Client) {
			Expect(s3.call(ctx, http.MethodGet, "/objects/kept", nil)).To(And(
				HaveField("StatusCode", http.StatusOK), HaveField("Body", string(content)), HaveField("Kept", "yes")))
		}
		atS3(ctx, store, kept)

		By("changing the root keys")
		changeRootKeys(ctx, store)
		atS3(ctx, store, kept)

		By("turning it off and on")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Extensions.S3API.Enabled = new(false) })
		Eventually(ctx, func(ctx context.Context) bool {
			return apierrors.IsNotFound(env.client.Get(ctx, gatewayKey(store), &appsv1.Deployment{}))
		}).WithTimeout(changeTimeout).WithPolling(interval).Should(BeTrue())
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Extensions.S3API.Enabled = new(true) })
		waitRunning(ctx, store)
		atS3(ctx, store, kept)
	}, NodeTimeout(specTimeout))
})

// changeRootKeys does as the documentation says, and wants that the old keys are dead. They would not be if the Secret were immutable:
// the kubelet keeps its copy of such a one while any pod refers to it.
func changeRootKeys(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	key := client.ObjectKey{Namespace: store.Namespace, Name: names.S3RootKeys(store.Name)}
	var old aws.Credentials
	atS3(ctx, store, func(s3 s3Client) { old = s3.keys })
	Expect(env.client.Delete(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name}})).To(Succeed())
	Expect(env.client.DeleteAllOf(ctx, &corev1.Pod{}, client.InNamespace(store.Namespace), gatewayPods(store))).To(Succeed())
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		secret := &corev1.Secret{}
		g.Expect(env.client.Get(ctx, key, secret)).To(Succeed())
		g.Expect(string(secret.Data[s3gateway.RootSecretKey])).NotTo(BeElementOf("", old.SecretAccessKey))
		s3Serves(ctx, g, store)
	}).WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
	atS3(ctx, store, func(s3 s3Client) {
		s3.keys = old
		Expect(s3.call(ctx, http.MethodGet, "/objects/kept", nil)).To(HaveField("StatusCode", http.StatusForbidden))
	})
}

func gatewayKey(store *v1alpha1.ZotArtifactStore) client.ObjectKey {
	return client.ObjectKey{Namespace: store.Namespace, Name: names.S3(store.Name)}
}

func gatewayPods(store *v1alpha1.ZotArtifactStore) client.MatchingLabels {
	return client.MatchingLabels{"app.kubernetes.io/name": "zot-s3-gateway", "artifacts.zot.io/store": store.Name}
}

// s3Serves wants a gateway's pod that serves and none that is on its way out.
func s3Serves(ctx context.Context, g Gomega, store *v1alpha1.ZotArtifactStore) {
	deployment := &appsv1.Deployment{}
	g.Expect(env.client.Get(ctx, gatewayKey(store), deployment)).To(Succeed())
	g.Expect(deployment.Status.AvailableReplicas).To(Equal(int32(1)))
	found := &corev1.PodList{}
	g.Expect(env.client.List(ctx, found, client.InNamespace(store.Namespace), gatewayPods(store))).To(Succeed())
	g.Expect(found.Items).To(HaveLen(1))
	g.Expect(found.Items[0].DeletionTimestamp).To(BeNil())
}

// s3Client signs its requests with the root keys, or those that somebody has bought.
type s3Client struct {
	address string
	keys    aws.Credentials
	// secure is how the gateway is called by https; nil for plain http.
	secure *tls.Config
}

// base is the URL, and the client to call it with.
func (c s3Client) base() (string, *http.Client) {
	if c.secure == nil {
		return "http://" + c.address, http.DefaultClient
	}
	return "https://" + c.address, &http.Client{Transport: &http.Transport{TLSClientConfig: c.secure, DisableKeepAlives: true}}
}

// s3Answer is what the tests look at.
type s3Answer struct {
	StatusCode int
	Body       string
	// Kept is user metadata that each object is given.
	Kept string
}

func (c s3Client) call(ctx context.Context, method, path string, body []byte) (s3Answer, error) {
	base, caller := c.base()
	request, err := http.NewRequestWithContext(ctx, method, base+path, bytes.NewReader(body))
	if err != nil {
		return s3Answer{}, err
	}
	const unsigned = "UNSIGNED-PAYLOAD"
	request.Header.Set("X-Amz-Content-Sha256", unsigned)
	if body != nil {
		request.Header.Set("X-Amz-Meta-Kept", "yes")
	}
	if err := signer.NewSigner().SignHTTP(ctx, c.keys, request, unsigned, "s3", "us-east-1", time.Now()); err != nil {
		return s3Answer{}, err
	}
	response, err := caller.Do(request)
	if err != nil {
		return s3Answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return s3Answer{StatusCode: response.StatusCode, Body: string(text), Kept: response.Header.Get("X-Amz-Meta-Kept")}, err
}

// atS3 calls the S3 API.
func atS3(ctx context.Context, store *v1alpha1.ZotArtifactStore, do func(s3 s3Client)) {
	GinkgoHelper()
	secret := &corev1.Secret{}
	Expect(env.client.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.S3RootKeys(store.Name)}, secret)).To(Succeed())
	tunnel, err := forward.Service(ctx, env.config, store.Namespace, names.S3(store.Name), s3gateway.Port)
	Expect(err).NotTo(HaveOccurred())
	defer tunnel.Close()
	do(s3Client{address: tunnel.Address, keys: aws.Credentials{
		AccessKeyID: string(secret.Data[s3gateway.RootAccessKey]), SecretAccessKey: string(secret.Data[s3gateway.RootSecretKey]),
	}})
}
