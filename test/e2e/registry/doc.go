// Package registry is a user of an OCI registry: it pushes images of random content, pulls them by digest and checks every byte.
package registry
