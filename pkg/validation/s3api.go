package validation

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

var s3apiRules = []Rule{
	{"s3api-max-upload-size", s3apiMaxUploadSize},
	{"s3api-google", s3apiGoogle},
	{"s3api-storage-type", s3apiStorageType},
	{"s3api-storage-union", s3apiStorageUnion},
	{"s3api-volume-alone", s3apiVolumeAlone},
	{"s3api-volume", s3apiVolume},
	{"s3api-volume-class", s3apiVolumeClass},
	{"s3api-volume-shrink", s3apiVolumeShrink},
	{"s3api-volume-grow", s3apiVolumeGrow},
	{"s3api-bucket", s3apiBucket},
	{"s3api-endpoint", s3apiEndpoint},
	{"s3api-region", s3apiRegion},
	{"s3api-credentials", s3apiCredentials},
	{"s3api-container", s3apiContainer},
	{"s3api-service-url", s3apiServiceURL},
	{"s3api-own-place", s3apiOwnPlace},
	{"s3api-access-sign-in", s3apiAccessSignIn},
	{"s3api-access-buckets", s3apiAccessBuckets},
	{"s3api-access-people", s3apiAccessPeople},
	{"s3api-access-actions", s3apiAccessActions},
	{"s3api-access-size", s3apiAccessSize},
}

var (
	s3apiPath        = extensionsPath.Child("s3api")
	s3apiStoragePath = s3apiPath.Child("storage")
)

func (in Input) s3apiStorage() v1alpha1.S3APIStorageSpec {
	return value(value(in.extensions().S3API).Storage)
}

func s3apiMaxUploadSize(in Input) field.ErrorList {
	size := value(in.extensions().S3API).MaxUploadSize
	if size == nil || size.Cmp(resource.MustParse("1")) >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(s3apiPath.Child("maxUploadSize"), text(size), fmt.Sprintf("spec.extensions.s3api."+
		"maxUploadSize is %s, so that nothing could be uploaded: write a size such as 10Gi, or leave it out for %s",
		text(size), defaults.MaxUploadSize))}
}

// s3apiGoogle lets nobody take a volume for a bucket beside the registry's.
func s3apiGoogle(in Input) field.ErrorList {
	if !defaults.S3APIOn(*in.spec()) || in.storage().Type != v1alpha1.StorageGCP || value(in.extensions().S3API).Storage != nil {
		return nil
	}
	return field.ErrorList{field.Required(s3apiStoragePath, "spec.storage.type is gcp, and the S3 API has no access to Google Cloud"+
		" Storage with the registry's service account: write where its objects are kept, with type filesystem, or with type s3, endpoint"+
		" https://storage.googleapis.com and HMAC keys")}
}

func s3apiStorageType(in Input) field.ErrorList {
	return oneOf(s3apiStoragePath.Child("type"), in.s3apiStorage().Type,
		v1alpha1.S3APIFilesystem, v1alpha1.S3APIBucket, v1alpha1.S3APIContainer)
}

func s3apiStorageUnion(in Input) field.ErrorList {
	storage := in.s3apiStorage()
	bucket, container := v1alpha1.S3APIBucket, v1alpha1.S3APIContainer
	return append(unionMember(s3apiStoragePath, bucket, storage.Type == bucket, storage.S3 != nil),
		unionMember(s3apiStoragePath, container, storage.Type == container, storage.Azure != nil)...)
}

func (in Input) s3apiOnVolume() bool {
	kind := in.s3apiStorage().Type
	return kind == "" || kind == v1alpha1.S3APIFilesystem
}

func s3apiVolumeAlone(in Input) field.ErrorList {
	storage := in.s3apiStorage()
	if in.s3apiOnVolume() {
		return nil
	}
	var errs field.ErrorList
	for _, entry := range []struct {
		name string
		set  bool
	}{
		{"size", storage.Size != nil},
		{"storageClassName", storage.StorageClassName != nil},
		{"deletionPolicy", storage.DeletionPolicy != ""},
	} {
		if entry.set {
			errs = append(errs, field.Forbidden(s3apiStoragePath.Child(entry.name), fmt.Sprintf("spec.extensions.s3api.storage.%s is about"+
				" a volume, and with type %s there is none: remove it", entry.name, storage.Type)))
		}
	}
	return errs
}

