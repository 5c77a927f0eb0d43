package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ZotArtifactStore is an OCI artifact registry: a running, secured and observable zot with its storage, its Service and its
// extensions.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=zotartifactstores,singular=zotartifactstore,shortName=zas,categories=all,scope=Namespaced
// +kubebuilder:subresource:status
// +kubebuilder:subresource:scale:specpath=.spec.replicas,statuspath=.status.replicas,selectorpath=.status.selector
// +kubebuilder:printcolumn:name="Status",type=string,JSONPath=`.status.phase`,description="What the store is doing"
// +kubebuilder:printcolumn:name="Replicas",type=integer,JSONPath=`.status.replicas`,description="Pods that exist"
// +kubebuilder:printcolumn:name="Ready",type=integer,JSONPath=`.status.readyReplicas`,description="Pods that serve"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Version",type=string,priority=1,JSONPath=`.status.version`,description="Version of zot that runs"
// +kubebuilder:printcolumn:name="Endpoint",type=string,priority=1,JSONPath=`.status.serviceEndpoint`
// +kubebuilder:printcolumn:name="Reason",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:validation:XValidation:rule="self.metadata.name.size() <= 40",message="metadata.name is longer than 40 characters: the names of the store's pods, Services and ConfigMaps are made from it and would grow past Kubernetes' limits; choose a shorter name",fieldPath=".metadata"
// +kubebuilder:validation:XValidation:rule="self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name must start with a letter and hold only lower-case letters, digits and '-': the store's Service has the same name; choose another name",fieldPath=".metadata"
type ZotArtifactStore struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is what you want: storage, image, extensions and exposure of the registry. Everything has a default.
	// +optional
	// +kubebuilder:default={}
	Spec ZotArtifactStoreSpec `json:"spec,omitempty,omitzero"`

	// status is what is. It is written by the operator only.
	// +optional
	Status ZotArtifactStoreStatus `json:"status,omitempty,omitzero"`
}

// ZotArtifactStoreList is a list of ZotArtifactStores.
//
// +kubebuilder:object:root=true
type ZotArtifactStoreList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	// items are the stores.
	Items []ZotArtifactStore `json:"items"`
}

