package guard

import (
	"bufio"
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
	"github.com/versity/versitygw/s3select"
)

// Only is a backend that shows one bucket and no other. Behind a bucket or container of the store's spec there is an account with more of
// them, the registry's own perhaps, and whoever holds keys of the gateway holds none of that account. That bucket is neither made nor
// deleted through the gateway. Each method of the interface is here, so that none of them passes by its promotion: a test holds that.
type Only struct {
	backend.Backend
	bucket string
}

var _ backend.Backend = (*Only)(nil)

// NewOnly wraps a backend.
func NewOnly(be backend.Backend, bucket string) *Only { return &Only{Backend: be, bucket: bucket} }

func (o *Only) check(bucket string) error {
	if bucket != o.bucket {
		return s3err.GetBucketErr(s3err.ErrNoSuchBucket, bucket)
	}
	return nil
}

// checkSource looks at the bucket that is copied from.
func (o *Only) checkSource(bucket, source string) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	from, _, _, err := backend.ParseCopySource(source)
	if err != nil {
		return err
	}
	return o.check(from)
}

// Shutdown ends the backend.
func (o *Only) Shutdown() { o.Backend.Shutdown() }

// NormalizeObjectKey is about names alone.
func (o *Only) NormalizeObjectKey(bucket, object string) string {
	return o.Backend.NormalizeObjectKey(bucket, object)
}

// HeadBucket says whether the one bucket is there.
func (o *Only) HeadBucket(ctx context.Context, input *s3.HeadBucketInput) (*s3.HeadBucketOutput, error) {
	if err := o.check(value(input.Bucket)); err != nil {
		return nil, err
	}
	return o.Backend.HeadBucket(ctx, input)
}

// ListBuckets lists the one bucket, if it is there. The account's own list is not asked for: keys that reach one bucket may not see it.
// That list has a bucket's date; here it is the beginning of time.
func (o *Only) ListBuckets(ctx context.Context, input s3response.ListBucketsInput) (s3response.ListAllMyBucketsResult, error) {
	result := s3response.ListAllMyBucketsResult{Owner: s3response.CanonicalUser{ID: input.Owner}, Prefix: input.Prefix}
	if !strings.HasPrefix(o.bucket, input.Prefix) || input.ContinuationToken >= o.bucket && input.ContinuationToken != "" {
		return result, nil
	}
	_, err := o.Backend.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &o.bucket})
	if missing(err) {
		return result, nil
	}
	if err != nil {
		return result, err
	}
	result.Buckets.Bucket = []s3response.ListAllMyBucketsEntry{{Name: o.bucket, CreationDate: time.Unix(0, 0).UTC()}}
	return result, nil
}

// ListBucketsAndOwners is a list for administrators; there is one bucket, and its owner is not known here.
func (o *Only) ListBucketsAndOwners(context.Context) ([]s3response.Bucket, error) {
	return []s3response.Bucket{{Name: o.bucket}}, nil
}

// CreateBucket makes none: that of the spec is there, and no other is shown.
func (o *Only) CreateBucket(_ context.Context, input *s3.CreateBucketInput, _ []byte) error {
	if bucket := value(input.Bucket); bucket == o.bucket {
		return s3err.GetBucketErr(s3err.ErrBucketAlreadyOwnedByYou, bucket)
	}
	return s3err.GetAPIError(s3err.ErrAccessDenied)
}

// DeleteBucket deletes none: the bucket belongs to whoever made it.
func (o *Only) DeleteBucket(_ context.Context, bucket string) error {
	if err := o.check(bucket); err != nil {
		return err
	}
	return s3err.GetAPIError(s3err.ErrAccessDenied)
}

// CopyObject copies within the one bucket.
func (o *Only) CopyObject(ctx context.Context, input s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	if err := o.checkSource(value(input.Bucket), value(input.CopySource)); err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	// versitygw names the caller here, who is nobody to the server behind.
	input.ExpectedBucketOwner = nil
	return o.Backend.CopyObject(ctx, input)
}

// UploadPartCopy copies within the one bucket.
func (o *Only) UploadPartCopy(ctx context.Context, input *s3.UploadPartCopyInput) (s3response.CopyPartResult, error) {
	if err := o.checkSource(value(input.Bucket), value(input.CopySource)); err != nil {
		return s3response.CopyPartResult{}, err
	}
	return o.Backend.UploadPartCopy(ctx, input)
}

// SelectObjectContent reads from an object of the one bucket.
func (o *Only) SelectObjectContent(ctx context.Context, input *s3.SelectObjectContentInput) func(w *bufio.Writer) {
	if err := o.check(value(input.Bucket)); err != nil {
		return func(w *bufio.Writer) {
			answer := s3err.GetAPIError(s3err.ErrNoSuchBucket)
			// Nobody is told of an answer that cannot be written.
			_ = s3select.NewMessageHandler(ctx, w, nil).FinishWithError(answer.Code, answer.Description)
		}
	}
	return o.Backend.SelectObjectContent(ctx, input)
}
