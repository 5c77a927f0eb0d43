package guard

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// Names is a backend that no name leads out of a bucket. versitygw looks at the key in a request's path and at what is copied, but not at
// keys in a body and at the names of uploads and versions, and its files are where these lead: with "../" into the bucket of somebody else.
type Names struct{ backend.Backend }

var _ backend.Backend = (*Names)(nil)

// NewNames wraps a backend.
func NewNames(be backend.Backend) *Names { return &Names{be} }

// DeleteObjects deletes what is named as an object can be, and tells of each key that is not.
func (n *Names) DeleteObjects(ctx context.Context, input *s3.DeleteObjectsInput) (s3response.DeleteResult, error) {
	if input.Delete == nil {
		return n.Backend.DeleteObjects(ctx, input)
	}
	var good []types.ObjectIdentifier
	var bad []types.Error
	for _, object := range input.Delete.Objects {
		err := checkVersion(value(object.VersionId))
		if !utils.IsObjectNameValid(value(object.Key)) {
			err = s3err.GetAPIError(s3err.ErrBadRequest)
		}
		if err != nil {
			bad = append(bad, s3err.ObjectDeleteError(object.Key, object.VersionId, err))
			continue
		}
		good = append(good, object)
	}
	if len(good) == 0 {
		return s3response.DeleteResult{Error: bad}, nil
	}
	narrowed, wanted := *input, *input.Delete
	wanted.Objects, narrowed.Delete = good, &wanted
	result, err := n.Backend.DeleteObjects(ctx, &narrowed)
	result.Error = append(result.Error, bad...)
	return result, err
}

// CompleteMultipartUpload makes an object of the parts of an upload.
func (n *Names) CompleteMultipartUpload(
	ctx context.Context, input *s3.CompleteMultipartUploadInput,
) (s3response.CompleteMultipartUploadResult, string, error) {
	if err := checkUpload(input.UploadId); err != nil {
		return s3response.CompleteMultipartUploadResult{}, "", err
	}
	return n.Backend.CompleteMultipartUpload(ctx, input)
}

// AbortMultipartUpload gives up the parts of an upload.
func (n *Names) AbortMultipartUpload(ctx context.Context, input *s3.AbortMultipartUploadInput) error {
	if err := checkUpload(input.UploadId); err != nil {
		return err
	}
	return n.Backend.AbortMultipartUpload(ctx, input)
}

// ListParts lists the parts of an upload.
func (n *Names) ListParts(ctx context.Context, input *s3.ListPartsInput) (s3response.ListPartsResult, error) {
	if err := checkUpload(input.UploadId); err != nil {
		return s3response.ListPartsResult{}, err
	}
	return n.Backend.ListParts(ctx, input)
}

// UploadPart stores a part.
func (n *Names) UploadPart(ctx context.Context, input *s3.UploadPartInput) (*s3.UploadPartOutput, error) {
	if err := checkUpload(input.UploadId); err != nil {
		discard(input.Body)
		return nil, err
	}
	return n.Backend.UploadPart(ctx, input)
}

// UploadPartCopy stores a part that is there already.
func (n *Names) UploadPartCopy(ctx context.Context, input *s3.UploadPartCopyInput) (s3response.CopyPartResult, error) {
	if err := checkUpload(input.UploadId); err != nil {
		return s3response.CopyPartResult{}, err
	}
	if err := checkSource(input.CopySource); err != nil {
		return s3response.CopyPartResult{}, err
	}
	return n.Backend.UploadPartCopy(ctx, input)
}

// checkUpload says of an upload that none has such a name.
func checkUpload(id *string) error {
	if utils.IsObjectNameValid(value(id)) {
		return nil
	}
	return s3err.GetNoSuchUploadErr(value(id))
}
