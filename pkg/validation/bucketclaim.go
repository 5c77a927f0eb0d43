package validation

import (
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func s3BucketClaim(in Input) field.ErrorList {
	s3, path := value(value(in.spec().Storage).S3), storagePath.Child("s3")
	if s3.ObjectBucketClaim == "" {
		return nil
	}
	var errs field.ErrorList
	if len(validation.IsDNS1123Subdomain(s3.ObjectBucketClaim)) > 0 {
		errs = append(errs, field.Invalid(path.Child("objectBucketClaim"), s3.ObjectBucketClaim, "spec.storage.s3.objectBucketClaim is"+
			" no name that an ObjectBucketClaim can have: write the name of one in this namespace"))
	}
	const why = "cannot be used with objectBucketClaim: the claim has a Secret of its own; remove it"
	if s3.AccessKeySecret != "" {
		errs = append(errs, field.Forbidden(path.Child("accessKeySecret"), "spec.storage.s3.accessKeySecret "+why))
	}
	if s3.SecretKeySecret != "" {
		errs = append(errs, field.Forbidden(path.Child("secretKeySecret"), "spec.storage.s3.secretKeySecret "+why))
	}
	return errs
}

// s3BucketClaimImmutable also refuses to exchange a claim for a bucket, which leads to another place mostly.
func s3BucketClaimImmutable(in Input) field.ErrorList {
	now, before, path := in.storage().S3, in.storedStorage().S3, storagePath.Child("s3")
	if now == nil || before == nil {
		return nil
	}
	errs := keeps(path.Child("objectBucketClaim"), "bucket", now.ObjectBucketClaim, before.ObjectBucketClaim)
	if (now.Bucket == "") != (before.Bucket == "") {
		errs = append(errs, field.Forbidden(path.Child("bucket"), "spec.storage.s3.bucket cannot be exchanged for an objectBucketClaim,"+
			" nor the other way round: the artifacts would stay behind in the old bucket, and the registry would look empty; make a new"+
			" ZotArtifactStore and copy them"))
	}
	return errs
}
