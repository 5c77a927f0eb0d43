package board

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// Condition is a controller's verdict on one aspect of a store.
type Condition struct {
	Type    string
	Status  metav1.ConditionStatus
	Reason  string
	Message string
}

// Facts are what a controller has seen and the status shows. A controller fills in what is its own and leaves the rest.
type Facts struct {
	// Replicas and ReadyReplicas count pods. Workload.
	Replicas, ReadyReplicas int32
	// Selector finds the pods. Workload.
	Selector string
	// Version of zot that runs. Workload.
	Version string
	// Addresses are where the registry is reached, nil while that is not known. Networking.
	Addresses *Addresses
	// Configuration is what every pod runs with, nil while that is not known. Workload.
	Configuration *v1alpha1.ConfigurationStatus
	// Certificate is the one that zot serves, nil while that is not known, and empty if there is none. Workload.
	Certificate *v1alpha1.CertificateStatus
	// S3Endpoint is the address of the S3 API, nil while that is not known, and empty if there is none. Extensions.
	S3Endpoint *string
	// Storage is the volume, nil while there is none. Storage.
	Storage *v1alpha1.StorageStatus
}

// Addresses are where a registry is reached from inside and from outside of the cluster; an empty one is none.
type Addresses struct{ Service, External string }

// Verdict is what a controller makes of a store. It holds no times, versions or attempt counts: an unchanged store has an
// unchanged verdict.
type Verdict struct {
	// Generation of the spec that was looked at.
	Generation int64
	// Conditions are the controller's own, always all of them.
	Conditions []Condition
	Facts      Facts
}

// True is a condition that is fine.
func True(kind, reason, message string) Condition {
	return Condition{Type: kind, Status: metav1.ConditionTrue, Reason: reason, Message: message}
}

// False is a condition that is not fine; the message says why and what to do, or what is being waited for.
func False(kind, reason, message string) Condition {
	return Condition{Type: kind, Status: metav1.ConditionFalse, Reason: reason, Message: message}
}

// Unknown is a condition that could not be found out.
func Unknown(kind, reason, message string) Condition {
	return Condition{Type: kind, Status: metav1.ConditionUnknown, Reason: reason, Message: message}
}
