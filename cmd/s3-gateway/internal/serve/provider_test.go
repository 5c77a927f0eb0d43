package serve_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// provider is an OpenID Connect provider: what a gateway asks of one. It can go away and come back.
type provider struct {
	t       *testing.T
	address string
	key     *rsa.PrivateKey
	// keyID names the key.
	keyID  string
	server *http.Server
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{t: t, address: free(t)}
	p.rotate("one")
	p.start()
	t.Cleanup(p.stop)
	return p
}

func (p *provider) issuer() string { return "http://" + p.address + "/realms/people" }

func (p *provider) start() {
	p.t.Helper()
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, value any) {
		if err := json.NewEncoder(w).Encode(value); err != nil {
			p.t.Error(err)
		}
	}
	mux.HandleFunc("GET /realms/people/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]string{"issuer": p.issuer(), "jwks_uri": p.issuer() + "/certs"})
	})
	mux.HandleFunc("GET /realms/people/certs", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: p.keyID, Algorithm: "RS256", Use: "sig"}}})
	})
	listener := must[net.Listener](p.t)(net.Listen("tcp", p.address))
	p.server = &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	server := p.server
	go func() { _ = server.Serve(listener) }()
}

// rotate takes another key.
func (p *provider) rotate(keyID string) {
	p.t.Helper()
	p.keyID, p.key = keyID, must[*rsa.PrivateKey](p.t)(rsa.GenerateKey(rand.Reader, 2048))
}

func (p *provider) stop() { _ = p.server.Close() }

// told are the claims of a person's token.
func (p *provider) told(name string, groups ...string) map[string]any {
	now := time.Now()
	return map[string]any{
		"iss": p.issuer(), "aud": []string{"account", "zot"}, "azp": "command-line", "sub": "id-of-" + name,
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "preferred_username": name, "groups": groups,
	}
}

// token is that of a person.
func (p *provider) token(name string, groups ...string) string {
	p.t.Helper()
	return p.sign(jose.RS256, p.key, p.told(name, groups...))
}

func (p *provider) sign(algorithm jose.SignatureAlgorithm, key any, claims map[string]any) string {
	p.t.Helper()
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", p.keyID)
	signer := must[jose.Signer](p.t)(jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options))
	signed := must[*jose.JSONWebSignature](p.t)(signer.Sign(must[[]byte](p.t)(json.Marshal(claims))))
	return must[string](p.t)(signed.CompactSerialize())
}

// unsigned is a token that says that it needs no signature.
func (p *provider) unsigned(claims map[string]any) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode(must[[]byte](p.t)(json.Marshal(claims))) + "."
}

// with gives claims that differ in one; without a value the claim is left out.
func with(claims map[string]any, name string, value any) map[string]any {
	out := maps.Clone(claims)
	if out[name] = value; value == nil {
		delete(out, name)
	}
	return out
}
