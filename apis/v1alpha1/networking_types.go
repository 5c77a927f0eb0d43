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

	// networkPolicy lets the pods talk to what they need and to nothing else. It is on unless it says enabled: false.
	// +optional
	NetworkPolicy *NetworkPolicySpec `json:"networkPolicy,omitempty"`
}

// NetworkPolicySpec is a NetworkPolicy for the pods. In: whoever asks for the registry's port, and the operator. Out: DNS, and the TCP
// ports of what the spec names: the object store, the database, the provider with which people sign in, and where no key is given,
// what gives the pods an identity in a cloud.
type NetworkPolicySpec struct {
	// enabled turns the NetworkPolicy on. Default: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// egressPorts are further TCP ports to which the pods may connect, on any host, for example that of a proxy, or that of the pods
	// behind a load balancer of this cluster. Where a port is in a Secret alone, as that of a redis without
	// spec.storage.cache.redis.address, every TCP port is open.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:Minimum=1
	// +kubebuilder:validation:items:Maximum=65535
	EgressPorts []int32 `json:"egressPorts,omitempty"`
}

// ServiceType is how a Service is reached.
//
// +kubebuilder:validation:Enum=ClusterIP;NodePort;LoadBalancer
type ServiceType string

// ServiceSpec is the Service of the registry.
//
// +kubebuilder:validation:XValidation:rule="!has(self.nodePort) || (has(self.type) && self.type in ['NodePort', 'LoadBalancer'])",message="spec.networking.service.nodePort is a port of the nodes, and a Service of type ClusterIP has none: write type NodePort or LoadBalancer, or leave nodePort out",fieldPath=".nodePort"
// +kubebuilder:validation:XValidation:rule="!has(self.externalTrafficPolicy) || self.externalTrafficPolicy.size() == 0 || (has(self.type) && self.type in ['NodePort', 'LoadBalancer'])",message="spec.networking.service.externalTrafficPolicy is about traffic from outside, and a Service of type ClusterIP has none: write type NodePort or LoadBalancer, or leave externalTrafficPolicy out",fieldPath=".externalTrafficPolicy"
// +kubebuilder:validation:XValidation:rule="!has(self.loadBalancerClass) || self.loadBalancerClass.size() == 0 || (has(self.type) && self.type == 'LoadBalancer')",message="spec.networking.service.loadBalancerClass needs a load balancer: write type LoadBalancer, or leave loadBalancerClass out",fieldPath=".loadBalancerClass"
// +kubebuilder:validation:XValidation:rule="!has(self.loadBalancerSourceRanges) || self.loadBalancerSourceRanges.size() == 0 || (has(self.type) && self.type == 'LoadBalancer')",message="spec.networking.service.loadBalancerSourceRanges need a load balancer: write type LoadBalancer, or leave loadBalancerSourceRanges out",fieldPath=".loadBalancerSourceRanges"
type ServiceSpec struct {
	// type is how the Service is reached: ClusterIP (inside of the cluster), NodePort or LoadBalancer. Default: ClusterIP.
	// +optional
	Type ServiceType `json:"type,omitempty"`

	// annotations are put on the Service, for example for the cloud's load balancer.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	Annotations map[string]string `json:"annotations,omitempty"`

	// nodePort is the port of the nodes, of type NodePort or LoadBalancer. Without it the cluster chooses one.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	NodePort *int32 `json:"nodePort,omitempty"`

	// loadBalancerClass is who provides the load balancer, where the cluster has several that do. It cannot be changed while the type
	// is LoadBalancer, and takes Kubernetes 1.22 or later.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	LoadBalancerClass string `json:"loadBalancerClass,omitempty"`

	// loadBalancerSourceRanges are the networks from which the load balancer lets clients in, for example 10.0.0.0/8, where it can.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=64
	LoadBalancerSourceRanges []string `json:"loadBalancerSourceRanges,omitempty"`

	// externalTrafficPolicy says which nodes take traffic from outside: Cluster (each) or Local (those with a pod of the registry, which
	// keeps the clients' addresses). Default: Cluster.
	// +optional
	ExternalTrafficPolicy ExternalTrafficPolicy `json:"externalTrafficPolicy,omitempty"`

	// ipFamilyPolicy says whether the Service has addresses of one family or of both: SingleStack, PreferDualStack or RequireDualStack.
	// Default: SingleStack.
	// +optional
	IPFamilyPolicy IPFamilyPolicy `json:"ipFamilyPolicy,omitempty"`

	// ipFamilies are the families of its addresses, the first one for clients that take one alone: IPv4, IPv6 or both. The first one
	// cannot be changed. Default: the cluster's.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=2
	IPFamilies []IPFamily `json:"ipFamilies,omitempty"`
}

