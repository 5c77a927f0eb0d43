// Package people lets those who sign in with an OpenID Connect provider use S3. A token of the provider buys keys for a time, at AWS's own
// call for that (AssumeRoleWithWebIdentity, on the port of S3), and what the keys may do follows from their person's groups and the rules
// of the store's spec. Nothing is kept: what the gateway has to know of a session is sealed in the session token that each request
// carries, so that neither a restart nor another pod ends it.
package people
