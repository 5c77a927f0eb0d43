// Package kubernetes pins the Kubernetes and etcd releases of the test cluster. Every Kubernetes component is linked into one
// multi-call binary (cmd/kube), which keeps the build and the disk small; etcd is a binary of its own.
package kubernetes
