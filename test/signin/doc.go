// Package signin tests sign-in with Keycloak on the real zot and in a real browser: a store as the operator renders it, with the config
// agent as a process beside zot, and package oidc in Keycloak's place, each with TLS and on loopback. The test does what the node does: it
// delivers the documents, and starts zot again when it has ended.
//
// It needs zot (ZOT_BIN) and, for the browser, chromium, which `hack/chromium.sh` installs.
package signin
