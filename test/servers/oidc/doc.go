// Package oidc is an OpenID Connect provider that stands in for Keycloak in tests: the protocol is zitadel/oidc's, the paths, the claims,
// the form and the refusals are those that Keycloak has. A realm is served at /realms/<realm>; the claims groups, preferred_username and
// email are in ID tokens, access tokens and the answer about a user, as with Keycloak's mapper "Group Membership".
//
// It is for tests: it keeps all in memory, and passwords in plain text. A test runs it in its own process (New is a handler), a cluster as
// a program (cmd/oidc).
package oidc
