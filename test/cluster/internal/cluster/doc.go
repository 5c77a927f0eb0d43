// Package cluster brings a cluster up and takes it down again.
package cluster
