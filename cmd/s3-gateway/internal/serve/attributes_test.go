package serve_test

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"

	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// No key stands where the gateway keeps what it knows of a bucket or of another object.
func TestKeysThatAreNamedLikeAttributes(t *testing.T) {
	ctx := context.Background()
	people := newProvider(t)
	g := open(t, t.TempDir(), people, s3gateway.Rule{
		Groups: []string{"team"}, Buckets: []string{"team-a"}, Actions: []s3gateway.Action{s3gateway.Read, s3gateway.Write, s3gateway.Delete},
	})
	root, member := g.client(), g.as(people.token("mary", "team"))
	if err := root.MakeBucket(ctx, "team-a", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	// "x/" is an object too, whose content type is kept as an attribute.
	keys := []string{
		"meta/acl", "meta/etag", "meta/policy", "meta/versioning", "meta~/x", "meta~~/x", "x/", "x/meta/content-type", "x/meta/etag", "x/meta/meta", "x/meta~/etag",
	}
	keep := func(object string) {
		t.Helper()
		size := int64(len(object))
		if strings.HasSuffix(object, "/") {
			size = 0
		}
		if _, err := member.PutObject(ctx, "team-a", object, strings.NewReader(object[:size]), size,
			minio.PutObjectOptions{ContentType: "text/" + strings.ReplaceAll(object, "/", "_"), UserMetadata: map[string]string{"Key": object}}); err != nil {
			t.Errorf("write %s: %v", object, err)
		}
	}
	holds := func(object, of string) {
		t.Helper()
		found, err := member.StatObject(ctx, "team-a", object, minio.StatObjectOptions{})
		want := "text/" + strings.ReplaceAll(of, "/", "_")
		if strings.HasSuffix(of, "/") {
			want = "application/x-directory" // whatever was asked for
		}
		if err != nil || found.ContentType != want || found.UserMetadata["Key"] != of {
			t.Errorf("%s is %q, %v, %v", object, found.ContentType, found.UserMetadata, err)
		}
	}
	list := func() (out []string) {
		for object := range member.ListObjects(ctx, "team-a", minio.ListObjectsOptions{Recursive: true}) {
			out = append(out, object.Key)
		}
		return out
	}
	for _, object := range keys {
		keep(object)
	}
	policy := `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::team-a/meta/*"}]}`
	if err := root.SetBucketPolicy(ctx, "team-a", policy); err != nil {
		t.Errorf("the bucket's policy: %v", err)
	}
	if got, err := root.GetBucketPolicy(ctx, "team-a"); err != nil || !strings.Contains(got, "meta/*") {
		t.Errorf("the bucket's policy is %q, %v", got, err)
	}
	for _, object := range keys {
		holds(object, object)
	}
	if got := list(); !slices.Equal(got, keys) {
		t.Errorf("listed are %q", got)
	}
	response := must[*http.Response](t)(http.Get("http://" + g.address + "/team-a/meta/policy"))
	body := must[[]byte](t)(io.ReadAll(response.Body))
	response.Body.Close()
	if string(body) != "meta/policy" {
		t.Errorf("what the policy gives to everybody: %s %s", response.Status, body)
	}

	if _, err := member.CopyObject(ctx, minio.CopyDestOptions{Bucket: "team-a", Object: "meta/meta"}, minio.CopySrcOptions{Bucket: "team-a", Object: "x/meta/etag"}); err != nil {
		t.Errorf("a copy: %v", err)
	}
	holds("meta/meta", "x/meta/etag")
	if err := member.RemoveObject(ctx, "team-a", "meta/meta", minio.RemoveObjectOptions{}); err != nil {
		t.Error(err)
	}
	// With each object that goes the others stay as they are, and so does the bucket's policy.
	for len(keys) > 0 {
		if err := member.RemoveObject(ctx, "team-a", keys[0], minio.RemoveObjectOptions{}); err != nil {
			t.Errorf("remove %s: %v", keys[0], err)
		}
		keys = keys[1:]
		for _, object := range keys {
			holds(object, object)
		}
	}
	if got := list(); len(got) != 0 {
		t.Errorf("left are %q", got)
	}
	if got, err := root.GetBucketPolicy(ctx, "team-a"); err != nil || !strings.Contains(got, "meta/*") {
		t.Errorf("after all the policy is %q, %v", got, err)
	}
}

// What is known of old versions is nothing that a bucket reaches, however it is named.
func TestVersionsKeepTheirAttributes(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	g := start(t, dir)
	root := g.client()
	const object = "x/meta/etag"
	if err := root.MakeBucket(ctx, "team-a", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := root.EnableVersioning(ctx, "team-a"); err != nil {
		t.Fatal(err)
	}
	first := must[minio.UploadInfo](t)(root.PutObject(ctx, "team-a", object, bytesOf(10), 10, minio.PutObjectOptions{ContentType: "text/first"}))
	must[minio.UploadInfo](t)(root.PutObject(ctx, "team-a", object, bytesOf(10), 10, minio.PutObjectOptions{ContentType: "text/second"}))
	holds := func(want, version string) {
		t.Helper()
		found, err := root.StatObject(ctx, "team-a", object, minio.StatObjectOptions{VersionID: version})
		if err != nil || found.ContentType != want {
			t.Errorf("version %q is %q, %v", version, found.ContentType, err)
		}
	}
	holds("text/second", "")
	holds("text/first", first.VersionID)

	// The first folder of the volume's path, as a bucket.
	name := strings.Split(filepath.ToSlash(dir), "/")[1]
	if err := root.MakeBucket(ctx, name, minio.MakeBucketOptions{}); err != nil {
		t.Fatalf("bucket %q: %v", name, err)
	}
	if err := root.RemoveBucket(ctx, name); err != nil {
		t.Fatal(err)
	}
	holds("text/first", first.VersionID)
	if err := root.RemoveObject(ctx, "team-a", object, minio.RemoveObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	holds("text/first", first.VersionID)
	for found := range root.ListObjects(ctx, "team-a", minio.ListObjectsOptions{WithVersions: true, Recursive: true}) {
		if err := root.RemoveObject(ctx, "team-a", object, minio.RemoveObjectOptions{VersionID: found.VersionID}); err != nil {
			t.Errorf("remove version %s: %v", found.VersionID, err)
		}
	}
	if err := root.RemoveBucket(ctx, "team-a"); err != nil {
		t.Error(err)
	}
}
