package v1alpha1

// ExtensionsSpec are the parts beside the plain registry. A block that is there is on unless it says enabled: false.
type ExtensionsSpec struct {
	// s3api serves the S3 protocol beside the registry, with storage of its own.
	// +optional
	S3API *S3APISpec `json:"s3api,omitempty"`

	// rbac lets people sign in with Keycloak; their groups decide what they may do.
	// +optional
	RBAC *RBACSpec `json:"rbac,omitempty"`

	// supplychain shows which images carry a signature that you trust, and makes lists of what is inside of them.
	// +optional
	SupplyChain *SupplyChainSpec `json:"supplychain,omitempty"`

	// metrics serves figures of the registry for Prometheus.
	// +optional
	Metrics *MetricsSpec `json:"metrics,omitempty"`

	// search answers questions about images, for zot's web interface and its command line.
	// +optional
	Search *SearchSpec `json:"search,omitempty"`

	// ui is zot's web interface. Without the block it is on where rbac is: people sign in there.
	// +optional
	UI *UISpec `json:"ui,omitempty"`

	// scrub looks from time to time whether artifacts are still what they were.
	// +optional
	Scrub *ScrubSpec `json:"scrub,omitempty"`

	// sync copies images from other registries: when they are asked for, or from time to time.
	// +optional
	Sync *SyncSpec `json:"sync,omitempty"`
}

// RBACSpec lets people sign in with Keycloak.
//
// +kubebuilder:validation:XValidation:rule="(has(self.enabled) && !self.enabled) || has(self.keycloak)",message="spec.extensions.rbac is on, but there is nothing to sign in with: set spec.extensions.rbac.keycloak, or enabled: false",fieldPath=".keycloak"
type RBACSpec struct {
	// enabled turns the extension on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// keycloak is the realm and client to sign in with.
	// +optional
	Keycloak *KeycloakSpec `json:"keycloak,omitempty"`
}

// KeycloakSpec is a client of a Keycloak realm.
type KeycloakSpec struct {
	// url of the Keycloak server without the realm, for example https://keycloak.example.com. It must be the same for people's
	// browsers and for the pods.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	URL string `json:"url,omitempty"`

	// realm is the name of the realm.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	Realm string `json:"realm,omitempty"`

	// clientId is the client of the realm that stands for this registry.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	ClientID string `json:"clientId,omitempty"`

	// clientSecretName is the name of the Secret that holds the client's secret, under client-secret, clientSecret, secret or
	// OIDC_CLIENT_SECRET.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ClientSecretName string `json:"clientSecretName,omitempty"`
}

// MetricsSpec serves figures for Prometheus.
type MetricsSpec struct {
	// enabled turns the extension on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// prometheus says where the figures are served.
	// +optional
	Prometheus *PrometheusSpec `json:"prometheus,omitempty"`

	// serviceMonitor lets the Prometheus operator find the figures, in clusters that have it. Without this block a ServiceMonitor is made
	// there too.
	// +optional
	ServiceMonitor *ServiceMonitorSpec `json:"serviceMonitor,omitempty"`
}

// ScrapeInterval is a length of time as Prometheus writes it, for example 30s or 1m30s.
//
// +kubebuilder:validation:MinLength=2
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:XValidation:rule=`self.matches("^([1-9][0-9]{0,3}h)?([1-9][0-9]{0,3}m)?([1-9][0-9]{0,4}s)?$")`,message="this is no interval that Prometheus knows: write whole hours, minutes and seconds, for example 30s or 1m30s"
type ScrapeInterval string

// ServiceMonitorSpec is the ServiceMonitor by which the Prometheus operator finds the figures.
//
// +kubebuilder:validation:XValidation:rule="!(has(self.caSecretName) && self.caSecretName.size() > 0 && has(self.caConfigMapName) && self.caConfigMapName.size() > 0)",message="Prometheus looks at one authority, and spec.extensions.metrics.serviceMonitor names two: write caSecretName or caConfigMapName, not both",fieldPath=".caConfigMapName"
type ServiceMonitorSpec struct {
	// enabled turns it on. Default: true, where the cluster has monitoring.coreos.com/v1.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// labels are put on the ServiceMonitor, as many a Prometheus takes only those with a certain label, for example release: prometheus.
	// +optional
	// +kubebuilder:validation:MaxProperties=32
	Labels map[string]string `json:"labels,omitempty"`

	// interval between two looks of Prometheus. Default: Prometheus' own.
	// +optional
	Interval ScrapeInterval `json:"interval,omitempty"`

	// basicAuthSecretName is the name of a Secret with the keys username and password, with which Prometheus signs in. The user must be
	// one of spec.accessControl.metrics.users. Default: it does not sign in.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	BasicAuthSecretName string `json:"basicAuthSecretName,omitempty"`

	// caSecretName is the name of a Secret whose key ca.crt holds the authority that Prometheus trusts, with spec.http.tls. Default: that
	// of the certificate which cert-manager or OpenShift's service CA has made, else the authorities of Prometheus' own image.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	CASecretName string `json:"caSecretName,omitempty"`

	// caConfigMapName is the same for a ConfigMap, with the key ca.crt.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	CAConfigMapName string `json:"caConfigMapName,omitempty"`
}

// PrometheusSpec says where figures are served.
type PrometheusSpec struct {
	// path of the figures on the registry's port. Default: /metrics.
	// +optional
	// +kubebuilder:validation:MinLength=2
	// +kubebuilder:validation:MaxLength=128
	Path string `json:"path,omitempty"`
}
