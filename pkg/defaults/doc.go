// Package defaults fills what a user leaves out of a ZotArtifactStore's spec.
//
// There are two kinds of defaults. The sticky ones must not move when the operator is upgraded: which zot runs, the kind of
// storage and its size. Persist writes them into the object when it is admitted, and nothing else, so that tools which compare
// the object with what they applied see no drift; Admit is how admission calls it. All others are computed each time by Effective, and
// builders read only what Effective returns.
//
// All of them are pure and idempotent. The package imports the API types and package version; the webhook, the controllers
// and package validation call it.
package defaults
