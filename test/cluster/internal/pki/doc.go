// Package pki issues the keys and certificates of a cluster and writes the kubeconfigs of its components.
package pki
