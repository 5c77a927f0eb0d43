package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
)

// S3APISpec serves the S3 protocol beside the registry, at the Service <store>-s3. Its objects have storage of their own: they are not the
// registry's artifacts, and these are not its objects.
type S3APISpec struct {
	// enabled turns the extension on. Default, when the block is there: true. Turned off, the volume with its objects stays.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// maxUploadSize is the largest object that may be uploaded, for example 10Gi, in one piece or in parts. Default: 5Gi. S3 itself takes
	// at most 5Gi in one piece.
	// +optional
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern=`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$`
	MaxUploadSize *resource.Quantity `json:"maxUploadSize,omitempty"`

	// storage is where objects are kept. Default: a volume of 50Gi. It is never the place of the registry.
	// +optional
	Storage *S3APIStorageSpec `json:"storage,omitempty"`

	// access says which buckets people may use who sign in with Keycloak (spec.extensions.rbac): a token of theirs buys them keys for a
	// time. Rules add up. Who is named by none of them gets no keys; spec.accessControl.adminPolicy counts as a rule for all buckets.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Access []S3APIAccess `json:"access,omitempty"`
}

// S3APIAccess gives users and groups actions on buckets.
type S3APIAccess struct {
	// buckets are names of buckets, in which * stands for any characters and ? for one: team-* for all that begin so.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=63
	Buckets []string `json:"buckets,omitempty"`

	// users are names as people sign in with them.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=256
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=256
	Users []string `json:"users,omitempty"`

	// groups are names of groups: of spec.accessControl.groups, or as Keycloak tells them.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=256
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=256
	Groups []string `json:"groups,omitempty"`

	// actions are what they may do: read, write (make objects and write them over), delete (objects), manage (make and delete buckets,
	// their settings and policies).
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=4
	Actions []S3APIAction `json:"actions,omitempty"`
}

// S3APIAction is something that can be done with a bucket.
//
// +kubebuilder:validation:Enum=read;write;delete;manage
type S3APIAction string

const (
	// S3APIRead lists and reads.
	S3APIRead S3APIAction = "read"
	// S3APIWrite makes objects and writes them over.
	S3APIWrite S3APIAction = "write"
	// S3APIDelete deletes objects.
	S3APIDelete S3APIAction = "delete"
	// S3APIManage makes and deletes buckets, and changes their settings.
	S3APIManage S3APIAction = "manage"
)

// S3APIStorageType is the kind of storage that holds objects of the S3 API.
//
// +kubebuilder:validation:Enum=filesystem;s3;azure
type S3APIStorageType string

const (
	// S3APIFilesystem keeps objects on a PersistentVolumeClaim.
	S3APIFilesystem S3APIStorageType = "filesystem"
	// S3APIBucket keeps objects in a bucket of another S3 server.
	S3APIBucket S3APIStorageType = "s3"
	// S3APIContainer keeps objects in a container of Azure Blob Storage.
	S3APIContainer S3APIStorageType = "azure"
)

// S3APIStorageSpec is where objects of the S3 API are kept. It is a union: the block named like the type must be there, the others must
// not.
//
// +kubebuilder:validation:XValidation:rule="(has(self.type) && self.type == 's3') == has(self.s3)",message="type and block disagree: spec.extensions.s3api.storage.s3 must be set when spec.extensions.s3api.storage.type is s3, and only then",fieldPath=".s3"
// +kubebuilder:validation:XValidation:rule="(has(self.type) && self.type == 'azure') == has(self.azure)",message="type and block disagree: spec.extensions.s3api.storage.azure must be set when spec.extensions.s3api.storage.type is azure, and only then",fieldPath=".azure"
type S3APIStorageSpec struct {
	// type is the kind of storage: filesystem (a volume of the cluster), s3 or azure. Default: filesystem. Objects do not move with it.
	// +optional
	Type S3APIStorageType `json:"type,omitempty"`

	// size of the volume, with type filesystem. Default: 50Gi. It can grow and cannot shrink.
	// +optional
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern=`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$`
	Size *resource.Quantity `json:"size,omitempty"`

	// storageClassName is the StorageClass of the volume. Without it the cluster's default class serves.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	StorageClassName *string `json:"storageClassName,omitempty"`

	// deletionPolicy is what happens to the volume when the store is deleted: Retain keeps it, and a store of the same name finds it
	// again; Delete removes it with the store. Buckets and containers are never touched. Default: Retain.
	// +optional
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`

	// s3 is the bucket, with type s3.
	// +optional
	S3 *S3APIBucketSpec `json:"s3,omitempty"`

	// azure is the container, with type azure.
	// +optional
	Azure *S3APIContainerSpec `json:"azure,omitempty"`
}

// S3APIBucketSpec is a bucket of Amazon S3, or of a server that speaks its protocol, behind the S3 API. The bucket must exist. It is the
// only bucket that the S3 API shows then, by its own name.
type S3APIBucketSpec struct {
	// endpoint is the host (https) or the URL of the S3 server. Without it the region's Amazon endpoint serves.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	Endpoint string `json:"endpoint,omitempty"`

	// region of the bucket. Amazon needs it; for other servers the default is us-east-1.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Region string `json:"region,omitempty"`

	// bucket is the name of the bucket. It may not be the registry's.
	// +required
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=63
	Bucket string `json:"bucket,omitempty"`

	// accessKeySecret is the name of the Secret that holds the access key, under the same keys as that of spec.storage.s3. Without it the
	// pod's own identity serves.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	AccessKeySecret string `json:"accessKeySecret,omitempty"`

	// secretKeySecret is the name of the Secret that holds the secret key, as that of spec.storage.s3. It may be the same Secret.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	SecretKeySecret string `json:"secretKeySecret,omitempty"`
}

// S3APIContainerSpec is a container of Azure Blob Storage behind the S3 API. The container must exist. It is the only bucket that the S3
// API shows then, by its own name.
type S3APIContainerSpec struct {
	// accountName is the name of the storage account: 3 to 24 lower-case letters and digits.
	// +required
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=24
	AccountName string `json:"accountName,omitempty"`

	// container is the name of the blob container. It may not be the registry's.
	// +required
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=63
	Container string `json:"container,omitempty"`

	// serviceURL is the URL of the account's blob service where it is not https://<accountName>.blob.core.windows.net, as that of
	// spec.storage.azure.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	ServiceURL string `json:"serviceURL,omitempty"`

	// credentialsSecret is the name of the Secret that holds the key of the account or a service principal, under the same keys as that of
	// spec.storage.azure. Without it the pod's own identity serves.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	CredentialsSecret string `json:"credentialsSecret,omitempty"`
}
