package e2e

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/test/e2e/forward"
)

var _ = Describe("the S3 API for people", Label("full"), func() {
	It("sells keys by https for tokens of Keycloak, with the rights of groups", func(ctx SpecContext) {
		if !env.servers {
			Skip("E2E_SERVERS is not 1: the image of the provider cannot be pulled; hack/servers.sh brings it into the test cluster")
		}
		namespace := newNamespace(ctx, "s3people")
		realm, err := os.ReadFile(filepath.Join(env.root, "test", "e2e", "testdata", "keycloak.yaml"))
		Expect(err).NotTo(HaveOccurred())
		out, err := shell(ctx, "kubectl apply -n "+namespace+" -f -", strings.ReplaceAll(string(realm), documentNamespace, namespace))
		Expect(err).NotTo(HaveOccurred(), out)
		run(ctx, "kubectl rollout status -n "+namespace+" deployment/keycloak --timeout=120s")
		ca := newAuthority("users")
		pair := issue(ca, names.Host(namespace, "store"), names.S3Host(namespace, "store"))
		for name, data := range map[string]map[string][]byte{"store-tls": pair.Data(), "keycloak-secret": {"client-secret": []byte("the client's secret")}} {
			Expect(env.client.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Data: data})).To(Succeed())
		}
		store := peoplesStore(namespace)
		Expect(env.client.Create(ctx, store)).To(Succeed())
		waitRunning(ctx, store)
		Expect(store.Status.S3Endpoint).To(Equal("https://" + names.S3Host(namespace, "store") + ":9000"))

		by := func(keys aws.Credentials, do func(s3 s3Client)) {
			atS3(ctx, store, func(s3 s3Client) {
				s3.secure = &tls.Config{RootCAs: ca.Pool(), ServerName: names.S3Host(namespace, "store"), MinVersion: tls.VersionTLS12}
				if keys.AccessKeyID != "" {
					s3.keys = keys
				}
				do(s3)
			})
		}
		var wanda, rita aws.Credentials
		by(aws.Credentials{}, func(root s3Client) {
			Expect(root.call(ctx, http.MethodPut, "/shared", nil)).To(HaveField("StatusCode", http.StatusOK))
			wanda, rita = buyKeys(ctx, root, token(ctx, namespace, "wanda", "w")), buyKeys(ctx, root, token(ctx, namespace, "rita", "r"))
			refused, code := askForKeys(ctx, root, "no token")
			Expect(refused.AccessKeyID).To(BeEmpty())
			Expect(code).To(Equal("InvalidIdentityToken"))
		})
		by(wanda, func(s3 s3Client) {
			Expect(s3.call(ctx, http.MethodPut, "/shared/kept", []byte("kept"))).To(HaveField("StatusCode", http.StatusOK))
		})
		by(rita, func(s3 s3Client) {
			Expect(s3.call(ctx, http.MethodGet, "/shared/kept", nil)).To(And(HaveField("StatusCode", http.StatusOK), HaveField("Body", "kept")))
			Expect(s3.call(ctx, http.MethodPut, "/shared/hers", []byte("hers"))).To(HaveField("StatusCode", http.StatusForbidden))
		})

		By("letting readers write")
		began := time.Now()
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			readers := &spec.Extensions.S3API.Access[1]
			readers.Actions = append(readers.Actions, v1alpha1.S3APIWrite)
		})
		waitRunning(ctx, store)
		AddReportEntry("rule of a group: from apply to effect", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		by(rita, func(s3 s3Client) {
			Expect(s3.call(ctx, http.MethodPut, "/shared/hers", []byte("hers"))).To(HaveField("StatusCode", http.StatusOK))
		})

		By("stopping Keycloak")
		late := token(ctx, namespace, "wanda", "w")
		run(ctx, "kubectl scale -n "+namespace+" deployment/keycloak --replicas=0")
		run(ctx, "kubectl wait -n "+namespace+" --for=delete pod -l app.kubernetes.io/name=keycloak --timeout=60s")
		by(wanda, func(s3 s3Client) {
			_, code := askForKeys(ctx, s3, late)
			Expect(code).To(Equal("IDPCommunicationError"))
			Expect(s3.call(ctx, http.MethodGet, "/shared/hers", nil)).To(And(HaveField("StatusCode", http.StatusOK), HaveField("Body", "hers")))
		})
	}, NodeTimeout(specTimeout))
})