// ExternalTrafficPolicy says which nodes take traffic from outside.
//
// +kubebuilder:validation:Enum=Cluster;Local
type ExternalTrafficPolicy string

// IPFamilyPolicy says whether a Service has addresses of one family or of both.
//
// +kubebuilder:validation:Enum=SingleStack;PreferDualStack;RequireDualStack
type IPFamilyPolicy string

// IPFamily is a family of IP addresses.
//
// +kubebuilder:validation:Enum=IPv4;IPv6
type IPFamily string

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
	// (at the registry). Default: edge; with spec.http.tls passthrough, and reencrypt with its serviceCA.
	// +optional
	Termination RouteTermination `json:"termination,omitempty"`

	// destinationCACertificate are certificates in PEM form of the authority that the router trusts when it speaks TLS with the registry,
	// with termination reencrypt. The cluster's service CA it trusts without them.
	// +optional
	// +kubebuilder:validation:MaxLength=32768
	DestinationCACertificate string `json:"destinationCACertificate,omitempty"`

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

	// timeouts of the Gateway for requests by this route. They are set unless they say enabled: false, where the cluster's HTTPRoutes have
	// them: a Gateway's own are often shorter than a large layer takes.
	// +optional
	Timeouts *HTTPRouteTimeoutsSpec `json:"timeouts,omitempty"`

	// backendTLS makes a BackendTLSPolicy, with which the Gateway speaks TLS with a registry that has spec.http.tls. A block that is there
	// is on unless it says enabled: false. Without it you make one, or tell the Gateway in its own way.
	// +optional
	BackendTLS *BackendTLSSpec `json:"backendTLS,omitempty"`

	// annotations are put on the HTTPRoute.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	Annotations map[string]string `json:"annotations,omitempty"`
}

// HTTPRouteTimeoutsSpec are times after which a Gateway gives up.
type HTTPRouteTimeoutsSpec struct {
	// enabled sets the timeouts. Turn them off for a Gateway that refuses a route with them. Default: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// request is how long a request may take, from its first byte to the last one of the answer; 0s is as long as it likes. Default: 30m.
	// +optional
	// +kubebuilder:validation:MaxLength=24
	// +kubebuilder:validation:XValidation:rule=`self.matches("^([0-9]{1,5}(h|m|s|ms)){1,4}$")`,message="spec.networking.httpRoute.timeouts.request is no length of time as the Gateway API writes it: write whole numbers and their units, which are h, m, s and ms, for example 30m or 1h30m; 0s is as long as it likes"
	Request string `json:"request,omitempty"`
}

// BackendTLSSpec says how a Gateway knows the registry.
type BackendTLSSpec struct {
	// enabled turns the BackendTLSPolicy on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// caConfigMapName is the name of a ConfigMap of this namespace that holds the certificates of the registry's authority under ca.crt.
	// Without it the Gateway trusts the public ones.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	CAConfigMapName string `json:"caConfigMapName,omitempty"`

	// hostname is the name that the registry's certificate must have. Default: that of the Service, <store>.<namespace>.svc.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Hostname string `json:"hostname,omitempty"`
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
