package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
)

// StorageType is the kind of storage that holds the artifacts.
//
// +kubebuilder:validation:Enum=filesystem;s3;azure;gcp
type StorageType string

const (
	// StorageFilesystem keeps artifacts on a PersistentVolumeClaim.
	StorageFilesystem StorageType = "filesystem"
	// StorageS3 keeps artifacts in a bucket of Amazon S3 or of a server that speaks its protocol.
	StorageS3 StorageType = "s3"
	// StorageAzure keeps artifacts in a container of Azure Blob Storage.
	StorageAzure StorageType = "azure"
	// StorageGCP keeps artifacts in a bucket of Google Cloud Storage.
	StorageGCP StorageType = "gcp"
)

// StorageSpec is where artifacts are kept. It is a union: the block named like the type must be there, the others must not.
//
// +kubebuilder:validation:XValidation:rule="(has(self.type) && self.type == 's3') == has(self.s3)",message="type and block disagree: spec.storage.s3 must be set when spec.storage.type is s3, and only then",fieldPath=".s3"
// +kubebuilder:validation:XValidation:rule="(has(self.type) && self.type == 'azure') == has(self.azure)",message="type and block disagree: spec.storage.azure must be set when spec.storage.type is azure, and only then",fieldPath=".azure"
// +kubebuilder:validation:XValidation:rule="(has(self.type) && self.type == 'gcp') == has(self.gcp)",message="type and block disagree: spec.storage.gcp must be set when spec.storage.type is gcp, and only then",fieldPath=".gcp"
type StorageSpec struct {
	// type is the kind of storage: filesystem (a volume of the cluster), s3, azure or gcp. Default: filesystem. It cannot be
	// changed later.
	// +optional
	Type StorageType `json:"type,omitempty"`

	// size of the volume. With filesystem it holds the artifacts (default 50Gi), with an object store it holds zot's own
	// metadata, such as API keys and preferences (default 5Gi). It can grow and cannot shrink.
	// +optional
	Size *resource.Quantity `json:"size,omitempty"`

	// storageClassName is the StorageClass of the volume. Without it the cluster's default class serves. It cannot be
	// changed later.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	StorageClassName *string `json:"storageClassName,omitempty"`

	// s3 is the bucket, with type s3.
	// +optional
	S3 *S3StorageSpec `json:"s3,omitempty"`

	// azure is the container, with type azure.
	// +optional
	Azure *AzureStorageSpec `json:"azure,omitempty"`

	// gcp is the bucket, with type gcp.
	// +optional
	GCP *GCPStorageSpec `json:"gcp,omitempty"`
}

// S3StorageSpec is a bucket of Amazon S3 or of a server that speaks its protocol. The bucket must exist and belong to this
// store alone.
type S3StorageSpec struct {
	// endpoint is the host (https) or the URL of the S3 server, for example https://s3.example.com:9000. Without it, or with
	// s3.amazonaws.com, the region's Amazon endpoint serves.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	Endpoint string `json:"endpoint,omitempty"`

	// region of the bucket, for example us-east-1. Amazon needs it; other servers mostly take us-east-1.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Region string `json:"region,omitempty"`

	// bucket is the name of the bucket.
	// +required
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=63
	Bucket string `json:"bucket,omitempty"`

	// accessKeySecret is the name of the Secret that holds the access key, under AWS_ACCESS_KEY_ID, access-key, accessKey or
	// access_key. Without it the pod's own identity serves.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	AccessKeySecret string `json:"accessKeySecret,omitempty"`

	// secretKeySecret is the name of the Secret that holds the secret key, under AWS_SECRET_ACCESS_KEY, secret-key, secretKey
	// or secret_key. It may be the same Secret as accessKeySecret.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	SecretKeySecret string `json:"secretKeySecret,omitempty"`
}

// AzureStorageSpec is a container of Azure Blob Storage. The container must exist and belong to this store alone.
type AzureStorageSpec struct {
	// accountName is the name of the storage account: 3 to 24 lower-case letters and digits.
	// +required
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=24
	AccountName string `json:"accountName,omitempty"`

	// container is the name of the blob container.
	// +required
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=63
	Container string `json:"container,omitempty"`

	// credentialsSecret is the name of the Secret that holds accountKey, or tenantId, clientId and clientSecret of a service
	// principal. Without it the pod's own identity serves.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	CredentialsSecret string `json:"credentialsSecret,omitempty"`
}

// GCPStorageSpec is a bucket of Google Cloud Storage. The bucket must exist and belong to this store alone.
type GCPStorageSpec struct {
	// bucket is the name of the bucket.
	// +required
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=222
	Bucket string `json:"bucket,omitempty"`

	// credentialsSecret is the name of the Secret that holds the service account's key file, under credentials.json, key.json
	// or service-account.json. Without it the pod's own identity serves.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	CredentialsSecret string `json:"credentialsSecret,omitempty"`
}
