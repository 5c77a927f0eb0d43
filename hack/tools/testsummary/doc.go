// Command testsummary adds up what `go test -json` wrote and prints one line: N passed, N failed, N skipped.
//
// A test with subtests counts as its subtests; a Ginkgo suite, which is one Go test, counts as its specs. Failed and skipped tests
// are named before the line, so that nobody takes a run for more than it was. A package that failed outside of a test (it did not
// compile, or it ended early) counts as one failed test. hack/test.sh calls it; it imports nothing of this repository.
package main
