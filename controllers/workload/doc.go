// Package workload is the controller of what runs: it owns the ServiceAccount, the config maps, the StatefulSet and the
// PodDisruptionBudget of a store, makes the Secret of its session keys, and reports WorkloadReady and ConfigurationApplied.
package workload
