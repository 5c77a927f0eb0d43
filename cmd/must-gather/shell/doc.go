// Command shell is what `oc adm must-gather` expects in an image beside the collector, as one static program that acts by the name it is
// called by:
//
//	bash, sh   an interpreter of shell scripts (mvdan.cc/sh), with -c, a file, or a script on standard input
//	tar        writes an archive to standard output, by which oc fetches what was gathered
//
// Our images have no distribution below them, and oc names these programs: it starts both containers of its pod by /bin/bash, and runs tar
// in the second. Where rsync is on the person's machine it is tried first; here it is not found, and oc takes tar. On Windows it asks for
// `sh` before that, and would not come to tar without. What oc's scripts call further (package programs) is inside of the shell, as nothing
// else calls it; `command -v` does not find it. If it found setsid, ps and pkill, oc would take a way that needs all three.
//
// An oc before 4.20 ends the collection for a volume that is too full by pkill, which is not here: there is no limit then. One of November
// 2025 calls setsid without asking whether it is there, so it is.
//
// It follows pkg/cli/admin/mustgather and pkg/cli/rsync of github.com/openshift/oc as of 22 April 2026 (6b8e30c5b39a).
//
// A signal ends it, also as process 1, which the kernel would keep from dying. `kill 0` in a script ends the processes that it has started
// and not the shell itself: so bash behaves as process 1 of a container, and oc's script goes on to write all to disk and ends well, which
// oc waits for before it fetches anything.
package main
