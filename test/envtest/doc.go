// Package envtest holds the contract tests: what the architecture promises about requests, ownership and permissions, tried
// against a real etcd, kube-apiserver and kube-controller-manager. The eleven contracts are told by number: `-ginkgo.focus
// 'Contract 5'`.
//
// The operator runs in the test's process, as the user and with exactly the permissions that config/ gives it; the API server's
// audit log tells what it has asked for. StatefulSets make pods, owners take their children with them and claims are bound as on
// any cluster. There is no node: the tests play the scheduler, the kubelet and the maker of volumes (type cluster), and the config
// agents (type agents).
//
// A watchdog sees every state of every store of the whole suite and holds it against the invariants of the status (Contract 10).
//
// The servers are found in the folder that KUBEBUILDER_ASSETS names; without it the tests are skipped, where CI is set they fail.
package envtest
