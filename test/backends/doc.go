// Package backends holds the tests of stores against the servers that they keep their artifacts on: real ones, as processes on
// loopback, which the tests start (package outside). A store is what its pod holds, without a cluster (package pod). What is under test is
// everything between the spec and the bucket.
//
// `hack/test.sh backends` runs the tests with the servers that hack/backends.sh brings; one that is not there is skipped by name. Without
// ZOT_BIN the stand-in takes zot's place, and nothing is asserted that only zot can show.
package backends
