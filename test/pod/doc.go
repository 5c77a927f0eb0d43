// Package pod runs what the pod of a store runs, as processes on the loopback interface: the config agent's first look, zot, and the
// config agent beside it, from what the operator renders for a store. Its tests show what a running zot makes of a change of the spec.
//
// They need the real zot, given as ZOT_BIN, and are skipped by name without it; some need further programs, see Program.
package pod
