// Package registry is the OCI registry of a cluster, from which its node pulls every image. Blobs lie on disk; manifests are
// journalled, so that a restart of the process loses nothing.
package registry
