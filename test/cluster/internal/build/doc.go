// Package build makes the binaries of the test cluster from Go modules and skips what is up to date: a stamp beside each binary
// holds a hash of the sources, the module versions and the flags that it was made from.
package build
