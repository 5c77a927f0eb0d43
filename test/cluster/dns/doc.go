// Package dns pins the CoreDNS release of the test cluster.
package dns