func s3apiVolume(in Input) field.ErrorList {
	storage := in.s3apiStorage()
	var errs field.ErrorList
	if size := storage.Size; size != nil && size.Cmp(resource.MustParse(leastSize)) < 0 {
		errs = append(errs, field.Invalid(s3apiStoragePath.Child("size"), text(size), fmt.Sprintf("spec.extensions.s3api.storage.size"+
			" is %s (without a unit: bytes), and no volume is that small: write the size with its unit, for example 20Gi", text(size))))
	}
	if class := storage.StorageClassName; class != nil {
		at := s3apiStoragePath.Child("storageClassName")
		if *class == "" {
			errs = append(errs, field.Invalid(at, "", "an empty name asks for a volume that somebody has made by hand: write the name of a"+
				" StorageClass, or leave it out for the cluster's default"))
		}
		errs = append(errs, objectName(at, *class, "a StorageClass", "")...)
	}
	return append(errs, oneOf(s3apiStoragePath.Child("deletionPolicy"), storage.DeletionPolicy,
		v1alpha1.DeletionRetain, v1alpha1.DeletionDelete)...)
}

// s3apiVolumeClass lets the class be written down that the volume has, and refuses another one.
func s3apiVolumeClass(in Input) field.ErrorList {
	if in.Old == nil || in.Volumes.S3 == nil {
		return nil
	}
	now, volume := s3Class(in.New), in.Volumes.S3
	if !S3Reclassed(in.New, in.Old) || now == volume.Class {
		return nil
	}
	has, keep := "StorageClass "+volume.Class, "write "+volume.Class
	if volume.Class == "" {
		has, keep = "no StorageClass", "leave it out"
	}
	return field.ErrorList{field.Invalid(s3apiStoragePath.Child("storageClassName"), now, fmt.Sprintf("spec.extensions.s3api.storage."+
		"storageClassName cannot be changed: the volume of claim %s is of %s and cannot move to another one; %s, or make a new"+
		" ZotArtifactStore and copy the objects", volume.Claim, has, keep))}
}

func s3apiVolumeShrink(in Input) field.ErrorList {
	if in.Old == nil {
		return nil
	}
	return shrink(s3apiStoragePath.Child("size"), S3Size(in.New), S3Size(in.Old), in.Volumes.S3)
}

func s3apiVolumeGrow(in Input) field.ErrorList {
	if in.Old == nil {
		return nil
	}
	return grow(s3apiStoragePath.Child("size"), S3Size(in.New), S3Size(in.Old), in.Volumes.S3)
}

func s3apiBucket(in Input) field.ErrorList {
	bucket := in.s3apiStorage().S3
	if bucket == nil {
		return nil
	}
	at := s3apiStoragePath.Child("s3", "bucket")
	if bucket.Bucket == "" {
		return field.ErrorList{field.Required(at, "without the bucket's name the S3 API does not know where to keep objects: write the"+
			" name of a bucket that exists")}
	}
	if s3BucketName.MatchString(bucket.Bucket) && !strings.Contains(bucket.Bucket, "..") && !isAddress(bucket.Bucket) {
		return nil
	}
	return field.ErrorList{field.Invalid(at, bucket.Bucket, "spec.extensions.s3api.storage.s3.bucket is no name that a bucket can have (3"+
		" to 63 lower-case letters, digits, '-' and single '.', not an IP address): write the bucket's name alone")}
}

func s3apiEndpoint(in Input) field.ErrorList {
	at, got := s3apiStoragePath.Child("s3", "endpoint"), value(in.s3apiStorage().S3).Endpoint
	if got == "" {
		return nil
	}
	errs := maxLength(at, got, maxEndpointLength)
	if _, err := endpoint(got); err != nil {
		errs = append(errs, field.Invalid(at, got, fmt.Sprintf("spec.extensions.s3api.storage.s3.endpoint is no address of an S3 server:"+
			" %v; write a host or a URL without path, for example https://s3.example.com:9000", err)))
	}
	return errs
}

