package oidc

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Paths below the realm, as Keycloak's.
const (
	protocol = "protocol/openid-connect/"
	login    = "/login-actions/authenticate"
	// HealthPath answers without a realm.
	HealthPath = "/healthz"
)

// Server serves a realm.
type Server struct {
	path     string
	issuer   string
	storage  *storage
	provider *op.Provider
	mux      *http.ServeMux
}

// New makes a server of a realm.
func New(realm Realm) (*Server, error) {
	path, err := realm.path()
	if err != nil {
		return nil, err
	}
	store, err := newStorage(realm, path+login+"?execution=")
	if err != nil {
		return nil, err
	}
	config := &op.Config{CodeMethodS256: true, AuthMethodPost: true}
	_, _ = rand.Read(config.CryptoKey[:]) // It never fails.
	options := []op.Option{op.WithCustomEndpoints(op.NewEndpoint(protocol+"auth"), op.NewEndpoint(protocol+"token"),
		op.NewEndpoint(protocol+"userinfo"), op.NewEndpoint(protocol+"revoke"), op.NewEndpoint(protocol+"logout"),
		op.NewEndpoint(protocol+"certs"))}
	if strings.HasPrefix(realm.Issuer, "http://") {
		options = append(options, op.WithAllowInsecure())
	}
	provider, err := op.NewProvider(config, store, op.StaticIssuer(realm.Issuer), options...)
	if err != nil {
		return nil, err
	}
	s := &Server{path: path, issuer: realm.Issuer, storage: store, provider: provider, mux: http.NewServeMux()}
	s.mux.HandleFunc("GET "+HealthPath, func(http.ResponseWriter, *http.Request) {})
	s.mux.HandleFunc(realms, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusNotFound, map[string]string{"error": "Realm does not exist"})
	})
	s.mux.Handle(path+"/", http.StripPrefix(path, provider))
	s.mux.HandleFunc(path+"/"+protocol+"auth", s.begin)
	s.mux.HandleFunc("POST "+path+"/"+protocol+"token", s.token)
	s.mux.HandleFunc("GET "+path+login, s.form)
	s.mux.HandleFunc("POST "+path+login, s.signIn)
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// SetGroups puts a user into these groups and no others: tokens made from now on say so. It is false for a user who is none.
func (s *Server) SetGroups(user string, groups ...string) bool {
	return s.storage.people.setGroups(user, groups)
}

// scopes are those that a new realm of Keycloak knows for a client: it refuses all others, groups among them.
var scopes = []string{"openid", "profile", "email", "address", "phone", "roles", "web-origins", "acr", "basic"}

// begin refuses what Keycloak refuses and the library passes over.
func (s *Server) begin(w http.ResponseWriter, r *http.Request) {
	for scope := range strings.FieldsSeq(r.FormValue("scope")) {
		if !slices.Contains(scopes, scope) {
			answer(w, http.StatusBadRequest, map[string]string{
				"error": "invalid_scope", "error_description": "Invalid scopes: " + r.FormValue("scope"),
			})
			return
		}
	}
	http.StripPrefix(s.path, s.provider).ServeHTTP(w, r)
}

// page has the names and the IDs of Keycloak's own form.
var page = template.Must(template.New("").Parse(`<!DOCTYPE html>
<title>Sign in to {{.Issuer}}</title>
<h1 id="kc-page-title">Sign in to your account</h1>
{{with .Error}}<p id="input-error">{{.}}</p>{{end}}
<form id="kc-form-login" method="post">
<label>Username <input id="username" name="username" autocomplete="username"></label>
<label>Password <input id="password" name="password" type="password" autocomplete="current-password"></label>
<button id="kc-login" type="submit">Sign In</button>
</form>
`))

func (s *Server) form(w http.ResponseWriter, _ *http.Request) { s.show(w, http.StatusOK, "") }

func (s *Server) show(w http.ResponseWriter, status int, problem string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	// Who has gone away sees no page.
	_ = page.Execute(w, map[string]string{"Issuer": s.issuer, "Error": problem})
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	user, ok := s.storage.people.signIn(r.FormValue("username"), r.FormValue("password"))
	if !ok {
		s.show(w, http.StatusOK, "Invalid username or password.")
		return
	}
	id := r.URL.Query().Get("execution")
	if !s.storage.finish(id, user.subject()) {
		s.show(w, http.StatusBadRequest, "This sign-in has timed out; begin anew.")
		return
	}
	http.Redirect(w, r, s.issuer+"/"+protocol+"auth/callback?id="+url.QueryEscape(id), http.StatusFound)
}

// token serves what Keycloak calls direct access grants, and leaves all else to the library.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("grant_type") != "password" {
		http.StripPrefix(s.path, s.provider).ServeHTTP(w, r)
		return
	}
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	ctx := op.ContextWithIssuer(r.Context(), s.issuer)
	if err := s.storage.AuthorizeClientIDSecret(ctx, id, secret); err != nil {
		answer(w, http.StatusUnauthorized, map[string]string{
			"error": "unauthorized_client", "error_description": "Invalid client or Invalid client credentials",
		})
		return
	}
	user, ok := s.storage.people.signIn(r.FormValue("username"), r.FormValue("password"))
	if !ok {
		answer(w, http.StatusUnauthorized, map[string]string{
			"error": "invalid_grant", "error_description": "Invalid user credentials",
		})
		return
	}
	tokens, err := s.grant(ctx, id, user, strings.Fields(r.FormValue("scope")))
	if err != nil {
		answer(w, http.StatusInternalServerError, map[string]string{"error": "server_error", "error_description": err.Error()})
		return
	}
	answer(w, http.StatusOK, tokens)
}

func (s *Server) grant(ctx context.Context, id string, user User, scopes []string) (*oidc.AccessTokenResponse, error) {
	if !slices.Contains(scopes, oidc.ScopeOpenID) {
		scopes = append(scopes, oidc.ScopeOpenID)
	}
	of, err := s.storage.GetClientByClientID(ctx, id)
	if err != nil {
		return nil, err
	}
	asked := request{asked: oidc.AuthRequest{ClientID: id, Scopes: scopes}, user: user.subject(), at: time.Now()}
	return op.CreateTokenResponse(ctx, asked, of, s.provider, true, "", "")
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// Who has gone away reads no answer.
	_ = json.NewEncoder(w).Encode(body)
}