// ZotArtifactStoreSpec is the desired registry.
//
// +kubebuilder:validation:XValidation:rule="!has(self.replicas) || self.replicas <= 1 || (has(self.storage) && has(self.storage.type) && self.storage.type != 'filesystem' && has(self.storage.cache))",message="spec.replicas is more than 1, which needs an object store and a database: on a volume zot keeps locks and metadata in one process, so that a second one would lose tags; use spec.storage.type s3, azure or gcp together with spec.storage.cache, or run one replica",fieldPath=".replicas"
// +kubebuilder:validation:XValidation:rule="!has(self.replicas) || self.replicas <= 1 || !has(self.storage) || !has(self.storage.existingClaim) || self.storage.existingClaim.size() == 0",message="spec.replicas is more than 1, and spec.storage.existingClaim is a volume for one pod: with several replicas zot keeps everything in the object store and the database; run one replica, or make a new ZotArtifactStore without the claim",fieldPath=".replicas"
// +kubebuilder:validation:XValidation:rule="!has(self.replicas) || self.replicas <= 1 || !has(self.storage) || !((has(self.storage.gc) && has(self.storage.gc.enabled) && self.storage.gc.enabled) || has(self.storage.retention))",message="spec.replicas is more than 1, and zot's garbage collection and retention lose tags then: each replica collects in every repository and knows only the locks of its own process; leave spec.storage.gc.enabled and spec.storage.retention out, and collect at times with one replica",fieldPath=".replicas"
// +kubebuilder:validation:XValidation:rule="!has(self.replicas) || self.replicas <= 1 || !has(self.extensions) || !has(self.extensions.supplychain) || (has(self.extensions.supplychain.enabled) && !self.extensions.supplychain.enabled)",message="spec.replicas is more than 1, and zot does not support spec.extensions.supplychain with several replicas: keys that one of them is given do not reach the others; set enabled: false there, or run one replica",fieldPath=".replicas"
// +kubebuilder:validation:XValidation:rule="!has(self.replicas) || self.replicas <= 1 || !has(self.http) || !has(self.http.tls) || !has(self.http.tls.serviceCA) || !self.http.tls.serviceCA || (has(self.http.tls.enabled) && !self.http.tls.enabled)",message="spec.replicas is more than 1, and the service CA makes no certificate by which replicas could call each other: use spec.http.tls.issuerRef or certSecretName in its place, or run one replica",fieldPath=".replicas"
// +kubebuilder:validation:XValidation:rule="(has(self.storage) && has(self.storage.type) ? self.storage.type : 'filesystem') == (has(oldSelf.storage) && has(oldSelf.storage.type) ? oldSelf.storage.type : 'filesystem')",message="spec.storage.type cannot be changed: artifacts would stay behind in the old storage; make a new ZotArtifactStore and copy them",fieldPath=".storage.type"
// +kubebuilder:validation:XValidation:rule=`(has(self.storage) && has(self.storage.existingClaim) ? self.storage.existingClaim : "") == (has(oldSelf.storage) && has(oldSelf.storage.existingClaim) ? oldSelf.storage.existingClaim : "")`,message="spec.storage.existingClaim cannot be changed: the artifacts would stay behind in the old volume; make a new ZotArtifactStore and copy them",fieldPath=".storage.existingClaim"
// +kubebuilder:validation:XValidation:rule="(has(self.storage) && has(self.storage.ephemeral) && self.storage.ephemeral) == (has(oldSelf.storage) && has(oldSelf.storage.ephemeral) && oldSelf.storage.ephemeral)",message="spec.storage.ephemeral cannot be changed: the artifacts would stay behind in the old volume; make a new ZotArtifactStore and copy them",fieldPath=".storage.ephemeral"
type ZotArtifactStoreSpec struct {
	// paused stops the operator: it changes and mends nothing of the store until this is false again. The registry keeps
	// running as it is, and the status keeps telling the truth. Default: false.
	// +optional
	Paused *bool `json:"paused,omitempty"`

	// image is the zot image that runs. Without it the store takes the operator's default when it is created and keeps that
	// one, also when the operator is upgraded.
	// +optional
	Image *ImageSpec `json:"image,omitempty"`

	// replicas is the number of zot pods. More than one needs an object store and spec.storage.cache; each repository is then served
	// by one of them, so that they share the load, and the repositories of one that is away answer with errors until it is back. A
	// change of the number stops all pods before the first one of the new number starts. Default: 1.
	// +optional
	// +kubebuilder:default=1
	// +kubebuilder:validation:XValidation:rule="self <= 9",message="spec.replicas is more than 9: each replica passes on what it is asked about repositories of the others, and reads all of the store's metadata when it starts; write 9 or fewer"
	// +kubebuilder:validation:XValidation:rule="self >= 1",message="spec.replicas is less than 1: a store without a zot pod serves nothing; write 1 or leave it out"
	Replicas *int32 `json:"replicas,omitempty"`

	// http says how zot listens.
	// +optional
	HTTP *HTTPSpec `json:"http,omitempty"`

	// storage is where artifacts are kept: a volume of the cluster, S3, Azure Blob Storage or Google Cloud Storage.
	// +optional
	Storage *StorageSpec `json:"storage,omitempty"`

	// extensions are the parts beside the plain registry: the S3 API, sign-in with Keycloak, supply-chain trust, metrics.
	// +optional
	Extensions *ExtensionsSpec `json:"extensions,omitempty"`

	// externalURL is the address under which people and programs reach the registry, for example https://registry.example.com.
	// zot puts it into what it sends to browsers. It makes nothing reachable by itself: see spec.networking.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	ExternalURL string `json:"externalURL,omitempty"`

	// auth says how people and programs prove who they are, beside Keycloak (spec.extensions.rbac).
	// +optional
	Auth *AuthSpec `json:"auth,omitempty"`

	// accessControl says who may read, push and delete which repositories. A change takes effect without a restart. Without
	// it everybody who can sign in may do everything; if nobody can sign in, everybody who can reach the registry may.
	// +optional
	AccessControl *AccessControlSpec `json:"accessControl,omitempty"`

	// networking says how the registry is reached from outside of the cluster. Nothing leaves the cluster unless asked for.
	// +optional
	Networking *NetworkingSpec `json:"networking,omitempty"`

	// resources are the CPU and memory that each zot container asks for and may use.
	// +optional
	Resources *ResourceRequirements `json:"resources,omitempty"`

	// scheduling says on which nodes the pods run.
	// +optional
	Scheduling *SchedulingSpec `json:"scheduling,omitempty"`

	// serviceAccount is the identity of the pods.
	// +optional
	ServiceAccount *ServiceAccountSpec `json:"serviceAccount,omitempty"`

	// caBundle are certificates of authorities that zot trusts beside those of its image: for an object store, a redis or a
	// Keycloak with a certificate of your own. A change restarts zot.
	// +optional
	CABundle *CABundleSpec `json:"caBundle,omitempty"`

	// log says what zot writes to its log.
	// +optional
	Log *LogSpec `json:"log,omitempty"`
}

