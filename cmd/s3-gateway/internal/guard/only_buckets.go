package guard

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/s3response"
)

// GetBucketAcl passes on what is about the one bucket. Where no grants are kept there are none: versitygw reads nothing at all as an error
// when somebody copies.
//
//nolint:revive,staticcheck // the interface calls it so
func (o *Only) GetBucketAcl(ctx context.Context, input *s3.GetBucketAclInput) ([]byte, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return nil, err
	}
	acl, err := o.Backend.GetBucketAcl(ctx, input)
	if err == nil && len(acl) == 0 {
		return []byte("{}"), nil
	}
	return acl, err
}

// PutBucketAcl passes on what is about the one bucket.
//
//nolint:revive,staticcheck // the interface calls it so
func (o *Only) PutBucketAcl(ctx context.Context, bucket string, data []byte) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.PutBucketAcl(ctx, bucket, data)
}

// PutBucketVersioning passes on what is about the one bucket.
func (o *Only) PutBucketVersioning(ctx context.Context, bucket string, status types.BucketVersioningStatus) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.PutBucketVersioning(ctx, bucket, status)
}

// GetBucketVersioning passes on what is about the one bucket.
func (o *Only) GetBucketVersioning(ctx context.Context, bucket string) (s3response.GetBucketVersioningOutput, error) {
	if err := o.check(bucket); err != nil {
		return s3response.GetBucketVersioningOutput{}, err
	}
	return o.Backend.GetBucketVersioning(ctx, bucket)
}

// PutBucketPolicy passes on what is about the one bucket.
func (o *Only) PutBucketPolicy(ctx context.Context, bucket string, policy []byte) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.PutBucketPolicy(ctx, bucket, policy)
}

// GetBucketPolicy passes on what is about the one bucket.
func (o *Only) GetBucketPolicy(ctx context.Context, bucket string) ([]byte, error) {
	if err := o.check(bucket); err != nil {
		return nil, err
	}
	return o.Backend.GetBucketPolicy(ctx, bucket)
}

// DeleteBucketPolicy passes on what is about the one bucket.
func (o *Only) DeleteBucketPolicy(ctx context.Context, bucket string) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.DeleteBucketPolicy(ctx, bucket)
}

// PutBucketOwnershipControls passes on what is about the one bucket.
func (o *Only) PutBucketOwnershipControls(ctx context.Context, bucket string, ownership types.ObjectOwnership) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.PutBucketOwnershipControls(ctx, bucket, ownership)
}

// GetBucketOwnershipControls passes on what is about the one bucket.
func (o *Only) GetBucketOwnershipControls(ctx context.Context, bucket string) (types.ObjectOwnership, error) {
	if err := o.check(bucket); err != nil {
		return "", err
	}
	return o.Backend.GetBucketOwnershipControls(ctx, bucket)
}

// DeleteBucketOwnershipControls passes on what is about the one bucket.
func (o *Only) DeleteBucketOwnershipControls(ctx context.Context, bucket string) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.DeleteBucketOwnershipControls(ctx, bucket)
}

// PutBucketCors passes on what is about the one bucket.
func (o *Only) PutBucketCors(ctx context.Context, bucket string, cors []byte) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.PutBucketCors(ctx, bucket, cors)
}

// GetBucketCors passes on what is about the one bucket.
func (o *Only) GetBucketCors(ctx context.Context, bucket string) ([]byte, error) {
	if err := o.check(bucket); err != nil {
		return nil, err
	}
	return o.Backend.GetBucketCors(ctx, bucket)
}

// DeleteBucketCors passes on what is about the one bucket.
func (o *Only) DeleteBucketCors(ctx context.Context, bucket string) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.DeleteBucketCors(ctx, bucket)
}

// PutBucketWebsite passes on what is about the one bucket.
func (o *Only) PutBucketWebsite(ctx context.Context, bucket string, website []byte) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.PutBucketWebsite(ctx, bucket, website)
}

// GetBucketWebsite passes on what is about the one bucket.
func (o *Only) GetBucketWebsite(ctx context.Context, bucket string) ([]byte, error) {
	if err := o.check(bucket); err != nil {
		return nil, err
	}
	return o.Backend.GetBucketWebsite(ctx, bucket)
}

// DeleteBucketWebsite passes on what is about the one bucket.
func (o *Only) DeleteBucketWebsite(ctx context.Context, bucket string) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.DeleteBucketWebsite(ctx, bucket)
}

// ListMultipartUploads passes on what is about the one bucket.
func (o *Only) ListMultipartUploads(
	ctx context.Context, input *s3.ListMultipartUploadsInput,
) (s3response.ListMultipartUploadsResult, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return s3response.ListMultipartUploadsResult{}, err
	}
	return o.Backend.ListMultipartUploads(ctx, input)
}

// ListObjects passes on what is about the one bucket.
func (o *Only) ListObjects(ctx context.Context, input *s3.ListObjectsInput) (s3response.ListObjectsResult, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return s3response.ListObjectsResult{}, err
	}
	return o.Backend.ListObjects(ctx, input)
}

// ListObjectsV2 passes on what is about the one bucket.
func (o *Only) ListObjectsV2(ctx context.Context, input *s3.ListObjectsV2Input) (s3response.ListObjectsV2Result, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return s3response.ListObjectsV2Result{}, err
	}
	return o.Backend.ListObjectsV2(ctx, input)
}

// ListObjectVersions passes on what is about the one bucket.
func (o *Only) ListObjectVersions(ctx context.Context, input *s3.ListObjectVersionsInput) (s3response.ListVersionsResult, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return s3response.ListVersionsResult{}, err
	}
	return o.Backend.ListObjectVersions(ctx, input)
}

// GetBucketTagging passes on what is about the one bucket.
func (o *Only) GetBucketTagging(ctx context.Context, bucket string) (map[string]string, error) {
	if err := o.check(bucket); err != nil {
		return nil, err
	}
	return o.Backend.GetBucketTagging(ctx, bucket)
}

// PutBucketTagging passes on what is about the one bucket.
func (o *Only) PutBucketTagging(ctx context.Context, bucket string, tags map[string]string) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.PutBucketTagging(ctx, bucket, tags)
}

// DeleteBucketTagging passes on what is about the one bucket.
func (o *Only) DeleteBucketTagging(ctx context.Context, bucket string) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.DeleteBucketTagging(ctx, bucket)
}

// PutObjectLockConfiguration passes on what is about the one bucket.
func (o *Only) PutObjectLockConfiguration(ctx context.Context, bucket string, config []byte) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.PutObjectLockConfiguration(ctx, bucket, config)
}

// GetObjectLockConfiguration passes on what is about the one bucket.
func (o *Only) GetObjectLockConfiguration(ctx context.Context, bucket string) ([]byte, error) {
	if err := o.check(bucket); err != nil {
		return nil, err
	}
	return o.Backend.GetObjectLockConfiguration(ctx, bucket)
}

// ChangeBucketOwner passes on what is about the one bucket.
func (o *Only) ChangeBucketOwner(ctx context.Context, bucket, owner string) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.ChangeBucketOwner(ctx, bucket, owner)
}
