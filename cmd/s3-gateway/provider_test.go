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

// A provider of somebody's own authority: it is trusted with the store's bundle, and not without it. What a machine trusts counts only
// in a process of its own.
func TestAProviderOfOnesOwnAuthority(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	server := httptest.NewTLSServer(mux)
	defer server.Close()
	issuer := server.URL + "/realms/people"
	answer := func(path string, value any) {
		mux.HandleFunc("GET /realms/people"+path, func(w http.ResponseWriter, _ *http.Request) {
			if err := json.NewEncoder(w).Encode(value); err != nil {
				t.Error(err)
			}
		})
	}
	answer("/.well-known/openid-configuration", map[string]string{"issuer": issuer, "jwks_uri": issuer + "/certs"})
	answer("/certs", jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "one", Algorithm: "ES256", Use: "sig"}}})
	options := (&jose.SignerOptions{}).WithHeader("kid", "one")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := json.Marshal(map[string]any{
		"iss": issuer, "aud": "zot", "sub": "1", "exp": time.Now().Add(time.Hour).Unix(), "preferred_username": "alice",
	})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}

	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
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
			config.SignIn = &s3gateway.SignIn{Issuer: issuer, ClientID: "zot", Rules: []s3gateway.Rule{
				{Users: []string{"alice"}, Buckets: []string{"*"}, Actions: s3gateway.Actions()},
			}}
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
