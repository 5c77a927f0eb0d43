package oidc

import (
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// tokenLifetime is that of all tokens. It is longer than any test.
const tokenLifetime = time.Hour

// client is a Client as the library asks for it.
type client struct {
	Client
	login string
}

var _ op.Client = client{}

// GetID implements op.Client, as do all below.
func (c client) GetID() string { return c.ID }

// RedirectURIs are those that the realm knows.
func (c client) RedirectURIs() []string { return c.Client.RedirectURIs }

// PostLogoutRedirectURIs are none.
func (c client) PostLogoutRedirectURIs() []string { return nil }

// ApplicationType is that of a server, which can keep a secret.
func (c client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }

// AuthMethod is how the client proves who it is.
func (c client) AuthMethod() oidc.AuthMethod { return oidc.AuthMethodBasic }

// ResponseTypes are what Keycloak calls the standard flow.
func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}

// GrantTypes are the library's; the password is ours.
func (c client) GrantTypes() []oidc.GrantType { return []oidc.GrantType{oidc.GrantTypeCode} }

// LoginURL is the form.
func (c client) LoginURL(id string) string { return c.login + id }

// AccessTokenType is a JWT, as Keycloak's.
func (c client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }

// IDTokenLifetime is that of all tokens.
func (c client) IDTokenLifetime() time.Duration { return tokenLifetime }

// DevMode allows plain http where people are sent back to.
func (c client) DevMode() bool { return true }

// RestrictAdditionalIdTokenScopes takes nothing away.
//
//nolint:revive,staticcheck // the library's name
func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string { return all }

// RestrictAdditionalAccessTokenScopes takes nothing away.
func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string { return all }

// IsScopeAllowed knows no scope beyond those of the protocol.
func (c client) IsScopeAllowed(string) bool { return false }

// IDTokenUserinfoClaimsAssertion puts the claims of a person into ID tokens, as Keycloak does.
func (c client) IDTokenUserinfoClaimsAssertion() bool { return true }

// ClockSkew is none.
func (c client) ClockSkew() time.Duration { return 0 }

func all(scopes []string) []string { return scopes }
