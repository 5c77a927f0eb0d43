// Package capabilities knows what the cluster can do beside what every Kubernetes can: which optional APIs it serves, and which of their
// fields.
//
// OpenShift is no special case anywhere in the operator; it is a cluster with these capabilities.
package capabilities
