// Package validation is the one list of rules that a ZotArtifactStore must keep.
//
// Three callers ask it: the admission webhook, the controllers before they act (the same verdict when the webhook is off), and the
// tests. What the schema and the CEL rules of the CRD say is said here too, as servers before Kubernetes 1.25 know no CEL.
// A rule refuses only what cannot work; what works but surprises is a warning.
//
// Every message says what is wrong, why, and what to write instead. The package is pure. It imports the API types and the packages
// whose constants the rules are about: defaults, handover and names.
package validation
