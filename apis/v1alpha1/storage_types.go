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
// +kubebuilder:validation:XValidation:rule="!(has(self.existingClaim) && self.existingClaim.size() > 0 && has(self.ephemeral) && self.ephemeral)",message="spec.storage.ephemeral cannot be used with existingClaim: the one keeps artifacts in the pod alone, the other in that claim; remove one of them",fieldPath=".ephemeral"
// +kubebuilder:validation:XValidation:rule="!(has(self.existingClaim) && self.existingClaim.size() > 0 && has(self.size))",message="spec.storage.size cannot be used with existingClaim: that claim has a size of its own, which you change there; remove one of them",fieldPath=".size"
// +kubebuilder:validation:XValidation:rule="!(has(self.existingClaim) && self.existingClaim.size() > 0 && has(self.storageClassName))",message="spec.storage.storageClassName cannot be used with existingClaim: that claim has a class of its own; remove one of them",fieldPath=".storageClassName"
// +kubebuilder:validation:XValidation:rule="!(has(self.existingClaim) && self.existingClaim.size() > 0 && has(self.deletionPolicy))",message="spec.storage.deletionPolicy cannot be used with existingClaim: a claim that the operator has not made is never deleted by it; remove one of them",fieldPath=".deletionPolicy"
// +kubebuilder:validation:XValidation:rule="!(has(self.ephemeral) && self.ephemeral && has(self.storageClassName))",message="spec.storage.storageClassName cannot be used with ephemeral: there is no volume that could have a class; remove one of them",fieldPath=".storageClassName"
// +kubebuilder:validation:XValidation:rule="!(has(self.ephemeral) && self.ephemeral && has(self.deletionPolicy))",message="spec.storage.deletionPolicy cannot be used with ephemeral: everything is gone with the pod, there is nothing to keep or delete; remove one of them",fieldPath=".deletionPolicy"
// +kubebuilder:validation:XValidation:rule="!has(self.cache) || (has(self.type) && self.type != 'filesystem')",message="spec.storage.cache can be used only with an object store: on a volume zot keeps its metadata beside the artifacts; remove the cache, or use type s3, azure or gcp",fieldPath=".cache"
type StorageSpec struct {
	// type is the kind of storage: filesystem (a volume of the cluster), s3, azure or gcp. Default: filesystem. It cannot be
	// changed later.
	// +optional
	Type StorageType `json:"type,omitempty"`

	// size of the volume. With filesystem it holds the artifacts (default 50Gi), with an object store it holds zot's own
	// metadata, such as API keys and preferences (default 5Gi). It can grow and cannot shrink.
	// +optional
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern=`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$`
	Size *resource.Quantity `json:"size,omitempty"`

	// storageClassName is the StorageClass of the volume. Without it the cluster's default class serves. It cannot be
	// changed later.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	StorageClassName *string `json:"storageClassName,omitempty"`

	// existingClaim is a PersistentVolumeClaim of this namespace to use in place of one that the operator makes. It is never
	// changed and never deleted. It cannot be changed later.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	ExistingClaim string `json:"existingClaim,omitempty"`

	// ephemeral keeps everything in the pod, without a claim: it is gone when the pod is. For trials, caches and tests. It cannot
	// be changed later.
	// +optional
	Ephemeral *bool `json:"ephemeral,omitempty"`

	// deletionPolicy is what happens to the volume when the store is deleted: Retain keeps it, and a store of the same name finds
	// it again; Delete removes it with the store. Buckets and containers are never touched. Default: Retain.
	// +optional
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`

	// gc is zot's garbage collection: it removes what no tag leads to.
	// +optional
	GC *GCSpec `json:"gc,omitempty"`

	// retention says which tags are kept. Without it all are.
	// +optional
	Retention *RetentionSpec `json:"retention,omitempty"`

	// cache is a database for what zot knows about the artifacts of an object store, in place of files on the volume.
	// +optional
	Cache *CacheSpec `json:"cache,omitempty"`

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

// DeletionPolicy is what happens to a volume whose store is deleted.
//
// +kubebuilder:validation:Enum=Retain;Delete
type DeletionPolicy string

const (
	// DeletionRetain keeps the volume.
	DeletionRetain DeletionPolicy = "Retain"
	// DeletionDelete removes the volume with the store.
	DeletionDelete DeletionPolicy = "Delete"
)

// S3StorageSpec is a bucket of Amazon S3 or of a server that speaks its protocol. The bucket must exist and belong to this
// store alone.
//
// +kubebuilder:validation:XValidation:rule="has(self.bucket) || has(self.objectBucketClaim)",message="without the bucket's name zot does not know where to keep artifacts: write the name of a bucket that exists and serves this store alone, or that of an ObjectBucketClaim under spec.storage.s3.objectBucketClaim",fieldPath=".bucket"
// +kubebuilder:validation:XValidation:rule="!has(self.bucket) || !has(self.objectBucketClaim)",message="spec.storage.s3.bucket cannot be used with objectBucketClaim: the claim names its bucket itself; remove one of them",fieldPath=".bucket"
// +kubebuilder:validation:XValidation:rule="!has(self.objectBucketClaim) || !has(self.accessKeySecret) || self.accessKeySecret.size() == 0",message="spec.storage.s3.accessKeySecret cannot be used with objectBucketClaim: the claim has a Secret of its own; remove it",fieldPath=".accessKeySecret"
// +kubebuilder:validation:XValidation:rule="!has(self.objectBucketClaim) || !has(self.secretKeySecret) || self.secretKeySecret.size() == 0",message="spec.storage.s3.secretKeySecret cannot be used with objectBucketClaim: the claim has a Secret of its own; remove it",fieldPath=".secretKeySecret"
// +kubebuilder:validation:XValidation:rule="has(self.bucket) == has(oldSelf.bucket)",message="spec.storage.s3.bucket cannot be exchanged for an objectBucketClaim, nor the other way round: the artifacts would stay behind in the old bucket, and the registry would look empty; make a new ZotArtifactStore and copy them",fieldPath=".bucket"
type S3StorageSpec struct {
	// endpoint is the host (https) or the URL of the S3 server, for example https://s3.example.com:9000. Without it, or with
	// s3.amazonaws.com, the region's Amazon endpoint serves, and with an objectBucketClaim the claim's. Another one must lead to
	// the same bucket.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	Endpoint string `json:"endpoint,omitempty"`

	// region of the bucket, for example us-east-1. Amazon needs it; other servers mostly take us-east-1. With an
	// objectBucketClaim the claim's serves where this is left out.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Region string `json:"region,omitempty"`

	// bucket is the name of the bucket. It cannot be changed later.
	// +optional
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="spec.storage.s3.bucket cannot be changed: the artifacts would stay behind in the old bucket, and the registry would look empty; make a new ZotArtifactStore and copy them"
	Bucket string `json:"bucket,omitempty"`

	// objectBucketClaim is the name of an ObjectBucketClaim of this namespace, in place of bucket and Secrets. What provisions
	// buckets, such as Rook or OpenShift Data Foundation, puts where the bucket is into a ConfigMap and its keys into a Secret
	// of the claim's name. It cannot be changed later.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="spec.storage.s3.objectBucketClaim cannot be changed: the artifacts would stay behind in the old bucket, and the registry would look empty; make a new ZotArtifactStore and copy them"
	ObjectBucketClaim string `json:"objectBucketClaim,omitempty"`

	// forcePathStyle puts the name of the bucket into the path of a request, and not before the host, where it needs a DNS name
	// of its own. Default: true with an endpoint that is not Amazon's, else false.
	// +optional
	ForcePathStyle *bool `json:"forcePathStyle,omitempty"`

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
	// accountName is the name of the storage account: 3 to 24 lower-case letters and digits. It cannot be changed later.
	// +required
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=24
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="spec.storage.azure.accountName cannot be changed: the artifacts would stay behind in the old account, and the registry would look empty; make a new ZotArtifactStore and copy them"
	AccountName string `json:"accountName,omitempty"`

	// container is the name of the blob container. It cannot be changed later.
	// +required
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="spec.storage.azure.container cannot be changed: the artifacts would stay behind in the old container, and the registry would look empty; make a new ZotArtifactStore and copy them"
	Container string `json:"container,omitempty"`

	// serviceURL is the URL of the account's blob service where it is not https://<accountName>.blob.<realm>, for example that
	// of a private endpoint, of an Azure Stack or of a server that speaks Azure's protocol. Another one must lead to the same
	// container.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	ServiceURL string `json:"serviceURL,omitempty"`

	// realm is the domain of the cloud's storage, for example core.usgovcloudapi.net or core.chinacloudapi.cn. It also says where
	// a service principal signs in. Default: core.windows.net, the public cloud's.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Realm string `json:"realm,omitempty"`

	// credentialsSecret is the name of the Secret that holds the key of the account, under accountKey, account-key, account_key or
	// AZURE_STORAGE_KEY; or a service principal, under tenantId, clientId and clientSecret, tenant-id, client-id and
	// client-secret, tenant_id, client_id and client_secret, or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.
	// Without it the pod's own identity serves.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	CredentialsSecret string `json:"credentialsSecret,omitempty"`
}

// GCPStorageSpec is a bucket of Google Cloud Storage. The bucket must exist and belong to this store alone.
type GCPStorageSpec struct {
	// bucket is the name of the bucket. It cannot be changed later.
	// +required
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=222
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="spec.storage.gcp.bucket cannot be changed: the artifacts would stay behind in the old bucket, and the registry would look empty; make a new ZotArtifactStore and copy them"
	Bucket string `json:"bucket,omitempty"`

	// credentialsSecret is the name of the Secret that holds the service account's key file, under credentials.json, key.json
	// or service-account.json. Without it the pod's own identity serves.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	CredentialsSecret string `json:"credentialsSecret,omitempty"`
}
