package guard

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/s3response"
)

// CreateMultipartUpload passes on what is about the one bucket.
func (o *Only) CreateMultipartUpload(
	ctx context.Context, input s3response.CreateMultipartUploadInput,
) (s3response.InitiateMultipartUploadResult, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return s3response.InitiateMultipartUploadResult{}, err
	}
	return o.Backend.CreateMultipartUpload(ctx, input)
}

// CompleteMultipartUpload passes on what is about the one bucket.
func (o *Only) CompleteMultipartUpload(
	ctx context.Context, input *s3.CompleteMultipartUploadInput,
) (s3response.CompleteMultipartUploadResult, string, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return s3response.CompleteMultipartUploadResult{}, "", err
	}
	return o.Backend.CompleteMultipartUpload(ctx, input)
}

// AbortMultipartUpload passes on what is about the one bucket.
func (o *Only) AbortMultipartUpload(ctx context.Context, input *s3.AbortMultipartUploadInput) error {
	if err := o.check(value(input.Bucket)); err != nil {
		return err
	}
	return o.Backend.AbortMultipartUpload(ctx, input)
}

// ListParts passes on what is about the one bucket.
func (o *Only) ListParts(ctx context.Context, input *s3.ListPartsInput) (s3response.ListPartsResult, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return s3response.ListPartsResult{}, err
	}
	return o.Backend.ListParts(ctx, input)
}

// UploadPart passes on what is about the one bucket.
func (o *Only) UploadPart(ctx context.Context, input *s3.UploadPartInput) (*s3.UploadPartOutput, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return nil, err
	}
	return o.Backend.UploadPart(ctx, input)
}

// PutObject passes on what is about the one bucket.
func (o *Only) PutObject(ctx context.Context, input s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return s3response.PutObjectOutput{}, err
	}
	return o.Backend.PutObject(ctx, input)
}

// HeadObject passes on what is about the one bucket.
func (o *Only) HeadObject(ctx context.Context, input *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return nil, err
	}
	return o.Backend.HeadObject(ctx, input)
}

// GetObject passes on what is about the one bucket.
func (o *Only) GetObject(ctx context.Context, input *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return nil, err
	}
	return o.Backend.GetObject(ctx, input)
}

// GetObjectAcl passes on what is about the one bucket.
//
//nolint:revive,staticcheck // the interface calls it so
func (o *Only) GetObjectAcl(ctx context.Context, input *s3.GetObjectAclInput) (*s3.GetObjectAclOutput, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return nil, err
	}
	return o.Backend.GetObjectAcl(ctx, input)
}

// GetObjectAttributes passes on what is about the one bucket.
func (o *Only) GetObjectAttributes(
	ctx context.Context, input *s3.GetObjectAttributesInput,
) (s3response.GetObjectAttributesResponse, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return s3response.GetObjectAttributesResponse{}, err
	}
	return o.Backend.GetObjectAttributes(ctx, input)
}

// DeleteObject passes on what is about the one bucket.
func (o *Only) DeleteObject(ctx context.Context, input *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return nil, err
	}
	return o.Backend.DeleteObject(ctx, input)
}

// DeleteObjects passes on what is about the one bucket.
func (o *Only) DeleteObjects(ctx context.Context, input *s3.DeleteObjectsInput) (s3response.DeleteResult, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return s3response.DeleteResult{}, err
	}
	return o.Backend.DeleteObjects(ctx, input)
}

// PutObjectAcl passes on what is about the one bucket.
//
//nolint:revive,staticcheck // the interface calls it so
func (o *Only) PutObjectAcl(ctx context.Context, input *s3.PutObjectAclInput) error {
	if err := o.check(value(input.Bucket)); err != nil {
		return err
	}
	return o.Backend.PutObjectAcl(ctx, input)
}

// RestoreObject passes on what is about the one bucket.
func (o *Only) RestoreObject(ctx context.Context, input *s3.RestoreObjectInput) error {
	if err := o.check(value(input.Bucket)); err != nil {
		return err
	}
	return o.Backend.RestoreObject(ctx, input)
}

// GetObjectTagging passes on what is about the one bucket.
func (o *Only) GetObjectTagging(ctx context.Context, bucket, object, versionID string) (map[string]string, error) {
	if err := o.check(bucket); err != nil {
		return nil, err
	}
	return o.Backend.GetObjectTagging(ctx, bucket, object, versionID)
}

// PutObjectTagging passes on what is about the one bucket.
func (o *Only) PutObjectTagging(ctx context.Context, bucket, object, versionID string, tags map[string]string) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.PutObjectTagging(ctx, bucket, object, versionID, tags)
}

// DeleteObjectTagging passes on what is about the one bucket.
func (o *Only) DeleteObjectTagging(ctx context.Context, bucket, object, versionID string) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.DeleteObjectTagging(ctx, bucket, object, versionID)
}

// PutObjectRetention passes on what is about the one bucket.
func (o *Only) PutObjectRetention(ctx context.Context, bucket, object, versionID string, retention []byte) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.PutObjectRetention(ctx, bucket, object, versionID, retention)
}

// GetObjectRetention passes on what is about the one bucket.
func (o *Only) GetObjectRetention(ctx context.Context, bucket, object, versionID string) ([]byte, error) {
	if err := o.check(bucket); err != nil {
		return nil, err
	}
	return o.Backend.GetObjectRetention(ctx, bucket, object, versionID)
}

// PutObjectLegalHold passes on what is about the one bucket.
func (o *Only) PutObjectLegalHold(ctx context.Context, bucket, object, versionID string, status bool) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return o.Backend.PutObjectLegalHold(ctx, bucket, object, versionID, status)
}

// GetObjectLegalHold passes on what is about the one bucket.
func (o *Only) GetObjectLegalHold(ctx context.Context, bucket, object, versionID string) (*bool, error) {
	if err := o.check(bucket); err != nil {
		return nil, err
	}
	return o.Backend.GetObjectLegalHold(ctx, bucket, object, versionID)
}
