package people

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// issuing is a provider with a key, or without; and one that begins to answer when it is told to.
type issuing struct {
	*httptest.Server
	key *rsa.PrivateKey
	// asked tells of each question for where the keys are; answer, if there is one, is waited for.
	asked, answer chan struct{}
	mutex         sync.Mutex
	withdrawn     bool
}

func newIssuing(t *testing.T) *issuing {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuing{key: key, asked: make(chan struct{}, 2*mostChecks)}
	mux := http.NewServeMux()
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	tell := func(w http.ResponseWriter, value any) {
		if err := json.NewEncoder(w).Encode(value); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		i.asked <- struct{}{}
		if i.answer != nil {
			select {
			case <-i.answer:
			case <-r.Context().Done():
				return
			}
		}
		tell(w, map[string]string{"issuer": i.URL, "jwks_uri": i.URL + "/keys"})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		i.mutex.Lock()
		defer i.mutex.Unlock()
		set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
		if !i.withdrawn {
			set.Keys = append(set.Keys, jose.JSONWebKey{Key: key.Public(), KeyID: "one", Algorithm: "RS256", Use: "sig"})
		}
		tell(w, set)
	})
	return i
}

// token is one that holds for an hour.
func (i *issuing) token(t *testing.T) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: i.key}, (&jose.SignerOptions{}).WithHeader("kid", "one"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"iss": i.URL, "aud": "zot", "sub": "will", "exp": time.Now().Add(time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// A key that the provider has withdrawn is not trusted for long.
func TestAKeyThatIsWithdrawn(t *testing.T) {
	i := newIssuing(t)
	token, now := i.token(t), time.Now()
	p := newProvider(i.URL, "zot", func() time.Time { return now })
	if _, err := p.check(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	i.mutex.Lock()
	i.withdrawn = true
	i.mutex.Unlock()
	now = now.Add(trusted - time.Second)
	if _, err := p.check(t.Context(), token); err != nil {
		t.Errorf("the provider is asked each time: %v", err)
	}
	now = now.Add(time.Second)
	if _, err := p.check(t.Context(), token); !errors.Is(err, errInvalid) {
		t.Errorf("after %s: %v", trusted, err)
	}
}

// While the provider does not answer, so many wait for it and no more; and each no longer than he has time.
func TestTheProviderIsSlow(t *testing.T) {
	i := newIssuing(t)
	i.answer = make(chan struct{})
	p, token := newProvider(i.URL, "zot", time.Now), i.token(t)
	first := make(chan error, 1)
	go func() {
		_, err := p.check(t.Context(), token)
		first <- err
	}()
	<-i.asked

	ctx, giveUp := context.WithCancel(t.Context())
	giveUp()
	if _, err := p.check(ctx, token); !errors.Is(err, errAway) {
		t.Errorf("who has no more time: %v", err)
	}

	ctx, giveUp = context.WithCancel(t.Context())
	defer giveUp()
	waiting := make(chan error, 2*mostChecks)
	for range 2*mostChecks - 1 {
		go func() {
			_, err := p.check(ctx, token)
			waiting <- err
		}()
	}
	// The places are full: the others are told at once.
	for range mostChecks {
		if err := <-waiting; !errors.Is(err, errAway) {
			t.Errorf("one too many: %v", err)
		}
	}
	giveUp()
	for range mostChecks - 1 {
		if err := <-waiting; !errors.Is(err, errAway) {
			t.Errorf("who gives up: %v", err)
		}
	}
	close(i.answer)
	if err := <-first; err != nil {
		t.Errorf("the first one: %v", err)
	}
	if _, err := p.check(t.Context(), token); err != nil {
		t.Errorf("one later: %v", err)
	}
}
