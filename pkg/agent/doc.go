// Package agent brings the operator's documents and the user's Secrets and ConfigMaps together into the files that zot reads, and
// keeps them up to date as long as the pod lives.
//
// It works in three steps. Observe reads the mounted volumes and what is in place; plan, a pure function, says which files
// there should be, which problems there are and whether zot has to start again; apply writes in place and, where zot cannot
// reload, ends zot with SIGTERM, so that the kubelet starts it again in the same pod.
//
// The agent is the only program that holds zot's configuration and its credentials at once. No content of a Secret leaves it
// for a log, an error, the state or a termination message: errors about content are worded here and never wrapped.
package agent
