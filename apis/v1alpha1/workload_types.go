package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
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
	// +kubebuilder:validation:XValidation:rule=`self.matches("^[0-9A-Za-z_][0-9A-Za-z_.-]*$")`,message="spec.image.tag is no tag of an image: a tag has at most 128 letters, digits, '_', '.' and '-', and does not start with '.' or '-'; write for example v2.1.20"
	Tag string `json:"tag,omitempty"`

	// digest is the content of the image: sha256: and 64 hexadecimal digits. It decides what runs; a tag beside it only tells
	// which version of zot that is.
	// +optional
	// +kubebuilder:validation:MaxLength=71
	// +kubebuilder:validation:XValidation:rule=`self.matches("^sha256:[a-f0-9]{64}$")`,message="spec.image.digest is no digest of an image, so that no node could pull it: write sha256: and 64 digits or lower-case letters from a to f, as crane digest shows them"
	Digest string `json:"digest,omitempty"`

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
	// +kubebuilder:validation:XValidation:rule="self >= 1 && self <= 65535",message="spec.http.port is no TCP port: those are the numbers from 1 to 65535; write one of them, for example 8080"
	// +kubebuilder:validation:XValidation:rule="self != 8079",message="spec.http.port is 8079, on which the config agent listens in the same pod, so that zot could not start: write another one, for example 8080"
	Port *int32 `json:"port,omitempty"`

	// tls lets zot serve https. A block that is there is on unless it says enabled: false.
	// +optional
	TLS *TLSSpec `json:"tls,omitempty"`
}

// TLSSpec is the certificate that zot serves. It comes from one place: a Secret of yours, an issuer of cert-manager, or OpenShift's
// service CA.
//
// +kubebuilder:validation:XValidation:rule="(has(self.enabled) && !self.enabled) || [has(self.certSecretName) && self.certSecretName.size() > 0, has(self.issuerRef), has(self.serviceCA) && self.serviceCA].filter(given, given).size() == 1",message="spec.http.tls is on, and needs one place to take its certificate from, not none and not several: set one of spec.http.tls.certSecretName, .issuerRef and .serviceCA, or enabled: false"
// +kubebuilder:validation:XValidation:rule="!has(self.keySecretName) || self.keySecretName.size() == 0 || (has(self.certSecretName) && self.certSecretName.size() > 0)",message="spec.http.tls.keySecretName goes with a certificate of your own, and spec.http.tls.certSecretName names none: name the Secret of the certificate too, or leave keySecretName out",fieldPath=".keySecretName"
// +kubebuilder:validation:XValidation:rule="!has(self.dnsNames) || self.dnsNames.size() == 0 || has(self.issuerRef)",message="spec.http.tls.dnsNames are what an issuer is asked for, and spec.http.tls.issuerRef names none: name an issuer, or leave dnsNames out, as the names in any other certificate are decided where it is made",fieldPath=".dnsNames"
type TLSSpec struct {
	// enabled turns TLS on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// certSecretName is the name of the Secret that holds the certificate and its chain, under tls.crt, cert or cert.pem. A
	// renewed one is served without a restart.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	CertSecretName string `json:"certSecretName,omitempty"`

	// keySecretName is the name of the Secret that holds the private key, under tls.key, key or key.pem. Default: the Secret of
	// certSecretName.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	KeySecretName string `json:"keySecretName,omitempty"`

	// issuerRef is the issuer of cert-manager that makes the certificate and renews it. It is kept in Secret <store>-tls. Without
	// cert-manager in the cluster the status says so.
	// +optional
	IssuerRef *IssuerReference `json:"issuerRef,omitempty"`

	// dnsNames are the names that issuerRef is asked for. Default: those of the Service, and the host from outside, as far as TLS ends at
	// the registry. An issuer that signs public names alone, such as one of Let's Encrypt, needs them here.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	DNSNames []string `json:"dnsNames,omitempty"`

	// serviceCA takes the certificate from OpenShift's service CA, which makes it for the name of the Service, keeps it in Secret
	// <store>-serving-cert and renews it. Clients in the cluster trust it by the authority that OpenShift hands out; a Route with
	// termination reencrypt trusts it by itself.
	// +optional
	ServiceCA *bool `json:"serviceCA,omitempty"`
}

// IssuerReference is an issuer of cert-manager.
//
// +kubebuilder:validation:XValidation:rule="!has(self.kind) || self.kind.size() == 0 || self.kind in ['Issuer', 'ClusterIssuer'] || (has(self.group) && self.group.size() > 0 && self.group != 'cert-manager.io')",message="spec.http.tls.issuerRef.kind is no kind of cert-manager's own issuers: write Issuer, or ClusterIssuer for one that belongs to no namespace, or name the group of the issuer's own kind",fieldPath=".kind"
type IssuerReference struct {
	// name of the issuer.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// kind of the issuer: Issuer (of this namespace) or ClusterIssuer; with a group of another maker, that maker's kind. Default: Issuer.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Kind string `json:"kind,omitempty"`

	// group of the issuer's kind. Default: cert-manager.io.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Group string `json:"group,omitempty"`
}

// LogLevel is how much zot logs.
//
// +kubebuilder:validation:Enum=debug;info;warn;error
type LogLevel string

// LogSpec says what zot writes to its log. zot logs lines of JSON to standard output.
type LogSpec struct {
	// level is the least severity that is logged: debug, info, warn or error. Default: info, and warn where zot would log a
	// credential: with a Secret for Azure, or for a redis with TLS. A change restarts zot.
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

// SchedulingSpec says on which nodes pods run. The fields are Kubernetes' own.
type SchedulingSpec struct {
	// nodeSelector are labels that a node must have.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`

	// tolerations let pods run on nodes with taints.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`

	// affinity prefers or demands nodes by their labels or by the pods that run there.
	// +optional
	Affinity *corev1.Affinity `json:"affinity,omitempty"`

	// topologySpreadConstraints spread pods over zones or nodes. One without labelSelector counts the pods of this store.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	TopologySpreadConstraints []corev1.TopologySpreadConstraint `json:"topologySpreadConstraints,omitempty"`

	// priorityClassName is the PriorityClass of the pods.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	PriorityClassName string `json:"priorityClassName,omitempty"`
}

// ServiceAccountSpec is the identity of the pods.
type ServiceAccountSpec struct {
	// annotations are put on the pods' ServiceAccount. They give the pods an identity in a cloud, for example
	// eks.amazonaws.com/role-arn, azure.workload.identity/client-id or iam.gke.io/gcp-service-account.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	Annotations map[string]string `json:"annotations,omitempty"`
}

// CABundleSpec are certificates of authorities that zot trusts beside those of its image. Exactly one of the two names is set.
//
// +kubebuilder:validation:XValidation:rule="has(self.secretName) != has(self.configMapName)",message="spec.caBundle needs one place to take the certificates from, not none and not two: set either spec.caBundle.secretName or spec.caBundle.configMapName"
type CABundleSpec struct {
	// secretName is the name of the Secret that holds the certificates in PEM form, under ca.crt, ca-bundle.crt, tls-ca-bundle.pem
	// or service-ca.crt.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	SecretName string `json:"secretName,omitempty"`

	// configMapName is the name of a ConfigMap that holds them, under the same keys.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ConfigMapName string `json:"configMapName,omitempty"`
}
