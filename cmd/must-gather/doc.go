// Command must-gather collects what is needed to find out why a store is not well, into a folder: it is `/usr/bin/gather` in the image for
// `oc adm must-gather --image=...`, and runs as well on any machine with KUBECONFIG. Beside it in the image is shell, which is what oc
// itself asks for there.
//
// It is a Go module of its own, as shell has an interpreter of scripts that nothing else of ours needs.
package main
