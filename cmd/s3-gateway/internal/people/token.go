package people

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client"
	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

const (
	// providerTimeout is how long the provider may take to tell its keys.
	providerTimeout = 10 * time.Second
	// skew is by how much the provider's clock may differ.
	skew = 30 * time.Second
	// trusted is how long the provider's keys are taken for its own without asking it again: it may have withdrawn one.
	trusted = 5 * time.Minute
	// mostChecks is how many tokens are checked at a time. Each may wait for the provider.
	mostChecks = 32
)

// algorithms are those with a private and a public key. With one key for both, whoever can check a token could make one.
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

var (
	// errAway is for a provider that does not answer as it should.
	errAway = errors.New("the identity provider cannot be asked")
	// errInvalid is for a token that is not one of this provider for this client.
	errInvalid = errors.New("the token is not valid here")
	// errOver is for a token whose time is over.
	errOver = errors.New("the token has expired")
)

// claims are what is read of a token: an ID token, or an access token in the form of one.
type claims struct {
	oidc.TokenClaims
	// Name and Groups are where Keycloak has them, see docs/adr/0024-claims-of-keycloak.md.
	Name   string   `json:"preferred_username"`
	Groups []string `json:"groups"`
}

// provider checks tokens.
type provider struct {
	issuer, clientID string
	client           *http.Client
	now              func() time.Time
	// checks holds a place for each token that is checked.
	checks chan struct{}
	// asking holds whoever finds out about keys. It is no mutex, as those who wait for it may give up.
	asking chan struct{}
	// keys are the provider's, nil until it has answered once, and until is when they have to be asked for again. Whoever is in asking has
	// them for himself.
	keys  oidc.KeySet
	until time.Time
}

func newProvider(issuer, clientID string, now func() time.Time) *provider {
	// Without a redirect: what answers for the issuer is the issuer.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	asks := &http.Client{Timeout: providerTimeout, Transport: answers{http.DefaultTransport}, CheckRedirect: stay}
	return &provider{
		issuer: issuer, clientID: clientID, client: asks, now: now, checks: make(chan struct{}, mostChecks), asking: make(chan struct{}, 1),
	}
}

// answers marks what the provider fails to answer, so that it is told from a bad token.
type answers struct{ http.RoundTripper }

// RoundTrip asks the provider.
func (a answers) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := a.RoundTripper.RoundTrip(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errAway, err)
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, fmt.Errorf("%w: it answers %s", errAway, response.Status)
	}
	return response, nil
}

// check gives what a token says, if the provider has made it for the client and its time is now. The error is errAway, errOver or
// errInvalid.
func (p *provider) check(ctx context.Context, token string) (claims, error) {
	var told claims
	payload, err := oidc.ParseToken(token, &told)
	if err != nil {
		return claims{}, fmt.Errorf("%w: it is no JSON web token, or its groups are no list", errInvalid)
	}
	// What can be said without asking comes first: not everybody who sends something makes the provider work.
	if err := p.plausible(&told); err != nil {
		return claims{}, err
	}
	select {
	case p.checks <- struct{}{}:
		defer func() { <-p.checks }()
	default:
		return claims{}, fmt.Errorf("%w: %d tokens are waiting for it", errAway, mostChecks)
	}
	keys, err := p.keySet(ctx)
	if err != nil {
		return claims{}, err
	}
	switch err := oidc.CheckSignature(ctx, token, payload, &told, algorithms, keys); {
	case err == nil:
		return told, nil
	case errors.Is(err, errAway), ctx.Err() != nil:
		return claims{}, fmt.Errorf("%w: %w", errAway, err)
	default:
		return claims{}, fmt.Errorf("%w: its signature is not the provider's", errInvalid)
	}
}

// plausible looks at what a token says of itself.
func (p *provider) plausible(told *claims) error {
	now := p.now()
	switch {
	case told.GetIssuer() != p.issuer:
		return fmt.Errorf("%w: it is not of the issuer %s", errInvalid, p.issuer)
	case oidc.CheckAudience(told, p.clientID) != nil:
		return fmt.Errorf("%w: it is not for the client %s", errInvalid, p.clientID)
	case told.GetSubject() == "":
		return fmt.Errorf("%w: it is about nobody", errInvalid)
	case told.Expiration == 0 || !now.Before(told.GetExpiration()):
		return errOver
	case told.NotBefore.AsTime().After(now.Add(skew)), told.GetIssuedAt().After(now.Add(skew)):
		return fmt.Errorf("%w: its time has not come yet", errInvalid)
	default:
		return nil
	}
}

// keySet finds out where the provider has its keys, and once in a while anew, without those that it had before.
func (p *provider) keySet(ctx context.Context) (oidc.KeySet, error) {
	select {
	case p.asking <- struct{}{}:
		defer func() { <-p.asking }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", errAway, ctx.Err())
	}
	now := p.now()
	if p.keys != nil && now.Before(p.until) {
		return p.keys, nil
	}
	found, err := client.Discover(ctx, p.issuer, p.client)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errAway, err)
	}
	p.keys, p.until = rp.NewRemoteKeySet(p.client, found.JwksURI), now.Add(trusted)
	return p.keys, nil
}
