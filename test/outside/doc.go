// Package outside is what is outside of a store's pod, for tests that run the pod as processes: the servers of object storage and the
// databases, as processes on loopback; the clouds' ways to sign in; and a proxy that leads the names of all of them to these. The pod's
// programs are told of the proxy by their environment and of its authority as of those of an image, so that nothing of what is rendered
// for them has to change.
//
// hack/backends.sh brings the servers, and says where they are in variables that begin with BACKENDS_. A test that needs one which is not
// there is skipped by name.
package outside
