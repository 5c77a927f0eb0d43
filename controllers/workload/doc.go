// Package workload is the controller of what runs: it owns the ServiceAccount, the config maps, the StatefulSet and the
// PodDisruptionBudget of a store, and reports WorkloadReady and ConfigurationApplied.
package workload
