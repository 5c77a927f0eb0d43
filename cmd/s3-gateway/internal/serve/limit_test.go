package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/signer"

	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/serve"
)

// limit is that of these tests: two parts of S3's smallest part, 5 MiB.
const limit = 10 * mib

func withLimit(options *serve.Options) { options.Config.MaxUploadSize = limit }

func TestTheLargestUpload(t *testing.T) {
	ctx := context.Background()
	g := start(t, t.TempDir(), withLimit)
	client, core := g.client(), g.core()
	if err := client.MakeBucket(ctx, "b", minio.MakeBucketOptions{}); err == nil {
		t.Fatal("S3 has no bucket names of one letter")
	}
	if err := client.MakeBucket(ctx, "bucket", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	whole := minio.PutObjectOptions{DisableMultipart: true}

	t.Run("in one piece", func(t *testing.T) {
		must[minio.UploadInfo](t)(client.PutObject(ctx, "bucket", "at", bytesOf(limit), limit, whole))
		_, err := client.PutObject(ctx, "bucket", "above", bytesOf(limit+1), limit+1, whole)
		refusedAsTooLarge(t, err)
		if _, err := client.StatObject(ctx, "bucket", "above", minio.StatObjectOptions{}); minio.ToErrorResponse(err).Code != "NoSuchKey" {
			t.Errorf("there is something of a refused object: %v", err)
		}
	})

	t.Run("in one piece, with a signature for each chunk", func(t *testing.T) {
		refusedAsTooLarge(t, streamed(t, g, limit+1))
		if err := streamed(t, g, limit); err != nil {
			t.Error(err)
		}
	})

	t.Run("a body that is longer than the length that was told", func(t *testing.T) {
		if got := liar(t, g, 100_010, 10); got != http.StatusBadRequest {
			t.Errorf("chunks: got %d, want 400", got)
		}
		if got := decoded(t, g, 100_010, 10); got != http.StatusBadRequest {
			t.Errorf("no chunks, but a header: got %d, want 400", got)
		}
		if _, err := client.StatObject(ctx, "bucket", "told", minio.StatObjectOptions{}); minio.ToErrorResponse(err).Code != "NoSuchKey" {
			t.Errorf("it was stored: %v", err)
		}
	})

	t.Run("a client that reads no answer before it has written all", func(t *testing.T) {
		if got := deaf(t, g, 8*limit); got != http.StatusBadRequest {
			t.Errorf("got %d, want 400", got)
		}
	})

	t.Run("in parts", func(t *testing.T) {
		id := must[string](t)(core.NewMultipartUpload(ctx, "bucket", "parts", minio.PutObjectOptions{}))
		one := must[minio.ObjectPart](t)(core.PutObjectPart(ctx, "bucket", "parts", id, 1, bytesOf(limit/2), limit/2, minio.PutObjectPartOptions{}))
		_, err := core.PutObjectPart(ctx, "bucket", "parts", id, 2, bytesOf(limit/2+1), limit/2+1, minio.PutObjectPartOptions{})
		refusedAsTooLarge(t, err)
		must[minio.ObjectPart](t)(core.PutObjectPart(ctx, "bucket", "parts", id, 2, bytesOf(limit/2), limit/2, minio.PutObjectPartOptions{}))
		// The same part again is not one more.
		two := must[minio.ObjectPart](t)(core.PutObjectPart(ctx, "bucket", "parts", id, 2, bytesOf(limit/2), limit/2, minio.PutObjectPartOptions{}))
		_, err = core.PutObjectPart(ctx, "bucket", "parts", id, 3, bytesOf(1), 1, minio.PutObjectPartOptions{})
		refusedAsTooLarge(t, err)
		must[minio.UploadInfo](t)(core.CompleteMultipartUpload(ctx, "bucket", "parts", id, []minio.CompletePart{
			{PartNumber: 1, ETag: one.ETag}, {PartNumber: 2, ETag: two.ETag},
		}, minio.PutObjectOptions{}))
		if info := must[minio.ObjectInfo](t)(client.StatObject(ctx, "bucket", "parts", minio.StatObjectOptions{})); info.Size != limit {
			t.Errorf("the object has %d bytes, want %d", info.Size, limit)
		}
	})

	t.Run("an upload that is given up makes room", func(t *testing.T) {
		id := must[string](t)(core.NewMultipartUpload(ctx, "bucket", "given-up", minio.PutObjectOptions{}))
		must[minio.ObjectPart](t)(core.PutObjectPart(ctx, "bucket", "given-up", id, 1, bytesOf(limit), limit, minio.PutObjectPartOptions{}))
		if err := core.AbortMultipartUpload(ctx, "bucket", "given-up", id); err != nil {
			t.Fatal(err)
		}
		_, err := core.PutObjectPart(ctx, "bucket", "given-up", id, 1, bytesOf(1), 1, minio.PutObjectPartOptions{})
		if minio.ToErrorResponse(err).Code != "NoSuchUpload" {
			t.Errorf("got %v", err)
		}
	})

	t.Run("a copy in parts", func(t *testing.T) {
		id := must[string](t)(core.NewMultipartUpload(ctx, "bucket", "copied", minio.PutObjectOptions{}))
		must[minio.CompletePart](t)(core.CopyObjectPart(ctx, "bucket", "at", "bucket", "copied", id, 1, 0, 6*mib, nil))
		_, err := core.CopyObjectPart(ctx, "bucket", "at", "bucket", "copied", id, 2, 0, 4*mib+1, nil)
		refusedAsTooLarge(t, err)
		must[minio.CompletePart](t)(core.CopyObjectPart(ctx, "bucket", "at", "bucket", "copied", id, 2, 0, 4*mib, nil))
	})

	t.Run("as a form", func(t *testing.T) {
		if got := form(t, g, client, limit); got != http.StatusNoContent {
			t.Errorf("at the limit: %d", got)
		}
		if got := form(t, g, client, limit+1); got != http.StatusBadRequest {
			t.Errorf("above the limit: %d", got)
		}
	})

	if _, figures := g.get("/metrics"); !strings.Contains(figures, "s3_gateway_uploads_refused_total 7") {
		t.Errorf("the figures do not count seven refusals:\n%s", figures)
	}
}

// A limit that was lowered holds for what is there already and for uploads that are under way.
func TestALowerLimit(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	g := start(t, dir, withLimit)
	if err := g.client().MakeBucket(ctx, "bucket", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	core := g.core()
	must[minio.UploadInfo](t)(core.Client.PutObject(ctx, "bucket", "large", bytesOf(limit), limit, minio.PutObjectOptions{DisableMultipart: true}))
	id := must[string](t)(core.NewMultipartUpload(ctx, "bucket", "under-way", minio.PutObjectOptions{}))
	part := must[minio.ObjectPart](t)(core.PutObjectPart(ctx, "bucket", "under-way", id, 1, bytesOf(limit), limit, minio.PutObjectPartOptions{}))
	g.stop()

	g = start(t, dir, func(options *serve.Options) { options.Config.MaxUploadSize = limit - 1 })
	core = g.core()
	_, err := core.CompleteMultipartUpload(ctx, "bucket", "under-way", id, []minio.CompletePart{{PartNumber: 1, ETag: part.ETag}}, minio.PutObjectOptions{})
	refusedAsTooLarge(t, err)
	_, err = core.PutObjectPart(ctx, "bucket", "under-way", id, 2, bytesOf(1), 1, minio.PutObjectPartOptions{})
	refusedAsTooLarge(t, err)
	_, err = core.CopyObject(ctx, "bucket", "large", "bucket", "copy", nil, minio.CopySrcOptions{}, minio.PutObjectOptions{})
	refusedAsTooLarge(t, err)
	// What is there stays readable.
	if got := read(t, core.Client, "bucket", "large", minio.GetObjectOptions{}); len(got) != limit {
		t.Errorf("got %d bytes", len(got))
	}
}

// streamed sends an object in signed chunks.
func streamed(t *testing.T, g *gateway, size int) error {
	t.Helper()
	request := must[*http.Request](t)(http.NewRequest(http.MethodPut, "http://"+g.address+"/bucket/streamed", bytesOf(size)))
	request = signer.StreamingSignV4(request, g.access, g.secret, "", "us-east-1", int64(size), time.Now().UTC(), sha{sha256.New()})
	response, err := g.transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return answer(response)
}

// liar sends an object in a chunk without a signature, and tells another length.
func liar(t *testing.T, g *gateway, size, told int) int {
	t.Helper()
	content := must[[]byte](t)(io.ReadAll(bytesOf(size)))
	body := fmt.Sprintf("%x\r\n%s\r\n0\r\nx-amz-checksum-crc32c:AAAAAA==\r\n\r\n", size, content)
	request := must[*http.Request](t)(http.NewRequest(http.MethodPut, "http://"+g.address+"/bucket/told", strings.NewReader(body)))
	request.Header.Set("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
	request.Header.Set("X-Amz-Trailer", "x-amz-checksum-crc32c")
	request.Header.Set("X-Amz-Decoded-Content-Length", fmt.Sprint(told))
	response := must[*http.Response](t)(g.transport.RoundTrip(signer.SignV4(*request, g.access, g.secret, "", "us-east-1")))
	defer response.Body.Close()
	return response.StatusCode
}

// deaf sends an object and looks for an answer only then, as simple clients do.
func deaf(t *testing.T, g *gateway, size int) int {
	t.Helper()
	request := must[*http.Request](t)(http.NewRequest(http.MethodPut, "http://"+g.address+"/bucket/deaf", bytesOf(size)))
	request.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	request = signer.SignV4(*request, g.access, g.secret, "", "us-east-1")
	connection := must[net.Conn](t)(net.Dial("tcp", g.address))
	defer connection.Close()
	if err := request.Write(connection); err != nil {
		t.Fatal(err)
	}
	response := must[*http.Response](t)(http.ReadResponse(bufio.NewReader(connection), request))
	defer response.Body.Close()
	return response.StatusCode
}

// decoded sends an object without chunks, and the header that tells its length without them.
func decoded(t *testing.T, g *gateway, size int, told int64) int {
	t.Helper()
	request := must[*http.Request](t)(http.NewRequest(http.MethodPut, "http://"+g.address+"/bucket/told", bytesOf(size)))
	request.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	request.Header.Set("X-Amz-Decoded-Content-Length", fmt.Sprint(told))
	response := must[*http.Response](t)(g.transport.RoundTrip(signer.SignV4(*request, g.access, g.secret, "", "us-east-1")))
	defer response.Body.Close()
	return response.StatusCode
}

// form sends an object as a browser does.
func form(t *testing.T, g *gateway, client *minio.Client, size int) int {
	t.Helper()
	policy := minio.NewPostPolicy()
	if err := errors.Join(policy.SetBucket("bucket"), policy.SetKey("form"), policy.SetExpires(time.Now().Add(time.Minute))); err != nil {
		t.Fatal(err)
	}
	link, fields, err := client.PresignedPostPolicy(context.Background(), policy)
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	writer := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := writer.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	file := must[io.Writer](t)(writer.CreateFormFile("file", "file"))
	must[int64](t)(io.Copy(file, bytesOf(size)))
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	request := must[*http.Request](t)(http.NewRequest(http.MethodPost, link.String(), &body))
	request.Header.Set("Content-Type", writer.FormDataContentType())
	response := must[*http.Response](t)(g.transport.RoundTrip(request))
	defer response.Body.Close()
	return response.StatusCode
}
