// Command zot-cluster builds and runs a real single-node Kubernetes cluster in namespaces of its own.
package main
