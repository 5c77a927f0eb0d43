package signin

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/test/outside"
	"github.com/zot-artifact-store/operator/test/servers/oidc"
)

const clientSecret = "the client's secret"

// provider is a realm at an address that stays, also while nobody serves it.
type provider struct {
	t         *testing.T
	address   string
	authority *outside.Authority
	realm     *oidc.Server
	server    *http.Server
	pair      tls.Certificate
}

// newProvider serves nothing yet: people are sent back to the registry's address.
func newProvider(t *testing.T, ca *outside.Authority) *provider {
	t.Helper()
	cert, key, err := ca.Issue("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return &provider{t: t, address: outside.FreeAddress(t), authority: ca, pair: pair}
}

// of makes a realm for the registry at this address.
func (p *provider) of(registry string, users ...oidc.User) {
	p.t.Helper()
	realm, err := oidc.New(oidc.Realm{
		Issuer: "https://" + p.address + "/realms/people", Users: users,
		Clients: []oidc.Client{{ID: "zot", Secret: clientSecret, RedirectURIs: []string{"https://" + registry + "/zot/auth/callback/oidc"}}},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.realm = realm
}

func (p *provider) start() {
	p.t.Helper()
	listener, err := net.Listen("tcp", p.address)
	if err != nil {
		p.t.Fatal(err)
	}
	p.server = &http.Server{Handler: p.realm, ReadHeaderTimeout: time.Minute, TLSConfig: &tls.Config{Certificates: []tls.Certificate{p.pair}}}
	server := p.server
	go func() { _ = server.ServeTLS(listener, "", "") }()
	p.t.Cleanup(func() { _ = server.Close() })
}

func (p *provider) stop() { _ = p.server.Close() }

// keycloak is the part of a spec that asks for it.
func (p *provider) keycloak() *v1alpha1.ExtensionsSpec {
	return &v1alpha1.ExtensionsSpec{RBAC: &v1alpha1.RBACSpec{Keycloak: &v1alpha1.KeycloakSpec{
		URL: "https://" + p.address, Realm: "people", ClientID: "zot", ClientSecretName: "keycloak",
	}}}
}

// person is somebody who has signed in: his cookies.
type person struct {
	name    string
	browser *http.Client
}

// signIn does what a browser does, with the form.
func (s *store) signIn(name, password string) (*person, bool) {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	s.must(err)
	browser := client(s.authority)
	browser.Jar, browser.CheckRedirect = jar, nil
	form, err := browser.Get("https://" + s.Address() + "/zot/auth/login?provider=oidc")
	if err != nil {
		return nil, false
	}
	_ = form.Body.Close()
	if !strings.Contains(form.Request.URL.Path, "/realms/") {
		return nil, false
	}
	back, err := browser.PostForm(form.Request.URL.String(), url.Values{"username": {name}, "password": {password}})
	s.must(err)
	_ = back.Body.Close()
	return &person{name: name, browser: browser}, back.Request.URL.Host == s.Address()
}
