// Package image builds container images from static binaries and pushes images into the registry of a cluster, without a
// container engine.
package image
