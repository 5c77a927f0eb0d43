// Package compat is about the Kubernetes versions that the operator promises to work with, beside the one of the test cluster.
//
//	kubernetes-*   modules that pin a release each; test/envtest runs on its API server and controller manager: `make test-compat`
//	types          the oldest servers, which do not build any more, as the types of their API
//
// The test of this package renders every case of test/fixtures for those oldest servers; types decodes what comes out.
//
// When the test cluster moves to another minor version, the one it leaves becomes a module here: copy the newest, set its release and
// those of the replacements (what Kubernetes' own go.mod takes from ./staging), its godebug line, and run `go mod tidy`.
package compat