func s3apiRegion(in Input) field.ErrorList {
	bucket := in.s3apiStorage().S3
	if bucket == nil {
		return nil
	}
	at := s3apiStoragePath.Child("s3", "region")
	errs := maxLength(at, bucket.Region, maxRegionLength)
	switch {
	case isAmazon(bucket.Endpoint) && bucket.Region == "":
		errs = append(errs, field.Required(at, "Amazon's buckets belong to a region: write the bucket's, for example us-east-1, or the"+
			" endpoint of another S3 server"))
	case bucket.Region != "" && !otherRegion.MatchString(bucket.Region):
		errs = append(errs, field.Invalid(at, bucket.Region, "spec.extensions.s3api.storage.s3.region becomes part of every signature and"+
			" may hold only letters, digits, '.', '_' and '-': write what the server is set up with, or leave it out for us-east-1"))
	}
	return errs
}

func s3apiCredentials(in Input) field.ErrorList {
	bucket, at := value(in.s3apiStorage().S3), s3apiStoragePath.Child("s3")
	const why = "access key and secret key belong together: name a Secret for both (it may be the same one), or for none, if the pod's" +
		" own identity may use the bucket"
	var errs field.ErrorList
	if bucket.AccessKeySecret == "" && bucket.SecretKeySecret != "" {
		errs = append(errs, field.Required(at.Child("accessKeySecret"), why))
	}
	if bucket.AccessKeySecret != "" && bucket.SecretKeySecret == "" {
		errs = append(errs, field.Required(at.Child("secretKeySecret"), why))
	}
	return slices.Concat(errs, secretName(at.Child("accessKeySecret"), bucket.AccessKeySecret),
		secretName(at.Child("secretKeySecret"), bucket.SecretKeySecret),
		secretName(s3apiStoragePath.Child("azure", "credentialsSecret"), value(in.s3apiStorage().Azure).CredentialsSecret))
}

func s3apiContainer(in Input) field.ErrorList {
	azure := in.s3apiStorage().Azure
	if azure == nil {
		return nil
	}
	at := s3apiStoragePath.Child("azure")
	var errs field.ErrorList
	if !accountName.MatchString(azure.AccountName) {
		errs = append(errs, field.Invalid(at.Child("accountName"), azure.AccountName, "spec.extensions.s3api.storage.azure.accountName is"+
			" no name that a storage account can have: write 3 to 24 lower-case letters and digits, without .blob.core.windows.net"))
	}
	if got := azure.Container; len(got) < 3 || len(got) > maxBucketLength || !containerName.MatchString(got) {
		errs = append(errs, field.Invalid(at.Child("container"), got, "spec.extensions.s3api.storage.azure.container is no name that a"+
			" container can have: write 3 to 63 lower-case letters, digits and single '-' between them"))
	}
	return errs
}

func s3apiServiceURL(in Input) field.ErrorList {
	azure := value(in.s3apiStorage().Azure)
	return blobServiceURL(s3apiStoragePath.Child("azure", "serviceURL"), azure.ServiceURL, azure.CredentialsSecret)
}

// s3apiOwnPlace keeps the S3 API out of the registry's place. Two endpoints may be one server, so that the name of a bucket decides.
func s3apiOwnPlace(in Input) field.ErrorList {
	registry, storage := in.storage(), in.s3apiStorage()
	const why = "is where the registry keeps its artifacts, and objects among them would break it: name another one"
	var errs field.ErrorList
	if bucket := value(storage.S3).Bucket; bucket != "" && (bucket == value(registry.S3).Bucket || bucket == value(registry.GCP).Bucket) {
		errs = append(errs, field.Invalid(s3apiStoragePath.Child("s3", "bucket"), bucket, "spec.extensions.s3api.storage.s3.bucket "+why))
	}
	if azure := value(storage.Azure); azure.Container != "" && azure.Container == value(registry.Azure).Container &&
		azure.AccountName == value(registry.Azure).AccountName {
		errs = append(errs, field.Invalid(s3apiStoragePath.Child("azure", "container"), azure.Container,
			"spec.extensions.s3api.storage.azure.container "+why))
	}
	return errs
}