// peoplesStore lets writers write and readers read in the bucket shared.
func peoplesStore(namespace string) *v1alpha1.ZotArtifactStore {
	store := newStore(namespace, "store")
	store.Spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{CertSecretName: "store-tls"}}
	store.Spec.ExternalURL = "https://" + registryHost
	store.Spec.Extensions = &v1alpha1.ExtensionsSpec{
		RBAC: &v1alpha1.RBACSpec{Keycloak: &v1alpha1.KeycloakSpec{
			URL: "http://keycloak." + namespace + ".svc:8080", Realm: "myrealm", ClientID: "zot", ClientSecretName: "keycloak-secret",
		}},
		S3API: &v1alpha1.S3APISpec{Access: []v1alpha1.S3APIAccess{
			{Buckets: []string{"shared"}, Groups: []string{"zot-writers"}, Actions: []v1alpha1.S3APIAction{v1alpha1.S3APIRead, v1alpha1.S3APIWrite}},
			{Buckets: []string{"sh*"}, Groups: []string{"zot-readers"}, Actions: []v1alpha1.S3APIAction{v1alpha1.S3APIRead}},
		}},
	}
	return store
}

// token is one of Keycloak, as a command line gets it.
func token(ctx context.Context, namespace, name, password string) string {
	GinkgoHelper()
	provider, err := forward.Service(ctx, env.config, namespace, "keycloak", 8080)
	Expect(err).NotTo(HaveOccurred())
	defer provider.Close()
	answer, err := http.PostForm("http://"+provider.Address+"/realms/myrealm/protocol/openid-connect/token", url.Values{
		"grant_type": {"password"}, "client_id": {"zot"}, "client_secret": {"the client's secret"},
		"username": {name}, "password": {password}, "scope": {"openid profile"},
	})
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = answer.Body.Close() }()
	var told struct {
		IDToken string `json:"id_token"`
	}
	Expect(json.NewDecoder(answer.Body).Decode(&told)).To(Succeed())
	Expect(told.IDToken).NotTo(BeEmpty())
	return told.IDToken
}

func buyKeys(ctx context.Context, s3 s3Client, token string) aws.Credentials {
	GinkgoHelper()
	keys, code := askForKeys(ctx, s3, token)
	Expect(code).To(BeEmpty())
	Expect(keys.SessionToken).NotTo(BeEmpty())
	return keys
}

// askForKeys gives keys, or the code of the error.
func askForKeys(ctx context.Context, s3 s3Client, token string) (keys aws.Credentials, code string) {
	GinkgoHelper()
	base, caller := s3.base()
	form := url.Values{"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "WebIdentityToken": {token}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base, strings.NewReader(form.Encode()))
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := caller.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	Expect(err).NotTo(HaveOccurred())
	var told struct {
		Code  string `xml:"Error>Code"`
		Given struct {
			AccessKeyID     string `xml:"AccessKeyId"`
			SecretAccessKey string `xml:"SecretAccessKey"`
			SessionToken    string `xml:"SessionToken"`
		} `xml:"AssumeRoleWithWebIdentityResult>Credentials"`
	}
	Expect(xml.Unmarshal(body, &told)).To(Succeed(), fmt.Sprintf("%s: %s", answer.Status, body))
	return aws.Credentials{
		AccessKeyID: told.Given.AccessKeyID, SecretAccessKey: told.Given.SecretAccessKey, SessionToken: told.Given.SessionToken,
	}, told.Code
}
