package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/test/e2e/forward"
)

const (
	keycloakAddress = "http://keycloak.zot-system.svc:8080"
	registryHost    = "registry.example.com"
)

var _ = Describe("the sample with Keycloak", Label("full"), func() {
	It("serves without a Keycloak that is away, signs people in when it is there, and lets their groups decide", func(ctx SpecContext) {
		if !env.servers {
			Skip("E2E_SERVERS is not 1: the image of the provider cannot be pulled; hack/servers.sh brings it into the test cluster")
		}
		onlyZotShows("that people sign in")
		store := documentStore("zot-artifact-store-keycloak")
		leaveAsFound(ctx, store)
		DeferCleanup(func(ctx SpecContext) {
			run(ctx, "kubectl delete --ignore-not-found -n zot-system -f test/e2e/testdata/keycloak.yaml")
			run(ctx, "kubectl delete secret --ignore-not-found -n zot-system keycloak-secret")
		}, NodeTimeout(time.Minute))

		By("applying the sample before there is a Keycloak")
		sample, err := os.ReadFile(filepath.Join(env.root, "config", "samples", "zotartifactstore_keycloak.yaml"))
		Expect(err).NotTo(HaveOccurred())
		out, err := shell(ctx, "kubectl apply -f -", strings.ReplaceAll(string(sample), "https://keycloak.example.com", keycloakAddress))
		Expect(err).NotTo(HaveOccurred(), out)
		restrict(ctx, documentNamespace)
		problem := waitCondition(ctx, store, v1alpha1.ConditionWorkloadReady, metav1.ConditionFalse, v1alpha1.ReasonSecretProblem)
		Expect(problem.Message).To(And(ContainSubstring("keycloak-secret"), ContainSubstring("client-secret")))
		run(ctx, `kubectl create secret generic keycloak-secret -n zot-system --from-literal="client-secret=the client's secret"`)
		waitCondition(ctx, store, v1alpha1.ConditionConfigurationApplied, metav1.ConditionFalse, v1alpha1.ReasonSignInWithheld)
		away := waitCondition(ctx, store, v1alpha1.ConditionBackendsReachable, metav1.ConditionFalse, v1alpha1.ReasonUnreachable)
		AddReportEntry("the message", away.Message)
		waitCondition(ctx, store, v1alpha1.ConditionWorkloadReady, metav1.ConditionTrue, v1alpha1.ReasonAllPodsReady)
		Expect(mayUpload(ctx, store, "", "")).To(Equal(http.StatusUnauthorized))
		before := lifeOf(ctx, store)

		By("starting Keycloak")
		began := time.Now()
		run(ctx, "kubectl apply -n zot-system -f test/e2e/testdata/keycloak.yaml")
		run(ctx, "kubectl rollout status -n zot-system deployment/keycloak --timeout=120s")
		waitRestarted(ctx, store, before)
		waitRunning(ctx, store)
		AddReportEntry("Keycloak applied, Running after", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		after := lifeOf(ctx, store)
		Expect(after.UID).To(Equal(before.UID), "the pod was replaced")
		Expect(after.Zot-before.Zot).To(Equal(int32(1)), "restarts of zot")

		By("signing people in")
		wanda, rita := apiKey(ctx, store, "wanda", "w"), apiKey(ctx, store, "rita", "r")
		Expect(mayUpload(ctx, store, "wanda", wanda)).To(Equal(http.StatusAccepted))
		Expect(mayUpload(ctx, store, "rita", rita)).To(Equal(http.StatusForbidden))
		Expect(mayUpload(ctx, store, "", "")).To(Equal(http.StatusUnauthorized))

		By("letting readers write")
		began = time.Now()
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			readers := &spec.AccessControl.Repositories[0].Policies[1]
			readers.Actions = append(readers.Actions, "create")
		})
		Eventually(ctx, func(ctx context.Context) (int, error) { return mayUpload(ctx, store, "rita", rita) }).
			WithTimeout(changeTimeout).WithPolling(interval).Should(Equal(http.StatusAccepted))
		AddReportEntry("rule of a group: from apply to effect", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)

		By("stopping Keycloak")
		run(ctx, "kubectl scale -n zot-system deployment/keycloak --replicas=0")
		waitCondition(ctx, store, v1alpha1.ConditionBackendsReachable, metav1.ConditionFalse, v1alpha1.ReasonUnreachable)
		Expect(mayUpload(ctx, store, "wanda", wanda)).To(Equal(http.StatusAccepted))
		Expect(lifeOf(ctx, store)).To(Equal(after), "something was restarted")
	}, NodeTimeout(specTimeout))
})

// mayUpload asks to begin an upload and gives the status of the answer.
func mayUpload(ctx context.Context, store *v1alpha1.ZotArtifactStore, user, password string) (status int, err error) {
	err = atRegistry(ctx, store, func(address string) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/v2/team/app/blobs/uploads/", http.NoBody)
		if err != nil {
			return err
		}
		if user != "" {
			request.SetBasicAuth(user, password)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		status = answer.StatusCode
		return answer.Body.Close()
	})
	return status, err
}

// detour plays DNS, and what ends TLS before the registry: by host, where the server is.
type detour map[string]string

// RoundTrip implements http.RoundTripper.
func (d detour) RoundTrip(request *http.Request) (*http.Response, error) {
	address, ok := d[request.URL.Host]
	if !ok {
		return nil, fmt.Errorf("nobody is meant to go to %s", request.URL.Host)
	}
	led := request.Clone(request.Context())
	led.Host, led.URL.Scheme, led.URL.Host = request.URL.Host, "http", address
	answer, err := http.DefaultTransport.RoundTrip(led)
	if answer != nil {
		// A client asks its answer where it is.
		answer.Request = request
	}
	return answer, err
}

// apiKey signs in as a browser does and makes an API key.
func apiKey(ctx context.Context, store *v1alpha1.ZotArtifactStore, name, password string) string {
	GinkgoHelper()
	var made struct {
		APIKey string `json:"apiKey"`
	}
	provider, err := forward.Service(ctx, env.config, documentNamespace, "keycloak", 8080)
	Expect(err).NotTo(HaveOccurred())
	defer provider.Close()
	Expect(atRegistry(ctx, store, func(address string) error {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return err
		}
		browser := &http.Client{
			Jar: jar, Transport: detour{registryHost: address, strings.TrimPrefix(keycloakAddress, "http://"): provider.Address},
		}
		form, err := browser.Get("https://" + registryHost + "/zot/auth/login?provider=oidc")
		if err != nil {
			return err
		}
		_ = form.Body.Close()
		back, err := browser.PostForm(form.Request.URL.String(), url.Values{"username": {name}, "password": {password}})
		if err != nil {
			return err
		}
		_ = back.Body.Close()
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+registryHost+"/zot/auth/apikey", strings.NewReader(`{"label":"e2e"}`))
		if err != nil {
			return err
		}
		request.Header.Set("X-ZOT-API-CLIENT", "zot-ui")
		answer, err := browser.Do(request)
		if err != nil {
			return err
		}
		defer func() { _ = answer.Body.Close() }()
		return json.NewDecoder(answer.Body).Decode(&made)
	})).To(Succeed())
	Expect(made.APIKey).NotTo(BeEmpty())
	return made.APIKey
}
