// Package backends holds the tests of stores against the servers that they keep their artifacts on: real ones, as processes on
// loopback, which the tests start. A store is what its pod holds, without a cluster: the configuration that the operator renders, the
// config agent and zot, as processes; the test does what the kubelet does. What is under test is everything between the spec and the
// bucket.
//
// hack/backends.sh brings the servers, and `hack/test.sh backends` runs the tests with them; a server that is not there is skipped by
// name. Without ZOT_BIN the stand-in takes zot's place, and nothing is asserted that only zot can show.
package backends
