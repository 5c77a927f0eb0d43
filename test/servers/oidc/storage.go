package oidc

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// storage is what the library asks for.
type storage struct {
	people  *people
	clients []Client
	login   string
	signing key

	mutex    sync.Mutex
	requests map[string]request
	codes    map[string]string
	tokens   map[string]bool
}

var _ op.Storage = &storage{}

func newStorage(realm Realm, login string) (*storage, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return &storage{
		people: &people{users: slices.Clone(realm.Users)}, clients: realm.Clients, login: login,
		signing:  key{id: rand.Text(), private: private},
		requests: map[string]request{}, codes: map[string]string{}, tokens: map[string]bool{},
	}, nil
}

var errUnknown = errors.New("unknown")

// CreateAuthRequest keeps a sign-in that somebody begins.
func (s *storage) CreateAuthRequest(_ context.Context, asked *oidc.AuthRequest, user string) (op.AuthRequest, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	begun := request{id: rand.Text(), asked: *asked, user: user, at: time.Now()}
	s.requests[begun.id] = begun
	return begun, nil
}

// AuthRequestByID gives it back.
func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, ok := s.requests[id]
	if !ok {
		return nil, fmt.Errorf("sign-in: %w", errUnknown)
	}
	return found, nil
}

// AuthRequestByCode gives it to the client that shows the code.
func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mutex.Lock()
	id := s.codes[code]
	s.mutex.Unlock()
	return s.AuthRequestByID(ctx, id)
}

// SaveAuthCode keeps the code that a client gets.
func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.codes[code] = id
	return nil
}

// DeleteAuthRequest makes a code good for one time.
func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.requests, id)
	maps.DeleteFunc(s.codes, func(_, of string) bool { return of == id })
	return nil
}

// finish notes who has signed in.
func (s *storage) finish(id, subject string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, ok := s.requests[id]
	if !ok {
		return false
	}
	found.user, found.at = subject, time.Now()
	s.requests[id] = found
	return true
}

// CreateAccessToken names a token.
func (s *storage) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	id := rand.Text()
	s.tokens[id] = true
	return id, time.Now().Add(tokenLifetime), nil
}

// CreateAccessAndRefreshTokens makes none: there are no refresh tokens here.
func (s *storage) CreateAccessAndRefreshTokens(context.Context, op.TokenRequest, string) (string, string, time.Time, error) {
	return "", "", time.Time{}, op.ErrInvalidRefreshToken
}

// TokenRequestByRefreshToken finds none.
func (s *storage) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, op.ErrInvalidRefreshToken
}

// GetRefreshTokenInfo finds none.
func (s *storage) GetRefreshTokenInfo(context.Context, string, string) (string, string, error) {
	return "", "", op.ErrInvalidRefreshToken
}

// TerminateSession has nothing to end: everybody signs in each time.
func (s *storage) TerminateSession(context.Context, string, string) error { return nil }

// RevokeToken makes an access token worthless.
func (s *storage) RevokeToken(_ context.Context, id, _, _ string) *oidc.Error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.tokens, id)
	return nil
}

// GetClientByClientID finds a client.
func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	at := slices.IndexFunc(s.clients, func(c Client) bool { return c.ID == id })
	if at < 0 {
		return nil, fmt.Errorf("client %q: %w", id, errUnknown)
	}
	return client{Client: s.clients[at], login: s.login}, nil
}

// AuthorizeClientIDSecret checks a client's secret.
func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if !slices.ContainsFunc(s.clients, func(c Client) bool { return c.ID == id && c.Secret == secret }) {
		return errors.New("invalid client or invalid client credentials")
	}
	return nil
}

// SetUserinfoFromScopes is of an older form of the library.
func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest fills an ID token.
func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, asked op.IDTokenRequest, _ []string) error {
	return s.describe(info, asked.GetSubject())
}

// SetUserinfoFromToken answers what a client asks with an access token.
func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, id, subject, _ string) error {
	s.mutex.Lock()
	known := s.tokens[id]
	s.mutex.Unlock()
	if !known {
		return fmt.Errorf("token: %w", errUnknown)
	}
	return s.describe(info, subject)
}

// SetIntrospectionFromToken is not served.
func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errors.New("tokens are not looked into here")
}

func (s *storage) describe(info *oidc.UserInfo, subject string) error {
	user, ok := s.people.bySubject(subject)
	if !ok {
		return fmt.Errorf("user: %w", errUnknown)
	}
	info.Subject, info.PreferredUsername, info.Name = subject, user.Name, user.Name
	if user.Email != "" {
		info.Email, info.EmailVerified = user.Email, true
	}
	info.AppendClaims("groups", groups(user))
	return nil
}

// GetPrivateClaimsFromScopes fills an access token.
func (s *storage) GetPrivateClaimsFromScopes(_ context.Context, subject, _ string, _ []string) (map[string]any, error) {
	user, ok := s.people.bySubject(subject)
	if !ok {
		return nil, fmt.Errorf("user: %w", errUnknown)
	}
	return map[string]any{"preferred_username": user.Name, "email": user.Email, "groups": groups(user)}, nil
}

// groups are a list also for who is in none.
func groups(user User) []string { return append([]string{}, user.Groups...) }

// GetKeyByIDAndClientID finds none: clients have secrets here.
func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, fmt.Errorf("key: %w", errUnknown)
}

// ValidateJWTProfileScopes allows none.
func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, nil
}

// Health is always fine.
func (s *storage) Health(context.Context) error { return nil }

// SigningKey is the one key of the realm.
func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return s.signing, nil }

// SignatureAlgorithms are that key's.
func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

// KeySet is what those need who check a signature.
func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{publicKey{s.signing}}, nil
}

type key struct {
	id      string
	private *rsa.PrivateKey
}

// ID names the key.
func (k key) ID() string { return k.id }

// SignatureAlgorithm is Keycloak's.
func (k key) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }

// Key is the private one.
func (k key) Key() any { return k.private }

type publicKey struct{ key }

// Algorithm is that of the key.
func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }

// Use is to check signatures.
func (k publicKey) Use() string { return "sig" }

// Key is the public one.
func (k publicKey) Key() any { return k.private.Public() }
