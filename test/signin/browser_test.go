package signin

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/test/outside"
	"github.com/zot-artifact-store/operator/test/pod"
	"github.com/zot-artifact-store/operator/test/servers/oidc"
)

// newBrowser starts a browser without a window, and skips the test where there is none.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs chromium: hack/chromium.sh installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program),
		// Root may run no sandbox, and the browser does not know the authority of the test. It goes to servers of the test alone.
		chromedp.NoSandbox, chromedp.IgnoreCertErrors)
	ctx, stopAllocator := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stopAllocator)
	ctx, stopBrowser := chromedp.NewContext(ctx)
	t.Cleanup(stopBrowser)
	const patience = 2 * time.Minute
	ctx, stop := context.WithTimeout(ctx, patience)
	t.Cleanup(stop)
	return ctx
}

// steps of a person in a browser. What went wrong is shown by where he is.
func steps(ctx context.Context, t *testing.T, what string, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		at, _ := chromedp.Run(ctx, chromedp.Location())
		text, _ := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
		t.Fatalf("%s: %v; at %s, which says %q", what, err, at, text)
	}
}

const (
	signInButton = `//button[contains(., "Sign in with Keycloak")]`
	// newKey makes an API key as zot's own pages do, with the cookies of who is signed in.
	newKey = `fetch("/zot/auth/apikey", {
		method: "POST", credentials: "include", headers: {"X-ZOT-API-CLIENT": "zot-ui", "Content-Type": "application/json"},
		body: JSON.stringify({label: "from the browser", scopes: []}),
	}).then(answer => answer.json()).then(body => body.apiKey)`
)

// A person signs in where people do, gets an API key, and a program pushes with it.
func TestSignInWithABrowser(t *testing.T) {
	pod.NeedsZot(t)
	ctx := newBrowser(t)
	ca := outside.NewAuthority(t)
	keycloak := newProvider(t, ca)
	s := newStore(t, ca, func(spec *v1alpha1.ZotArtifactStoreSpec) {
		spec.Extensions, spec.AccessControl = keycloak.keycloak(), rules()
	})
	keycloak.of(s.Address(), oidc.User{Name: "wanda", Password: "a fish", Email: "wanda@example.com", Groups: []string{"zot-writers"}})
	keycloak.start()
	s.start()
	s.Eventually("zot serves", s.Serves)

	began := time.Now()
	steps(ctx, t, "open the registry", chromedp.Navigate("https://"+s.Address()+"/"),
		chromedp.WaitVisible(signInButton), chromedp.Click(signInButton))
	steps(ctx, t, "sign in at Keycloak, with a wrong password", chromedp.WaitVisible(chromedp.CSS("#kc-form-login")), chromedp.SendKeys(chromedp.CSS("#username"), "wanda"),
		chromedp.SendKeys(chromedp.CSS("#password"), "a bird"), chromedp.Click(chromedp.CSS("#kc-login")), chromedp.WaitVisible(chromedp.CSS("#input-error")))
	steps(ctx, t, "sign in at Keycloak", chromedp.SendKeys(chromedp.CSS("#username"), "wanda"), chromedp.SendKeys(chromedp.CSS("#password"), "a fish"),
		chromedp.Click(chromedp.CSS("#kc-login")), chromedp.WaitNotPresent(chromedp.CSS("#kc-form-login")))
	s.Eventually("the browser is back", func() bool {
		at, err := chromedp.Run(ctx, chromedp.Location())
		return err == nil && at == fmt.Sprintf("https://%s/home", s.Address())
	})
	key, err := chromedp.Run(ctx, chromedp.Evaluate[string](newKey, chromedp.EvalAwaitPromise))
	if err != nil || key == "" {
		t.Fatalf("no API key: %q, %v", key, err)
	}
	t.Logf("from the first page to the API key in %s", time.Since(began).Round(time.Second/10))

	if err := s.push("team/app:v1", "wanda", key); err != nil {
		t.Errorf("push with the API key: %v", err)
	}
	if err := s.pull("team/app:v1", "wanda", key); err != nil {
		t.Errorf("pull with the API key: %v", err)
	}
	if err := s.push("team/app:v2", "wanda", key+"x"); !refused(err, http.StatusUnauthorized) {
		t.Errorf("push with another key: %v", err)
	}
	if n := s.restarts(); n != 0 {
		t.Errorf("%d restarts", n)
	}
}
