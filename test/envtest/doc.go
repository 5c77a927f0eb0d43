// Package envtest holds the contract tests: what the architecture promises about requests, ownership and permissions, tried
// against a real etcd and kube-apiserver.
//
// The operator runs in the test's process, as the user and with exactly the permissions that config/ gives it; the API server's
// audit log tells what it has asked for. Nothing else of a cluster is there, so the tests play the kubelet and the controllers of
// StatefulSets and volumes themselves (type cluster), and the config agents (type agents).
//
// The servers are found in the folder that KUBEBUILDER_ASSETS names; without it the tests are skipped.
package envtest
