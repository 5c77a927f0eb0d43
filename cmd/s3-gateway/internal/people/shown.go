package people

import (
	"context"
	"slices"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3response"
)

// shown is a backend that lists a person's buckets alone: with one owner of all buckets versitygw lists all of them to everybody.
type shown struct {
	backend.Backend
	accounts *Accounts
}

// Shown wraps a backend.
func (a *Accounts) Shown(be backend.Backend) backend.Backend { return &shown{Backend: be, accounts: a} }

// ListBuckets leaves out what is not for the caller. A page may so become shorter than was asked for, as S3 allows.
func (s *shown) ListBuckets(ctx context.Context, input s3response.ListBucketsInput) (s3response.ListAllMyBucketsResult, error) {
	result, err := s.Backend.ListBuckets(ctx, input)
	caller, ok := ctx.Value(string(utils.ContextKeyAccount)).(auth.Account)
	if err != nil || !ok || !caller.IsSession {
		return result, err
	}
	found, ok := s.accounts.seals.open(caller.Access, caller.SessionToken)
	if !ok {
		return s3response.ListAllMyBucketsResult{}, auth.ErrInvalidSessionToken
	}
	result.Buckets.Bucket = slices.DeleteFunc(result.Buckets.Bucket, func(bucket s3response.ListAllMyBucketsEntry) bool {
		return !s.accounts.rights.sees(found.person(), bucket.Name)
	})
	return result, nil
}
