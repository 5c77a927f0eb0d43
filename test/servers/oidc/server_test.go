package oidc_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	zitadel "github.com/zitadel/oidc/v3/pkg/oidc"

	"github.com/zot-artifact-store/operator/test/servers/oidc"
)

const callback = "http://registry.test/zot/auth/callback/oidc"

// serve serves a realm with alice in it, on loopback.
func serve(t *testing.T) (issuer string, server *oidc.Server) {
	t.Helper()
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { server.ServeHTTP(w, r) }))
	t.Cleanup(listening.Close)
	issuer = listening.URL + "/realms/zot"
	server, err := oidc.New(oidc.Realm{
		Issuer:  issuer,
		Users:   []oidc.User{{Name: "alice", Password: "wonderland", Email: "alice@example.com", Groups: []string{"writers"}}},
		Clients: []oidc.Client{{ID: "zot", Secret: "s3cret", RedirectURIs: []string{callback}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return issuer, server
}

func TestSignsInWithTheForm(t *testing.T) {
	issuer, _ := serve(t)
	party, err := rp.NewRelyingPartyOIDC(t.Context(), issuer, "zot", "s3cret", callback, []string{"openid", "profile", "email"})
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var code string
	browser := &http.Client{Jar: jar, CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		if next.URL.Host == "registry.test" {
			code = next.URL.Query().Get("code")
			return http.ErrUseLastResponse
		}
		return nil
	}}
	form := get(t, browser, rp.AuthURL("state", party))
	if form.StatusCode != http.StatusOK || !strings.Contains(form.Request.URL.Path, "/realms/zot/login-actions/") {
		t.Fatalf("instead of the form: %s at %s", form.Status, form.Request.URL)
	}
	at := form.Request.URL.String()
	if wrong := post(t, browser, at, url.Values{"username": {"alice"}, "password": {"wrong"}}); code != "" {
		t.Fatalf("a wrong password signs in: %s", wrong.Status)
	}
	post(t, browser, at, url.Values{"username": {"alice"}, "password": {"wonderland"}})
	if code == "" {
		t.Fatal("no code after the right password")
	}
	tokens, err := rp.CodeExchange[*zitadel.IDTokenClaims](t.Context(), code, party)
	if err != nil {
		t.Fatal(err)
	}
	claims := tokens.IDTokenClaims
	if claims.PreferredUsername != "alice" || claims.Email != "alice@example.com" || claims.Subject == "alice" {
		t.Errorf("claims of the ID token: %+v", claims.UserInfoProfile)
	}
	info, err := rp.Userinfo[*zitadel.UserInfo](t.Context(), tokens.AccessToken, tokens.TokenType, claims.Subject, party)
	if err != nil {
		t.Fatal(err)
	}
	for name, found := range map[string]any{"ID token": claims.Claims["groups"], "userinfo": info.Claims["groups"]} {
		if list, ok := found.([]any); !ok || len(list) != 1 || list[0] != "writers" {
			t.Errorf("groups in %s: %v", name, found)
		}
	}
	if _, err := rp.CodeExchange[*zitadel.IDTokenClaims](t.Context(), code, party); err == nil {
		t.Error("a code is good for two times")
	}
}

func TestTokensForAPassword(t *testing.T) {
	issuer, server := serve(t)
	ask := func(form url.Values) (int, map[string]any) {
		form.Set("grant_type", "password")
		answer := post(t, http.DefaultClient, issuer+"/protocol/openid-connect/token", form)
		var body map[string]any
		if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, body
	}
	good := url.Values{"client_id": {"zot"}, "client_secret": {"s3cret"}, "username": {"alice"}, "password": {"wonderland"}}
	if !server.SetGroups("alice", "admins", "readers") || server.SetGroups("nobody") {
		t.Error("SetGroups does not tell who is a user")
	}
	status, body := ask(good)
	if status != http.StatusOK {
		t.Fatalf("status %d: %v", status, body)
	}
	party, err := rp.NewRelyingPartyOIDC(t.Context(), issuer, "zot", "s3cret", callback, []string{"openid"})
	if err != nil {
		t.Fatal(err)
	}
	token, _ := body["id_token"].(string)
	claims, err := rp.VerifyIDToken[*zitadel.IDTokenClaims](context.Background(), token, party.IDTokenVerifier())
	if err != nil {
		t.Fatal(err)
	}
	if list, ok := claims.Claims["groups"].([]any); !ok || !slices.Equal(list, []any{"admins", "readers"}) {
		t.Errorf("groups: %v", claims.Claims["groups"])
	}
	for name, change := range map[string][2]string{"password": {"password", "wrong"}, "client's secret": {"client_secret", "wrong"}} {
		form := url.Values{}
		for key := range good {
			form.Set(key, good.Get(key))
		}
		form.Set(change[0], change[1])
		if status, body := ask(form); status != http.StatusUnauthorized {
			t.Errorf("a wrong %s: status %d, %v", name, status, body)
		}
	}
}

func TestRefusals(t *testing.T) {
	issuer, _ := serve(t)
	auth := issuer + "/protocol/openid-connect/auth?response_type=code&client_id=zot&redirect_uri=" + url.QueryEscape(callback)
	base := strings.TrimSuffix(issuer, "/realms/zot")
	for name, tc := range map[string]struct {
		at     string
		status int
		says   string
	}{
		"another realm":     {base + "/realms/other/.well-known/openid-configuration", http.StatusNotFound, "Realm does not exist"},
		"an unknown scope":  {auth + "&scope=openid+groups", http.StatusBadRequest, "invalid_scope"},
		"another way back":  {strings.Replace(auth, "registry.test", "evil.test", 1) + "&scope=openid", http.StatusBadRequest, "redirect_uri"},
		"health":            {base + oidc.HealthPath, http.StatusOK, ""},
		"the realm's paths": {issuer + "/.well-known/openid-configuration", http.StatusOK, issuer + "/protocol/openid-connect/certs"},
	} {
		answer := get(t, http.DefaultClient, tc.at)
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != tc.status || !strings.Contains(string(body), tc.says) {
			t.Errorf("%s: status %d, %s", name, answer.StatusCode, body)
		}
	}
	for _, issuer := range []string{"https://sso.example.com", "https://sso.example.com/realms/", "https://sso.example.com/realms/a/b"} {
		if _, err := oidc.New(oidc.Realm{Issuer: issuer}); err == nil {
			t.Errorf("%s is taken for the address of a realm", issuer)
		}
	}
}

func get(t *testing.T, browser *http.Client, at string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, browser, request)
}

func post(t *testing.T, browser *http.Client, at string, form url.Values) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(t, browser, request)
}

func do(t *testing.T, browser *http.Client, request *http.Request) *http.Response {
	t.Helper()
	answer, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}
