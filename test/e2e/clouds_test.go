package e2e

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/test/e2e/forward"
)

// The account of testdata/azure-server.yaml.
const (
	azureAccount   = "artifacts"
	azureKey       = "Zmlyc3QtYWNjb3VudC1rZXk="
	azureContainer = "artifacts"
	azurePort      = 10000
	azureVersion   = "2021-08-06"
)

func prepareAzure(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	deployServer(ctx, store.Namespace, "azure-server")
	Expect(makeContainer(ctx, store.Namespace)).To(Succeed())
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: "azure"}, StringData: map[string]string{"accountKey": azureKey},
	}
	Expect(env.client.Create(ctx, secret)).To(Succeed())
	store.Spec.Storage = &v1alpha1.StorageSpec{Type: v1alpha1.StorageAzure, Azure: &v1alpha1.AzureStorageSpec{
		AccountName: azureAccount, Container: azureContainer, ServiceURL: azureURL(store.Namespace), CredentialsSecret: secret.Name,
	}}
}

func azureURL(namespace string) string {
	return fmt.Sprintf("http://azure-server.%s.svc:%d/%s", namespace, azurePort, azureAccount)
}

func azureByHand(namespace string) (map[string]any, map[string]string) {
	return map[string]any{"rootDirectory": zotRoot, "dedupe": false, "storageDriver": map[string]any{
		"name": "azure", "rootdirectory": "/by-hand", "accountname": azureAccount, "accountkey": azureKey, "container": azureContainer,
		"serviceurl": azureURL(namespace), "credentials": map[string]any{"type": "shared_key"},
	}}, nil
}

// makeContainer makes the container of the store, which zot does not, with the account's key.
func makeContainer(ctx context.Context, namespace string) error {
	tunnel, err := forward.Service(ctx, env.config, namespace, "azure-server", azurePort)
	if err != nil {
		return fmt.Errorf("reach Azurite: %w", err)
	}
	defer tunnel.Close()
	path := fmt.Sprintf("/%s/%s", azureAccount, azureContainer)
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+tunnel.Address+path+"?restype=container", http.NoBody)
	if err != nil {
		return fmt.Errorf("make the container: %w", err)
	}
	date := time.Now().UTC().Format(http.TimeFormat)
	request.Header.Set("X-Ms-Date", date)
	request.Header.Set("X-Ms-Version", azureVersion)
	// The eleven empty lines are headers that the request does not have (Shared Key of Azure Storage).
	signed := http.MethodPut + strings.Repeat("\n", 12) + "x-ms-date:" + date + "\nx-ms-version:" + azureVersion +
		"\n/" + azureAccount + path + "\nrestype:container"
	key, err := base64.StdEncoding.DecodeString(azureKey)
	if err != nil {
		return fmt.Errorf("read the account's key: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(signed))
	request.Header.Set("Authorization", "SharedKey "+azureAccount+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("make the container: %w", err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusCreated {
		return fmt.Errorf("make the container: %s (%w)", response.Status, err)
	}
	return nil
}

// Google's names, at which zot and its library look for the service, and that of the token endpoint of the test's account.
var googleHosts = []string{"storage.googleapis.com", "www.googleapis.com", "oauth2.googleapis.com"}

const (
	googleBucket = "artifacts"
	// googleSecret holds the account and what the server needs beside it.
	googleSecret = "gcs-server"
	googleTrust  = "gcs-authority"
)

func prepareGoogle(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	ca := newAuthority("google")
	data := issue(ca, googleHosts...).Data()
	data["account.json"] = serviceAccount()
	trust := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: googleTrust},
		Data:       map[string]string{"ca.crt": string(ca.Certificate())},
	}
	Expect(env.client.Create(ctx, trust)).To(Succeed())
	for name, content := range map[string]map[string][]byte{googleSecret: data, "account": {"credentials.json": data["account.json"]}} {
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: name}, Data: content}
		Expect(env.client.Create(ctx, secret)).To(Succeed())
	}
	deployServer(ctx, store.Namespace, "gcs-server")
	leadGoogleTo(ctx, store.Namespace)
	store.Spec.Storage = &v1alpha1.StorageSpec{Type: v1alpha1.StorageGCP, GCP: &v1alpha1.GCPStorageSpec{
		Bucket: googleBucket, CredentialsSecret: "account",
	}}
	store.Spec.CABundle = &v1alpha1.CABundleSpec{ConfigMapName: trust.Name}
}

// serviceAccount is a key file as Google writes it.
func serviceAccount() []byte {
	GinkgoHelper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	Expect(err).NotTo(HaveOccurred())
	der, err := x509.MarshalPKCS8PrivateKey(key)
	Expect(err).NotTo(HaveOccurred())
	out, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "test", "private_key_id": "1", "client_id": "1",
		"client_email": "store@test.iam.gserviceaccount.com", "token_uri": "https://oauth2.googleapis.com/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	Expect(err).NotTo(HaveOccurred())
	return out
}

// leadGoogleTo makes the cluster's DNS lead Google's names to the server of that namespace until the spec ends.
func leadGoogleTo(ctx context.Context, namespace string) {
	GinkgoHelper()
	service := &corev1.Service{}
	Expect(env.client.Get(ctx, types.NamespacedName{Namespace: namespace, Name: "gcs-server"}, service)).To(Succeed())
	setHosts(ctx, service.Spec.ClusterIP+" "+strings.Join(googleHosts, " ")+"\n")
	DeferCleanup(func(ctx SpecContext) { setHosts(ctx, "") })
}

// setHosts writes the names that the test cluster's DNS knows of the outside.
func setHosts(ctx context.Context, hosts string) {
	GinkgoHelper()
	names := &corev1.ConfigMap{}
	err := env.client.Get(ctx, types.NamespacedName{Namespace: "kube-system", Name: "coredns"}, names)
	Expect(err).NotTo(HaveOccurred())
	if _, ours := names.Data["hosts"]; !ours {
		Skip("the cluster's DNS takes no names from the ConfigMap kube-system/coredns: it is not the test cluster's")
	}
	before := names.DeepCopy()
	names.Data["hosts"] = hosts
	Expect(env.client.Patch(ctx, names, client.MergeFrom(before))).To(Succeed())
}

func googleByHand(string) (map[string]any, map[string]string) {
	return map[string]any{"rootDirectory": zotRoot, "dedupe": false, "storageDriver": map[string]any{
		"name": "gcs", "rootdirectory": "/by-hand", "bucket": googleBucket, "keyfile": "/etc/gcs/account/account.json",
	}}, map[string]string{"SSL_CERT_DIR": "/etc/gcs/trust"}
}
