package serve_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
)

func TestObjects(t *testing.T) {
	ctx := context.Background()
	g := start(t, t.TempDir())
	client := g.client()
	if err := client.MakeBucket(ctx, "first", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	content := must[[]byte](t)(io.ReadAll(bytesOf(100_000)))

	t.Run("buckets", func(t *testing.T) {
		if err := client.MakeBucket(ctx, "second", minio.MakeBucketOptions{}); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, bucket := range must[[]minio.BucketInfo](t)(client.ListBuckets(ctx)) {
			names = append(names, bucket.Name)
		}
		if !slices.Equal(names, []string{"first", "second"}) {
			t.Errorf("got %v", names)
		}
		if err := client.RemoveBucket(ctx, "second"); err != nil {
			t.Error(err)
		}
		if must[bool](t)(client.BucketExists(ctx, "second")) {
			t.Error("a removed bucket is there")
		}
	})

	t.Run("an object with metadata of its user", func(t *testing.T) {
		must[minio.UploadInfo](t)(client.PutObject(ctx, "first", "a/b c/ü.bin", bytes.NewReader(content), int64(len(content)),
			minio.PutObjectOptions{ContentType: "application/x-test", UserMetadata: map[string]string{"Team": "red"}}))
		info := must[minio.ObjectInfo](t)(client.StatObject(ctx, "first", "a/b c/ü.bin", minio.StatObjectOptions{}))
		if info.Size != 100_000 || info.ContentType != "application/x-test" || info.UserMetadata["Team"] != "red" {
			t.Errorf("got %+v", info)
		}
		got := read(t, client, "first", "a/b c/ü.bin", minio.GetObjectOptions{})
		if !bytes.Equal(got, content) {
			t.Errorf("got %d other bytes", len(got))
		}
	})

	t.Run("a range", func(t *testing.T) {
		options := minio.GetObjectOptions{}
		if err := options.SetRange(1000, 1999); err != nil {
			t.Fatal(err)
		}
		if got := read(t, client, "first", "a/b c/ü.bin", options); !bytes.Equal(got, content[1000:2000]) {
			t.Errorf("got %d bytes, want bytes 1000 to 1999", len(got))
		}
	})

	t.Run("a presigned URL", func(t *testing.T) {
		link, err := client.PresignedGetObject(ctx, "first", "a/b c/ü.bin", time.Minute, nil)
		if err != nil {
			t.Fatal(err)
		}
		response := must[*http.Response](t)(http.Get(link.String()))
		defer response.Body.Close()
		if got := must[[]byte](t)(io.ReadAll(response.Body)); !bytes.Equal(got, content) {
			t.Errorf("%s: %d bytes", response.Status, len(got))
		}
		forged := strings.Replace(link.String(), "X-Amz-Signature=", "X-Amz-Signature=0", 1)
		response = must[*http.Response](t)(http.Get(forged))
		response.Body.Close()
		if response.StatusCode != http.StatusForbidden {
			t.Errorf("a forged URL is answered %s", response.Status)
		}
	})

	t.Run("a listing of more than a page, and of folders", func(t *testing.T) {
		for i := range 25 {
			key := fmt.Sprintf("list/%d/%02d", i%3, i)
			must[minio.UploadInfo](t)(client.PutObject(ctx, "first", key, strings.NewReader("x"), 1, minio.PutObjectOptions{}))
		}
		var all, folders []string
		for object := range client.ListObjects(ctx, "first", minio.ListObjectsOptions{Prefix: "list/", Recursive: true, MaxKeys: 10}) {
			all = append(all, object.Key)
		}
		for object := range client.ListObjects(ctx, "first", minio.ListObjectsOptions{Prefix: "list/"}) {
			folders = append(folders, object.Key)
		}
		if len(all) != 25 || !slices.IsSorted(all) || !slices.Equal(folders, []string{"list/0/", "list/1/", "list/2/"}) {
			t.Errorf("got %d keys, sorted %v, and folders %v", len(all), slices.IsSorted(all), folders)
		}
	})

	t.Run("versions", func(t *testing.T) {
		if err := client.EnableVersioning(ctx, "first"); err != nil {
			t.Fatal(err)
		}
		one := must[minio.UploadInfo](t)(client.PutObject(ctx, "first", "v", strings.NewReader("one"), 3, minio.PutObjectOptions{}))
		must[minio.UploadInfo](t)(client.PutObject(ctx, "first", "v", strings.NewReader("two"), 3, minio.PutObjectOptions{}))
		if got := read(t, client, "first", "v", minio.GetObjectOptions{VersionID: one.VersionID}); string(got) != "one" {
			t.Errorf("the first version is %q", got)
		}
	})

	t.Run("nothing without keys", func(t *testing.T) {
		response := must[*http.Response](t)(http.Get("http://" + g.address + "/first/v"))
		response.Body.Close()
		if response.StatusCode != http.StatusForbidden {
			t.Errorf("an anonymous caller is answered %s", response.Status)
		}
		stranger := *g
		stranger.secret = "wrong"
		if _, err := stranger.client().ListBuckets(ctx); minio.ToErrorResponse(err).Code != "SignatureDoesNotMatch" {
			t.Errorf("a wrong secret: %v", err)
		}
		stranger.access = "somebody"
		_, err := stranger.client().ListBuckets(ctx)
		if said := minio.ToErrorResponse(err); said.Code != "InvalidAccessKeyId" || said.StatusCode != http.StatusForbidden {
			t.Errorf("an unknown access key: %v", err)
		}
	})
}

func read(t *testing.T, client *minio.Client, bucket, key string, options minio.GetObjectOptions) []byte {
	t.Helper()
	object, err := client.GetObject(context.Background(), bucket, key, options)
	if err != nil {
		t.Fatal(err)
	}
	defer object.Close()
	return must[[]byte](t)(io.ReadAll(object))
}
