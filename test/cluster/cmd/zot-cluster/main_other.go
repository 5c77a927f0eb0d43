//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "zot-cluster: namespaces and control groups exist on Linux only: run this there, or use a cluster that you have")
	os.Exit(1)
}
