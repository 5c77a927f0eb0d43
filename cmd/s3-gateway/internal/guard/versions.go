package guard

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// HeadObject describes an object.
func (n *Names) HeadObject(ctx context.Context, input *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	if err := checkVersion(value(input.VersionId)); err != nil {
		return nil, err
	}
	return n.Backend.HeadObject(ctx, input)
}

// GetObject reads an object.
func (n *Names) GetObject(ctx context.Context, input *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	if err := checkVersion(value(input.VersionId)); err != nil {
		return nil, err
	}
	return n.Backend.GetObject(ctx, input)
}

// GetObjectAttributes describes an object.
func (n *Names) GetObjectAttributes(
	ctx context.Context, input *s3.GetObjectAttributesInput,
) (s3response.GetObjectAttributesResponse, error) {
	if err := checkVersion(value(input.VersionId)); err != nil {
		return s3response.GetObjectAttributesResponse{}, err
	}
	return n.Backend.GetObjectAttributes(ctx, input)
}

// CopyObject makes an object of another one.
func (n *Names) CopyObject(ctx context.Context, input s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	if err := checkSource(input.CopySource); err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	return n.Backend.CopyObject(ctx, input)
}

// DeleteObject deletes an object, or a version of it.
func (n *Names) DeleteObject(ctx context.Context, input *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	if err := checkVersion(value(input.VersionId)); err != nil {
		return nil, err
	}
	return n.Backend.DeleteObject(ctx, input)
}

// GetObjectTagging gives the tags of an object.
func (n *Names) GetObjectTagging(ctx context.Context, bucket, object, version string) (map[string]string, error) {
	if err := checkVersion(version); err != nil {
		return nil, err
	}
	return n.Backend.GetObjectTagging(ctx, bucket, object, version)
}

// PutObjectTagging sets the tags of an object.
func (n *Names) PutObjectTagging(ctx context.Context, bucket, object, version string, tags map[string]string) error {
	if err := checkVersion(version); err != nil {
		return err
	}
	return n.Backend.PutObjectTagging(ctx, bucket, object, version, tags)
}

// DeleteObjectTagging takes the tags of an object away.
func (n *Names) DeleteObjectTagging(ctx context.Context, bucket, object, version string) error {
	if err := checkVersion(version); err != nil {
		return err
	}
	return n.Backend.DeleteObjectTagging(ctx, bucket, object, version)
}

// PutObjectRetention sets until when an object is kept.
func (n *Names) PutObjectRetention(ctx context.Context, bucket, object, version string, retention []byte) error {
	if err := checkVersion(version); err != nil {
		return err
	}
	return n.Backend.PutObjectRetention(ctx, bucket, object, version, retention)
}

// GetObjectRetention tells until when an object is kept.
func (n *Names) GetObjectRetention(ctx context.Context, bucket, object, version string) ([]byte, error) {
	if err := checkVersion(version); err != nil {
		return nil, err
	}
	return n.Backend.GetObjectRetention(ctx, bucket, object, version)
}

// PutObjectLegalHold holds an object, or lets it go.
func (n *Names) PutObjectLegalHold(ctx context.Context, bucket, object, version string, status bool) error {
	if err := checkVersion(version); err != nil {
		return err
	}
	return n.Backend.PutObjectLegalHold(ctx, bucket, object, version, status)
}

// GetObjectLegalHold tells whether an object is held.
func (n *Names) GetObjectLegalHold(ctx context.Context, bucket, object, version string) (*bool, error) {
	if err := checkVersion(version); err != nil {
		return nil, err
	}
	return n.Backend.GetObjectLegalHold(ctx, bucket, object, version)
}

// checkVersion says of a version that none has such a name. Without one it is the newest.
func checkVersion(version string) error {
	if version == "" || utils.IsObjectNameValid(version) {
		return nil
	}
	return s3err.GetInvalidArgumentErr(s3err.InvalidArgVersionId, version)
}

// checkSource does so for what is copied.
func checkSource(source *string) error {
	_, _, version, err := backend.ParseCopySource(value(source))
	if err != nil {
		return err
	}
	return checkVersion(version)
}
