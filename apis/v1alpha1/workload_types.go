package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
)

// ImageSpec is the zot image of a store.
type ImageSpec struct {
	// repository is the image without tag, for example ghcr.io/project-zot/zot.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	Repository string `json:"repository,omitempty"`

	// tag is the version to run, for example v2.1.20. A tag that moves, such as latest, makes a restart an upgrade.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:Pattern=`^[\w][\w.-]*$`
	Tag string `json:"tag,omitempty"`

	// pullPolicy says when the node pulls the image: Always, IfNotPresent or Never. Default: IfNotPresent.
	// +optional
	// +kubebuilder:validation:Enum=Always;IfNotPresent;Never
	PullPolicy PullPolicy `json:"pullPolicy,omitempty"`

	// pullSecrets are names of Secrets of this namespace with which the node pulls the image.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	PullSecrets []string `json:"pullSecrets,omitempty"`
}

// PullPolicy says when a node pulls an image.
type PullPolicy string

// HTTPSpec says how zot listens.
type HTTPSpec struct {
	// port is the port of zot and of the store's Service. Default: 8080.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port *int32 `json:"port,omitempty"`
}

// LogLevel is how much zot logs.
//
// +kubebuilder:validation:Enum=debug;info;warn;error
type LogLevel string

// LogSpec says what zot writes to its log. zot logs lines of JSON to standard output.
type LogSpec struct {
	// level is the least severity that is logged: debug, info, warn or error. Default: info. A change restarts zot.
	// +optional
	Level LogLevel `json:"level,omitempty"`
}

// ResourceRequirements are the compute resources of a container.
type ResourceRequirements struct {
	// limits is the most that the container may use. A container that takes more memory is ended by the node.
	// +optional
	Limits *ResourceAmounts `json:"limits,omitempty"`

	// requests is what the node reserves for the container. Default: 100m CPU and 256Mi memory.
	// +optional
	Requests *ResourceAmounts `json:"requests,omitempty"`
}

// ResourceAmounts are amounts of CPU and memory.
type ResourceAmounts struct {
	// cpu in cores or thousandths of a core, for example 1 or 500m.
	// +optional
	CPU *resource.Quantity `json:"cpu,omitempty"`

	// memory in bytes, for example 512Mi or 2Gi.
	// +optional
	Memory *resource.Quantity `json:"memory,omitempty"`
}
