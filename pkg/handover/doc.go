// Package handover is the contract between the operator and the config agent that runs beside each zot.
//
// The operator writes two documents without secrets, Boot and Live, into a pair of config maps. The agent merges them with the
// user's mounted Secrets into the configuration that zot reads, and tells with a State what it has done.
//
// The two sides may come from different releases, as the agent's image is sticky in a running store. So everything that
// crosses the border is here and nowhere else: documents with a format number, paths, file names, ports and reasons. The package
// is pure: it reads no clock, no environment and no file.
package handover
