// Package pod runs what the pod of a store runs, as processes on the loopback interface: the config agent's first look, zot, and the
// config agent beside it, from what the operator renders for a store; the test does what the kubelet does. What is a folder, a port or an
// address of the pod becomes the test's own, and nothing else is changed. Other packages of tests use it, too.
//
// Its own tests show what a running zot makes of a change of the spec. They need the real zot, given as ZOT_BIN, and are skipped by name
// without it; some need further programs, see Program.
package pod
