// Package networking is the controller of how a store is reached. It owns the Service and, where asked for and where the cluster
// has that API, the Route, the Ingress and the HTTPRoute, and reports NetworkingReady.
package networking
