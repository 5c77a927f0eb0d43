package serve_test

import (
	"context"
	"testing"

	"github.com/minio/minio-go/v7"

	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// Neither a key in the body of a request nor the name of an upload leads out of the bucket for which somebody has rights.
func TestNamesLeadNowhereElse(t *testing.T) {
	ctx := context.Background()
	people := newProvider(t)
	g := open(t, t.TempDir(), people, s3gateway.Rule{
		Groups: []string{"team"}, Buckets: []string{"team-a"}, Actions: []s3gateway.Action{s3gateway.Read, s3gateway.Write, s3gateway.Delete},
	})
	root, member := g.client(), g.as(people.token("mary", "team"))
	for _, bucket := range []string{"team-a", "private"} {
		if err := root.MakeBucket(ctx, bucket, minio.MakeBucketOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	stays := func(after string) {
		t.Helper()
		if _, err := root.StatObject(ctx, "private", "secret", minio.StatObjectOptions{}); err != nil {
			t.Errorf("after %s: %v", after, err)
		}
		must[minio.UploadInfo](t)(root.PutObject(ctx, "private", "secret", bytesOf(10), 10, minio.PutObjectOptions{}))
	}
	must[minio.UploadInfo](t)(root.PutObject(ctx, "private", "secret", bytesOf(10), 10, minio.PutObjectOptions{}))
	must[minio.UploadInfo](t)(root.PutObject(ctx, "team-a", "object", bytesOf(10), 10, minio.PutObjectOptions{}))

	var told []string
	for problem := range member.RemoveObjects(ctx, "team-a", named("../private/secret", "a/../../private/secret", "object"), minio.RemoveObjectsOptions{}) {
		told = append(told, problem.ObjectName)
	}
	if len(told) != 2 {
		t.Errorf("of three keys two are not taken: %q", told)
	}
	stays("the deletion of several objects")
	if _, err := root.StatObject(ctx, "team-a", "object", minio.StatObjectOptions{}); minio.ToErrorResponse(err).StatusCode != 404 {
		t.Errorf("the third key: %v", err)
	}

	core := &minio.Core{Client: member}
	const elsewhere = "../../../../private"
	if err := core.AbortMultipartUpload(ctx, "team-a", "key", elsewhere); minio.ToErrorResponse(err).Code != "NoSuchUpload" {
		t.Errorf("the end of an upload: %v", err)
	}
	if found, err := root.BucketExists(ctx, "private"); err != nil || !found {
		t.Fatalf("the bucket: %v %v", found, err)
	}
	stays("the end of an upload")
	_, err := core.PutObjectPart(ctx, "team-a", "key", elsewhere, 1, bytesOf(10), 10, minio.PutObjectPartOptions{})
	if minio.ToErrorResponse(err).Code != "NoSuchUpload" {
		t.Errorf("a part: %v", err)
	}
	if _, err := core.ListObjectParts(ctx, "team-a", "key", elsewhere, 0, 10); minio.ToErrorResponse(err).Code != "NoSuchUpload" {
		t.Errorf("parts: %v", err)
	}

	// As long as the name of a version is.
	const version = "../../../../../private/aaa"
	if _, err := member.StatObject(ctx, "team-a", "key", minio.StatObjectOptions{VersionID: version}); minio.ToErrorResponse(err).StatusCode != 400 {
		t.Errorf("a version: %v", err)
	}
	if err := member.RemoveObject(ctx, "team-a", "key", minio.RemoveObjectOptions{VersionID: version}); minio.ToErrorResponse(err).Code != "InvalidArgument" {
		t.Errorf("the end of a version: %v", err)
	}
	_, err = member.CopyObject(ctx, minio.CopyDestOptions{Bucket: "team-a", Object: "copy"},
		minio.CopySrcOptions{Bucket: "team-a", Object: "key", VersionID: version})
	if minio.ToErrorResponse(err).Code != "InvalidArgument" {
		t.Errorf("a copy of a version: %v", err)
	}
	if _, err := member.GetObjectTagging(ctx, "team-a", "key", minio.GetObjectTaggingOptions{VersionID: version}); minio.ToErrorResponse(err).Code != "InvalidArgument" {
		t.Errorf("the tags of a version: %v", err)
	}
}
