// Package gather reads from a cluster what is needed to find out why a store is not well, and writes it into a folder in the layout of
// `oc adm inspect`. What is collected is one table (kinds.go). It changes nothing in the cluster.
//
// In namespaces where stores or the operator are, it takes what is the operator's; of others only what bears upon stores and tells no
// secrets: events, policies, quotas and claims. Values of Secrets are never written, nor names and passwords in addresses
// (clean.go).
//
// What cannot be read is told in errors.txt, and the rest is collected all the same.
package gather
