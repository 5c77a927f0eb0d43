// Package validation is the one list of rules that a ZotArtifactStore must keep.
//
// Three callers ask it: the admission webhook, the controllers before they act (the same verdict when the webhook is off), and the
// tests. What the schema and the CEL rules of the CRD say is said here too, as servers before Kubernetes 1.25 know no CEL.
// A rule refuses only what cannot work: zot would not start, Kubernetes would refuse an object of the store, or artifacts would be
// lost. What works but surprises is a warning.
//
// Every message says what is wrong, why, and what to write instead. The package is pure. It imports the API types and the packages
// whose constants the rules are about: defaults, handover, names and version.
//
// zot has rules about more than the API offers. None of these has a rule here, as there is no field to break it: signing in with
// LDAP, bearer tokens or client certificates; synchronization with other registries; subpaths, quotas and redirects of storage; the
// web interface, scrubbing, linting and events; conditions of access rules. The table in zot_test.go accounts for each rule of zot.
package validation
