package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// issuer is an OpenID Connect provider: what a gateway asks of one.
type issuer struct {
	t      *testing.T
	url    string
	server *httptest.Server
	signer jose.Signer
}

func newIssuer(t *testing.T, serve func(http.Handler) *httptest.Server) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	options := (&jose.SignerOptions{}).WithHeader("kid", "one")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	out := &issuer{t: t, server: serve(mux), signer: signer}
	t.Cleanup(out.server.Close)
	out.url = out.server.URL + "/realms/people"
	answer := func(path string, value any) {
		mux.HandleFunc("GET /realms/people"+path, func(w http.ResponseWriter, _ *http.Request) {
			if err := json.NewEncoder(w).Encode(value); err != nil {
				t.Error(err)
			}
		})
	}
	answer("/.well-known/openid-configuration", map[string]string{"issuer": out.url, "jwks_uri": out.url + "/certs"})
	answer("/certs", jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "one", Algorithm: "ES256", Use: "sig"}}})
	return out
}

// token is that of a person.
func (i *issuer) token(name string) string {
	i.t.Helper()
	claims, err := json.Marshal(map[string]any{
		"iss": i.url, "aud": "zot", "sub": "1", "exp": time.Now().Add(time.Hour).Unix(), "preferred_username": name,
	})
	if err != nil {
		i.t.Fatal(err)
	}
	signed, err := i.signer.Sign(claims)
	if err != nil {
		i.t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		i.t.Fatal(err)
	}
	return token
}

// signIn lets writers write and readers read, wherever objects are kept.
func (i *issuer) signIn() *s3gateway.SignIn {
	return &s3gateway.SignIn{Issuer: i.url, ClientID: "zot", Rules: []s3gateway.Rule{
		{Users: []string{"writer"}, Buckets: []string{"objects"}, Actions: []s3gateway.Action{s3gateway.Read, s3gateway.Write, s3gateway.Delete}},
		{Users: []string{"reader"}, Buckets: []string{"obj*"}, Actions: []s3gateway.Action{s3gateway.Read}},
	}}
}

// A provider of somebody's own authority: it is trusted with the store's bundle, and not without it. What a machine trusts counts only
// in a process of its own.
func TestAProviderOfOnesOwnAuthority(t *testing.T) {
	people := newIssuer(t, httptest.NewTLSServer)
	token := people.token("writer")
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: people.server.Certificate().Raw})
	for name, tc := range map[string]struct {
		ca   *s3gateway.CA
		want string
	}{
		"with its bundle": {&s3gateway.CA{Secret: "authorities"}, "<SecretAccessKey>"},
		"without it":      {nil, "<Code>IDPCommunicationError</Code>"},
	} {
		t.Run(name, func(t *testing.T) {
			secrets := root("root")
			secrets["authorities"] = map[string]string{"ca.crt": string(authority)}
			config := filesystem(1 << 20)
			config.CA = tc.ca
			config.SignIn = people.signIn()
			p := launch(t, config, secrets)
			p.ready(http.StatusOK)
			response, err := http.PostForm("http://"+p.address, url.Values{
				"Action": {"AssumeRoleWithWebIdentity"}, "WebIdentityToken": {token},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if text, err := io.ReadAll(response.Body); err != nil || !strings.Contains(string(text), tc.want) {
				t.Errorf("%s %s, %v", response.Status, text, err)
			}
			if strings.Contains(p.messages.String(), token) {
				t.Error("the log holds the token")
			}
		})
	}
}
