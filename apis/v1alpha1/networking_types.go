package v1alpha1

// NetworkingSpec says how the registry is reached from outside of the cluster.
type NetworkingSpec struct {
	// route asks for an OpenShift Route. A block that is there is on unless it says enabled: false.
	// +optional
	Route *RouteSpec `json:"route,omitempty"`
}

// RouteSpec is an OpenShift Route to the registry. TLS ends at the router.
type RouteSpec struct {
	// enabled turns the Route on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// host is the name under which the registry is reached. Without it OpenShift makes one.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Host string `json:"host,omitempty"`
}
