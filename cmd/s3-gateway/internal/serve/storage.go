package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"

	"github.com/zot-artifact-store/operator/pkg/s3code"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// check asks the storage whether it is there.
func (s *state) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	be := *s.backend.Load()
	switch {
	case s.config.S3 != nil:
		bucket, one := s.config.S3.Bucket, int32(1)
		if _, err := be.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket}); err == nil {
			return nil
		}
		// The answer to HEAD has no words, so that a wrong key looks like a missing bucket. Listing costs more, and is only for them.
		_, err := be.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, MaxKeys: &one})
		return s3Trouble(*s.config.S3, err)
	case s.config.Azure != nil:
		container := s.config.Azure.Container
		_, err := be.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &container})
		return trouble(fmt.Sprintf("container %q", container), err)
	default:
		_, err := be.ListBuckets(ctx, s3response.ListBucketsInput{IsAdmin: true, MaxBuckets: 1})
		return trouble("the volume", err)
	}
}

// trouble tells what a storage has answered, nil for no error.
func trouble(what string, err error) error {
	if err == nil {
		return nil
	}
	if answer, ok := errors.AsType[s3err.S3Error](err); ok {
		return fmt.Errorf("%s: %s", what, answered(answer))
	}
	return fmt.Errorf("%s: %w", what, err)
}

// answered are the words of a server, its status and its code, as far as it gives them.
func answered(answer s3err.S3Error) string {
	base := answer.BaseError()
	words, _, _ := strings.Cut(strings.TrimSpace(base.Description), "\n")
	words = strings.TrimRight(strings.TrimSpace(words), ".")
	return strings.TrimSpace(fmt.Sprintf("%s (%s)", words, strings.TrimSpace(fmt.Sprintf("%d %s", answer.StatusCode(), base.Code))))
}

const fieldS3 = "spec.extensions.s3api.storage.s3."

// s3Trouble tells which setting is to be looked at, nil for no error.
func s3Trouble(config s3gateway.S3, err error) error {
	if err == nil {
		return nil
	}
	host := config.Endpoint
	if host == "" {
		host = "Amazon S3 in region " + config.Region
	}
	tell := func(what, why, remedy string) error { return fmt.Errorf("%s: %s. %s", what, why, remedy) }
	answer, ok := errors.AsType[s3err.S3Error](err)
	if !ok {
		return unreached(config, host, err)
	}
	code, status, said := answer.BaseError().Code, answer.StatusCode(), answered(answer)
	switch {
	case s3code.WrongKeys(code) || status == http.StatusUnauthorized:
		return tell(fmt.Sprintf("%s, where bucket %q should be, does not take %s", host, config.Bucket, keys(config)), said,
			"Put the right ones there.")
	case code == "NoSuchBucket" || status == http.StatusNotFound:
		return tell(fmt.Sprintf("%s has no bucket %q", host, config.Bucket), said,
			"Create it, or mend "+fieldS3+"bucket or .endpoint.")
	case s3code.WrongRegion(code):
		return tell(fmt.Sprintf("%s does not serve bucket %q in region %q", host, config.Bucket, config.Region), said,
			"Write the region of the bucket into "+fieldS3+"region.")
	case status == http.StatusForbidden:
		return tell(fmt.Sprintf("%s does not let %s list bucket %q", host, keys(config), config.Bucket), said,
			"Give them the rights that docs/storage.md lists.")
	default:
		return tell(fmt.Sprintf("%s does not answer as an S3 server does when bucket %q is listed", host, config.Bucket), said,
			"See whether "+fieldS3+"endpoint leads to the right server and port.")
	}
}

// keys names the Secrets and the fields that name these.
func keys(config s3gateway.S3) string {
	switch config.AccessKeySecret {
	case "":
		return "the identity of the pod"
	case config.SecretKeySecret:
		return fmt.Sprintf("the keys in Secret %q (%saccessKeySecret, .secretKeySecret)", config.AccessKeySecret, fieldS3)
	default:
		return fmt.Sprintf("the keys in Secret %q (%saccessKeySecret) and Secret %q (.secretKeySecret)",
			config.AccessKeySecret, fieldS3, config.SecretKeySecret)
	}
}

// unreached tells of an error without an answer. The SDK's outer errors have numbers of a request that was never answered.
func unreached(config s3gateway.S3, host string, err error) error {
	words := innermost(err).Error()
	remedy := "See whether " + fieldS3 + "endpoint is right, the server runs, and neither a firewall nor a NetworkPolicy is in the way."
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		words = "it does not answer in time"
	case errors.Is(err, http.ErrSchemeMismatch):
		remedy = "The server speaks plain HTTP: write http:// into " + fieldS3 + "endpoint, or let the server have a certificate."
	}
	return fmt.Errorf("there is no connection to %s, where bucket %q should be: %s. %s", host, config.Bucket, words, remedy)
}

func innermost(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}
