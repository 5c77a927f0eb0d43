package oidc

import (
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// request is a sign-in that somebody has begun.
type request struct {
	id    string
	asked oidc.AuthRequest
	// user is empty until he has given his password.
	user string
	at   time.Time
}

var _ op.AuthRequest = request{}

// GetID implements op.AuthRequest, as do all below.
func (r request) GetID() string { return r.id }

// GetACR says nothing of how a person has signed in.
func (r request) GetACR() string { return "" }

// GetAMR is the password, the only way in.
func (r request) GetAMR() []string { return []string{"pwd"} }

// GetAudience is the client alone.
func (r request) GetAudience() []string { return []string{r.asked.ClientID} }

// GetAuthTime is when the person has signed in.
func (r request) GetAuthTime() time.Time { return r.at }

// GetClientID is of the client that has asked.
func (r request) GetClientID() string { return r.asked.ClientID }

// GetCodeChallenge is nil for a client that has sent none.
func (r request) GetCodeChallenge() *oidc.CodeChallenge {
	if r.asked.CodeChallenge == "" {
		return nil
	}
	return &oidc.CodeChallenge{Challenge: r.asked.CodeChallenge, Method: r.asked.CodeChallengeMethod}
}

// GetNonce is the client's.
func (r request) GetNonce() string { return r.asked.Nonce }

// GetRedirectURI is where the person is sent back to.
func (r request) GetRedirectURI() string { return r.asked.RedirectURI }

// GetResponseType is the client's.
func (r request) GetResponseType() oidc.ResponseType { return r.asked.ResponseType }

// GetResponseMode is the client's.
func (r request) GetResponseMode() oidc.ResponseMode { return r.asked.ResponseMode }

// GetScopes are the client's.
func (r request) GetScopes() []string { return r.asked.Scopes }

// GetState is the client's.
func (r request) GetState() string { return r.asked.State }

// GetSubject is the person who has signed in.
func (r request) GetSubject() string { return r.user }

// Done is true once somebody has.
func (r request) Done() bool { return r.user != "" }
