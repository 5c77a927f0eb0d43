package guard_test

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"

	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/guard"
)

// TestOnlyLetsNoMethodPass calls each method of the interface with another bucket. A version of versitygw with one method more fails here.
func TestOnlyLetsNoMethodPass(t *testing.T) {
	// Those that name no bucket, or only turn a key into another form, or answer into a stream.
	other := []string{"String", "Shutdown", "NormalizeObjectKey", "ListBuckets", "ListBucketsAndOwners", "SelectObjectContent"}
	only := reflect.ValueOf(guard.NewOnly(untouched{}, "objects"))
	looked := 0
	for method := range reflect.TypeFor[backend.Backend]().Methods() {
		if slices.Contains(other, method.Name) {
			continue
		}
		looked++
		for name, bucket := range map[string]string{"another bucket": "registry", "no bucket": "", "one of a like name": "objects-2"} {
			arguments := []reflect.Value{reflect.ValueOf(context.Background())}
			for j := 1; j < method.Type.NumIn(); j++ {
				arguments = append(arguments, argument(method.Type.In(j), bucket, j == 1))
			}
			results := only.MethodByName(method.Name).Call(arguments)
			err, _ := reflect.TypeAssert[error](results[len(results)-1])
			var answer s3err.S3Error
			if !errors.As(err, &answer) || answer.StatusCode() != http.StatusNotFound && answer.StatusCode() != http.StatusForbidden {
				t.Errorf("%s of %s: got %v, want NoSuchBucket or AccessDenied", method.Name, name, err)
			}
		}
	}
	if looked < 50 {
		t.Errorf("only %d methods were looked at", looked)
	}
}

func TestOnlyCopiesFromNoOtherBucket(t *testing.T) {
	only := guard.NewOnly(untouched{}, "objects")
	for _, source := range []string{"registry/blob", "/registry/blob", "%72egistry/blob", "registry%2Fblob", "objects-2/x", "../registry/x"} {
		_, err := only.CopyObject(t.Context(), s3response.CopyObjectInput{Bucket: new("objects"), Key: new("k"), CopySource: &source})
		if err == nil {
			t.Errorf("copies from %s", source)
		}
		_, err = only.UploadPartCopy(t.Context(), &s3.UploadPartCopyInput{Bucket: new("objects"), Key: new("k"), CopySource: &source})
		if err == nil {
			t.Errorf("copies a part from %s", source)
		}
	}
}

func TestOnlyListsTheOneBucket(t *testing.T) {
	for name, tc := range map[string]struct {
		be    backend.Backend
		input s3response.ListBucketsInput
		want  string
	}{
		"there":               {there{}, s3response.ListBucketsInput{}, "objects"},
		"of a prefix":         {there{}, s3response.ListBucketsInput{Prefix: "obj"}, "objects"},
		"of another prefix":   {there{}, s3response.ListBucketsInput{Prefix: "reg"}, ""},
		"on the page after":   {there{}, s3response.ListBucketsInput{ContinuationToken: "objects"}, ""},
		"on the page with it": {there{}, s3response.ListBucketsInput{ContinuationToken: "a"}, "objects"},
		"not there":           {absent{}, s3response.ListBucketsInput{}, ""},
	} {
		result, err := guard.NewOnly(tc.be, "objects").ListBuckets(t.Context(), tc.input)
		var names []string
		for _, bucket := range result.Buckets.Bucket {
			names = append(names, bucket.Name)
		}
		if err != nil || strings.Join(names, " ") != tc.want {
			t.Errorf("%s: got %v, %v, want %q", name, names, err, tc.want)
		}
	}
}

// untouched is a backend that nobody may reach: each method panics.
type untouched struct{ backend.Backend }

type there struct{ backend.Backend }

func (there) HeadBucket(context.Context, *s3.HeadBucketInput) (*s3.HeadBucketOutput, error) {
	return &s3.HeadBucketOutput{}, nil
}

type absent struct{ backend.Backend }

func (absent) HeadBucket(context.Context, *s3.HeadBucketInput) (*s3.HeadBucketOutput, error) {
	return nil, s3err.GetBucketErr(s3err.ErrNoSuchBucket, "objects")
}

// argument makes one that names the bucket: the first string, or the field Bucket of an input.
func argument(kind reflect.Type, bucket string, first bool) reflect.Value {
	switch {
	case kind.Kind() == reflect.String && first:
		return reflect.ValueOf(bucket).Convert(kind)
	case kind.Kind() == reflect.Pointer && kind.Elem().Kind() == reflect.Struct:
		input := reflect.New(kind.Elem())
		setBucket(input.Elem(), bucket)
		return input
	case kind.Kind() == reflect.Struct:
		input := reflect.New(kind).Elem()
		setBucket(input, bucket)
		return input
	default:
		return reflect.Zero(kind)
	}
}

func setBucket(input reflect.Value, bucket string) {
	input.FieldByName("Bucket").Set(reflect.ValueOf(&bucket))
}
