package people

import (
	"context"
	"errors"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// shown is a backend that lists a person's buckets alone: with one owner of all buckets versitygw lists all of them to everybody. And it
// lets nobody go around a bucket's policy with a form.
type shown struct {
	backend.Backend
	accounts *Accounts
}

// Shown wraps a backend.
func (a *Accounts) Shown(be backend.Backend) backend.Backend { return &shown{Backend: be, accounts: a} }

// mostBuckets is the largest page that S3 knows.
const mostBuckets = 10000

// ListBuckets leaves out what is not for the caller. Pages are made anew: those of the backend end with names that are not his.
func (s *shown) ListBuckets(ctx context.Context, input s3response.ListBucketsInput) (s3response.ListAllMyBucketsResult, error) {
	caller, ok := sessionOf(ctx)
	if !ok {
		return s.Backend.ListBuckets(ctx, input)
	}
	found, ok := s.accounts.seals.open(caller.Access, caller.SessionToken)
	if !ok {
		return s3response.ListAllMyBucketsResult{}, auth.ErrInvalidSessionToken
	}
	result, err := s.all(ctx, input, func(bucket string) bool {
		return bucket > input.ContinuationToken && s.accounts.rights.sees(found.person(), bucket)
	})
	if buckets := result.Buckets.Bucket; input.MaxBuckets > 0 && len(buckets) > int(input.MaxBuckets) {
		result.Buckets.Bucket = buckets[:input.MaxBuckets]
		result.ContinuationToken = buckets[input.MaxBuckets-1].Name
	}
	return result, err
}

// sessionOf is who calls, if that is a session.
func sessionOf(ctx context.Context) (auth.Account, bool) {
	caller, ok := ctx.Value(string(utils.ContextKeyAccount)).(auth.Account)
	return caller, ok && caller.IsSession
}

// all gives the buckets of all pages that are wanted.
func (s *shown) all(
	ctx context.Context, input s3response.ListBucketsInput, wanted func(bucket string) bool,
) (s3response.ListAllMyBucketsResult, error) {
	input.MaxBuckets, input.ContinuationToken = mostBuckets, ""
	var out []s3response.ListAllMyBucketsEntry
	for {
		page, err := s.Backend.ListBuckets(ctx, input)
		if err != nil {
			return s3response.ListAllMyBucketsResult{}, err
		}
		for _, bucket := range page.Buckets.Bucket {
			if wanted(bucket.Name) {
				out = append(out, bucket)
			}
		}
		if input.ContinuationToken = page.ContinuationToken; input.ContinuationToken == "" {
			page.Buckets.Bucket = out
			return page, nil
		}
	}
}

// PutObject takes no form of a browser for a bucket with a policy: versitygw has asked the policy about the bucket, and not about the key.
func (s *shown) PutObject(ctx context.Context, input s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	if _, ok := sessionOf(ctx); !ok || ctx.Value(string(utils.ContextKeyObjectPostResult)) == nil || input.Bucket == nil {
		return s.Backend.PutObject(ctx, input)
	}
	switch _, err := s.GetBucketPolicy(ctx, *input.Bucket); {
	case err == nil:
		return s3response.PutObjectOutput{}, s3err.GetAPIError(s3err.ErrAccessDenied)
	case !errors.Is(err, s3err.GetAPIError(s3err.ErrNoSuchBucketPolicy)):
		return s3response.PutObjectOutput{}, err
	}
	return s.Backend.PutObject(ctx, input)
}
