// Package mounted reads what the operator mounts into the gateway's pod: keys and certificates from Secrets and ConfigMaps, under the
// names that pkg/handover lists for the registry as well. It never quotes a value.
package mounted
