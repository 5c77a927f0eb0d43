package guard

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// Limit is a backend that refuses objects above a size with EntityTooLarge, S3's own answer. An object of exactly that size is taken.
type Limit struct {
	backend.Backend
	size    int64
	uploads *uploads
	refused func()
}

var _ backend.Backend = (*Limit)(nil)

// NewLimit wraps a backend; size is in bytes. refused is called for each upload that is refused.
func NewLimit(be backend.Backend, size int64, refused func()) *Limit {
	return &Limit{Backend: be, size: size, uploads: newUploads(), refused: refused}
}

func (l *Limit) tooLarge(size int64) error {
	l.refused()
	return s3err.GetEntityTooLargeErr(size, l.size)
}

// PutObject stores an object that comes in one piece. The length that the client told decides, and the body is held to it: S3 lets a
// client tell another length than that of the request.
func (l *Limit) PutObject(ctx context.Context, input s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	size := value(input.ContentLength)
	if size > l.size {
		discard(input.Body)
		return s3response.PutObjectOutput{}, l.tooLarge(size)
	}
	if input.Body != nil {
		input.Body = measured(input.Body, size)
	}
	return l.Backend.PutObject(ctx, input)
}

// CopyObject stores an object that is there already.
func (l *Limit) CopyObject(ctx context.Context, input s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	size, err := l.sourceSize(ctx, value(input.CopySource))
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	if size > l.size {
		return s3response.CopyObjectOutput{}, l.tooLarge(size)
	}
	return l.Backend.CopyObject(ctx, input)
}

// UploadPart stores a part if the upload as a whole stays within the limit: the client learns it now, and not after the last part.
func (l *Limit) UploadPart(ctx context.Context, input *s3.UploadPartInput) (*s3.UploadPartOutput, error) {
	size := value(input.ContentLength)
	id := uploadID{value(input.Bucket), value(input.Key), value(input.UploadId)}
	done, err := l.reserve(ctx, id, value(input.PartNumber), size)
	if err != nil {
		discard(input.Body)
		return nil, err
	}
	if input.Body != nil {
		input.Body = measured(input.Body, size)
	}
	output, err := l.Backend.UploadPart(ctx, input)
	done(err == nil)
	return output, err
}

// UploadPartCopy stores a part that is there already, or a range of it.
func (l *Limit) UploadPartCopy(ctx context.Context, input *s3.UploadPartCopyInput) (s3response.CopyPartResult, error) {
	size, err := l.sourceSize(ctx, value(input.CopySource))
	if err != nil {
		return s3response.CopyPartResult{}, err
	}
	if size > 0 && value(input.CopySourceRange) != "" {
		if _, size, err = backend.ParseCopySourceRange(size, value(input.CopySourceRange)); err != nil {
			return s3response.CopyPartResult{}, err
		}
	}
	id := uploadID{value(input.Bucket), value(input.Key), value(input.UploadId)}
	done, err := l.reserve(ctx, id, value(input.PartNumber), size)
	if err != nil {
		return s3response.CopyPartResult{}, err
	}
	output, err := l.Backend.UploadPartCopy(ctx, input)
	done(err == nil)
	return output, err
}

// CompleteMultipartUpload makes an object of parts. What the backend says of the parts decides here: other gateways before the same
// bucket may have taken some of them.
func (l *Limit) CompleteMultipartUpload(
	ctx context.Context, input *s3.CompleteMultipartUploadInput,
) (s3response.CompleteMultipartUploadResult, string, error) {
	id := uploadID{value(input.Bucket), value(input.Key), value(input.UploadId)}
	parts, err := listParts(ctx, l.Backend, id)
	switch {
	case missing(err): // The backend's own answer is the right one.
	case err != nil:
		return s3response.CompleteMultipartUploadResult{}, "", err
	default:
		if size := named(parts, input.MultipartUpload); size > l.size {
			return s3response.CompleteMultipartUploadResult{}, "", l.tooLarge(size)
		}
	}
	result, version, err := l.Backend.CompleteMultipartUpload(ctx, input)
	if err == nil {
		l.uploads.forget(id)
	}
	return result, version, err
}

// AbortMultipartUpload gives up the parts.
func (l *Limit) AbortMultipartUpload(ctx context.Context, input *s3.AbortMultipartUploadInput) error {
	err := l.Backend.AbortMultipartUpload(ctx, input)
	if err == nil {
		l.uploads.forget(uploadID{value(input.Bucket), value(input.Key), value(input.UploadId)})
	}
	return err
}

func (l *Limit) reserve(ctx context.Context, id uploadID, part int32, size int64) (done func(stored bool), err error) {
	if size > l.size {
		return nil, l.tooLarge(size)
	}
	upload, err := l.uploads.get(ctx, l.Backend, id)
	if err != nil {
		// The backend says it better, and if it does not mind, the end of the upload counts all parts again.
		return func(bool) {}, nil
	}
	total, done := upload.reserve(part, size, l.size)
	if done == nil {
		return nil, l.tooLarge(total)
	}
	return done, nil
}

// sourceSize is the size of an object that is to be copied, 0 if the backend is to say what is wrong with it.
func (l *Limit) sourceSize(ctx context.Context, source string) (int64, error) {
	bucket, key, version, err := backend.ParseCopySource(source)
	if err != nil {
		return 0, nil // The backend reads it as well, and answers.
	}
	head, err := l.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key, VersionId: &version})
	switch {
	case missing(err):
		return 0, nil
	case err != nil:
		return 0, err
	default:
		return value(head.ContentLength), nil
	}
}

// missing is true for answers that something is not there.
func missing(err error) bool {
	var answer s3err.S3Error
	return errors.As(err, &answer) && (answer.StatusCode() == http.StatusNotFound || answer.StatusCode() == http.StatusMethodNotAllowed)
}

// named is the size of the parts that the object is to be made of.
func named(parts map[int32]int64, wanted *types.CompletedMultipartUpload) int64 {
	if wanted == nil {
		return 0
	}
	var size int64
	for _, part := range wanted.Parts {
		size += parts[value(part.PartNumber)]
	}
	return size
}

func value[T any](pointer *T) T {
	if pointer == nil {
		var none T
		return none
	}
	return *pointer
}
