// Package node pins the container runtime of the test cluster: containerd, its shim and the CNI plugins.
package node
