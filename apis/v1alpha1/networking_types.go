package v1alpha1

// NetworkingSpec says how the registry is reached.
type NetworkingSpec struct {
	// service is the Service of the registry, which is called like the store.
	// +optional
	Service *ServiceSpec `json:"service,omitempty"`

	// route asks for an OpenShift Route. A block that is there is on unless it says enabled: false.
	// +optional
	Route *RouteSpec `json:"route,omitempty"`

	// ingress asks for an Ingress. A block that is there is on unless it says enabled: false.
	// +optional
	Ingress *IngressSpec `json:"ingress,omitempty"`

	// httpRoute asks for an HTTPRoute of the Gateway API. A block that is there is on unless it says enabled: false.
	// +optional
	HTTPRoute *HTTPRouteSpec `json:"httpRoute,omitempty"`
}

// ServiceType is how a Service is reached.
//
// +kubebuilder:validation:Enum=ClusterIP;NodePort;LoadBalancer
type ServiceType string

// ServiceSpec is the Service of the registry.
type ServiceSpec struct {
	// type is how the Service is reached: ClusterIP (inside of the cluster), NodePort or LoadBalancer. Default: ClusterIP.
	// +optional
	Type ServiceType `json:"type,omitempty"`

	// annotations are put on the Service, for example for the cloud's load balancer.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	Annotations map[string]string `json:"annotations,omitempty"`
}

// RouteTermination is where TLS ends.
//
// +kubebuilder:validation:Enum=edge;reencrypt;passthrough
type RouteTermination string

const (
	// RouteEdge ends TLS at the router, which speaks plain HTTP with the registry.
	RouteEdge RouteTermination = "edge"
	// RouteReencrypt ends TLS at the router, which speaks TLS with the registry.
	RouteReencrypt RouteTermination = "reencrypt"
	// RoutePassthrough leaves TLS to the registry.
	RoutePassthrough RouteTermination = "passthrough"
)

// RouteSpec is an OpenShift Route to the registry.
type RouteSpec struct {
	// enabled turns the Route on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// host is the name under which the registry is reached. Without it OpenShift makes one.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Host string `json:"host,omitempty"`

	// termination is where TLS ends: edge (at the router), reencrypt (at the router, and again at the registry) or passthrough
	// (at the registry). Default: edge, and passthrough with spec.http.tls.
	// +optional
	Termination RouteTermination `json:"termination,omitempty"`

	// annotations are put on the Route.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	Annotations map[string]string `json:"annotations,omitempty"`
}

// IngressSpec is an Ingress to the registry.
//
// +kubebuilder:validation:XValidation:rule="(has(self.enabled) && !self.enabled) || (has(self.host) && self.host.size() > 0)",message="spec.networking.ingress is on, but has no host, and would take every request that no other Ingress takes: set spec.networking.ingress.host, for example registry.example.com, or enabled: false",fieldPath=".host"
type IngressSpec struct {
	// enabled turns the Ingress on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// className is the IngressClass. Without it the cluster's default class serves.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ClassName *string `json:"className,omitempty"`

	// host is the name under which the registry is reached. It must be set unless enabled is false.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Host string `json:"host,omitempty"`

	// tls lets the Ingress serve https.
	// +optional
	TLS *IngressTLSSpec `json:"tls,omitempty"`

	// annotations are put on the Ingress. Those that the operator sets for large layers can be set otherwise here.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	Annotations map[string]string `json:"annotations,omitempty"`
}

// IngressTLSSpec lets an Ingress serve https.
type IngressTLSSpec struct {
	// secretName is the Secret with tls.crt and tls.key. Without it the Ingress controller's own certificate serves.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	SecretName string `json:"secretName,omitempty"`
}

// HTTPRouteSpec is an HTTPRoute of the Gateway API to the registry.
//
// +kubebuilder:validation:XValidation:rule="(has(self.enabled) && !self.enabled) || (has(self.parentRefs) && self.parentRefs.size() > 0)",message="spec.networking.httpRoute is on, but names no Gateway, and would serve nobody: set spec.networking.httpRoute.parentRefs to the name of a Gateway, and its namespace if that is another one, or enabled: false",fieldPath=".parentRefs"
type HTTPRouteSpec struct {
	// enabled turns the HTTPRoute on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// parentRefs are the Gateways through which the registry is reached. There must be one unless enabled is false.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=8
	ParentRefs []GatewayReference `json:"parentRefs,omitempty"`

	// hostnames are the names under which the registry is reached. Without them the Gateway's own hold.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	Hostnames []string `json:"hostnames,omitempty"`

	// annotations are put on the HTTPRoute.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	Annotations map[string]string `json:"annotations,omitempty"`
}

// GatewayReference is a Gateway, or one of its listeners.
type GatewayReference struct {
	// name of the Gateway.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// namespace of the Gateway. Default: the store's.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`

	// sectionName is the name of a listener of the Gateway. Without it every listener serves that takes the HTTPRoute.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	SectionName string `json:"sectionName,omitempty"`
}