// Phase is the state of a store in one word.
//
// +kubebuilder:validation:Enum=Pending;Creating;Running;Degraded;Failed;Paused
type Phase string

const (
	// PhasePending: the operator has seen the store and waits for something that it needs before it can create pods.
	PhasePending Phase = "Pending"
	// PhaseCreating: the store's objects exist, its pods do not serve yet.
	PhaseCreating Phase = "Creating"
	// PhaseRunning: everything that the spec asks for is there and serves.
	PhaseRunning Phase = "Running"
	// PhaseDegraded: the registry serves, but something that the spec asks for is missing. The conditions say what.
	PhaseDegraded Phase = "Degraded"
	// PhaseFailed: the store cannot run until somebody changes something. The conditions say what.
	PhaseFailed Phase = "Failed"
	// PhasePaused: spec.paused is true; nothing is changed or mended. The conditions say how the store is.
	PhasePaused Phase = "Paused"
)

// ZotArtifactStoreStatus is the observed state of a store. Written only by the readiness controller.
type ZotArtifactStoreStatus struct {
	// conditions are the details: Ready sums them up, the others say which part is not ready and what to do.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// phase is the state in one word: Pending, Creating, Running, Degraded, Failed or Paused.
	// +optional
	Phase Phase `json:"phase,omitempty"`

	// observedGeneration is the newest generation of the spec that every controller of the operator has acted on.
	// +optional
	// +kubebuilder:validation:Minimum=0
	ObservedGeneration *int64 `json:"observedGeneration,omitempty"`

	// replicas is the number of pods that exist.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Replicas *int32 `json:"replicas,omitempty"`

	// readyReplicas is the number of pods that serve.
	// +optional
	// +kubebuilder:validation:Minimum=0
	ReadyReplicas *int32 `json:"readyReplicas,omitempty"`

	// selector finds the store's pods. It serves the scale subresource.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Selector string `json:"selector,omitempty"`

	// version is the version of zot that runs, as far as its image's tag tells.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Version string `json:"version,omitempty"`

	// serviceEndpoint is the address of the registry inside of the cluster.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	ServiceEndpoint string `json:"serviceEndpoint,omitempty"`

	// externalEndpoint is the address of the registry from outside of the cluster, once there is one.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	ExternalEndpoint string `json:"externalEndpoint,omitempty"`

	// s3Endpoint is the address of the S3 API inside of the cluster, where it is on.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	S3Endpoint string `json:"s3Endpoint,omitempty"`

	// storage is the volume of the store.
	// +optional
	Storage *StorageStatus `json:"storage,omitempty"`

	// configuration is what zot runs with, or ran with last.
	// +optional
	Configuration *ConfigurationStatus `json:"configuration,omitempty"`

	// certificate is the one that zot serves.
	// +optional
	Certificate *CertificateStatus `json:"certificate,omitempty"`
}

// CertificateStatus is the certificate that zot serves.
type CertificateStatus struct {
	// notAfter is until when it is valid.
	// +optional
	NotAfter *metav1.Time `json:"notAfter,omitempty"`
}

// StorageStatus is the volume of a store.
type StorageStatus struct {
	// claimName is the PersistentVolumeClaim, empty for a store that is ephemeral.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	ClaimName string `json:"claimName,omitempty"`

	// capacity is the size that the volume has.
	// +optional
	Capacity *resource.Quantity `json:"capacity,omitempty"`
}

// ConfigurationStatus names the configuration that every pod ran with last by the hashes of its documents. While not all pods have
// the newest one it stays as it was.
type ConfigurationStatus struct {
	// boot names what zot reads at its start. The ConfigMap <store>-boot-<boot> holds it.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Boot string `json:"boot,omitempty"`

	// live names what zot reloads. The ConfigMap <store>-live-<boot> holds it.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Live string `json:"live,omitempty"`
}
