package main

import (
	"bytes"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

const (
	// behindLimit is the largest object of these tests.
	behindLimit = 6 << 20
	// partSize is S3's smallest part but for the last one.
	partSize = 5 << 20
)

// azuriteEnv names Azurite's program; hack/backends.sh brings it.
const azuriteEnv = "BACKENDS_AZURITE"

// behind are the places where a gateway keeps objects. Each gives what the gateway has to know, and what stops and goes on behind it.
var behind = map[string]func(t *testing.T) (config s3gateway.Config, secrets map[string]map[string]string, other *os.Process){
	"a volume": func(*testing.T) (s3gateway.Config, map[string]map[string]string, *os.Process) {
		return filesystem(behindLimit), root("root"), nil
	},
	"a bucket": func(t *testing.T) (s3gateway.Config, map[string]map[string]string, *os.Process) {
		server := launch(t, filesystem(100<<20), root("server"))
		server.ready(http.StatusOK)
		if err := server.client("server").MakeBucket(t.Context(), "objects", minio.MakeBucketOptions{}); err != nil {
			t.Fatal(err)
		}
		secrets := root("root")
		secrets["keys"] = map[string]string{"access-key": "server", "secret-key": "server-secret"}
		return s3gateway.Config{MaxUploadSize: behindLimit, S3: &s3gateway.S3{
			Endpoint: "http://" + server.address, Region: "us-east-1", Bucket: "objects", AccessKeySecret: "keys", SecretKeySecret: "keys",
		}}, secrets, server.command.Process
	},
	"a container": func(t *testing.T) (s3gateway.Config, map[string]map[string]string, *os.Process) {
		key := base64.StdEncoding.EncodeToString([]byte("the key of the account at Azurite"))
		service, process := azurite(t, key)
		secrets := root("root")
		secrets["azure"] = map[string]string{"accountKey": key}
		return s3gateway.Config{MaxUploadSize: behindLimit, Azure: &s3gateway.Azure{
			Account: "account1", ServiceURL: service, Container: "objects", CredentialsSecret: "azure",
		}}, secrets, process
	},
}

// azurite starts a server of Azure Blob Storage that has the container objects, and gives the URL of its account.
func azurite(t *testing.T, key string) (string, *os.Process) {
	t.Helper()
	program := os.Getenv(azuriteEnv)
	if program == "" {
		t.Skipf("%s is not set: hack/backends.sh installs Azurite, and make test-backends runs this", azuriteEnv)
	}
	address := free(t)
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command("node", program, "--blobHost", host, "--blobPort", port, "--location", t.TempDir(), "--skipApiVersionCheck",
		"--disableTelemetry", "--silent")
	command.Env = append(os.Environ(), "AZURITE_ACCOUNTS=account1:"+key)
	command.Stderr = t.Output()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	service := "http://" + address + "/account1"
	credential, err := azblob.NewSharedKeyCredential("account1", key)
	if err != nil {
		t.Fatal(err)
	}
	client, err := azblob.NewClientWithSharedKeyCredential(service, credential, nil)
	if err != nil {
		t.Fatal(err)
	}
	listens(t, address)
	if _, err := client.CreateContainer(t.Context(), "objects", nil); err != nil {
		t.Fatal(err)
	}
	return service, command.Process
}

// listens waits until somebody does at an address.
func listens(t *testing.T, address string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited 30 s for a server: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestWhatIsBehindIt(t *testing.T) {
	for name, place := range behind {
		t.Run(name, func(t *testing.T) {
			config, secrets, other := place(t)
			people := newIssuer(t, httptest.NewServer)
			config.SignIn = people.signIn()
			p := launch(t, config, secrets)
			p.ready(http.StatusOK)
			client := p.client("root")
			if other == nil {
				if err := client.MakeBucket(t.Context(), "objects", minio.MakeBucketOptions{}); err != nil {
					t.Fatal(err)
				}
			} else {
				oneBucket(t, client)
			}
			t.Run("objects", func(t *testing.T) { wholeObjects(t, client) })
			t.Run("limit", func(t *testing.T) { limitOfObjects(t, client) })
			t.Run("parts", func(t *testing.T) { objectsInParts(t, client) })
			t.Run("people", func(t *testing.T) { objectsOfPeople(t, p.as(people.token("writer")), p.as(people.token("reader"))) })
			if other != nil {
				t.Run("away", func(t *testing.T) { awayAndBack(t, p, other) })
			}
		})
	}
}

// oneBucket wants that of the spec, and no way to another one.
func oneBucket(t *testing.T, client *minio.Core) {
	buckets, err := client.ListBuckets(t.Context())
	if err != nil || len(buckets) != 1 || buckets[0].Name != "objects" {
		t.Errorf("got %v, %v", buckets, err)
	}
	if err := client.MakeBucket(t.Context(), "another", minio.MakeBucketOptions{}); minio.ToErrorResponse(err).Code != "AccessDenied" {
		t.Errorf("another bucket: %v", err)
	}
	if err := client.RemoveBucket(t.Context(), "objects"); minio.ToErrorResponse(err).Code != "AccessDenied" {
		t.Errorf("the bucket: %v", err)
	}
}

func wholeObjects(t *testing.T, client *minio.Core) {
	ctx := t.Context()
	content := []byte(strings.Repeat("0123456789", 100))
	for _, key := range []string{"folder/a", "folder/b", "c"} {
		if _, err := client.Client.PutObject(ctx, "objects", key, bytes.NewReader(content), int64(len(content)), minio.PutObjectOptions{
			ContentType: "text/x-kept", UserMetadata: map[string]string{"Team": "red"},
		}); err != nil {
			t.Fatal(err)
		}
	}
	info, err := client.StatObject(ctx, "objects", "folder/a", minio.StatObjectOptions{})
	if err != nil || info.Size != 1000 || info.UserMetadata["Team"] != "red" || info.ContentType != "text/x-kept" {
		t.Errorf("got %+v, %v", info, err)
	}
	ranged := minio.GetObjectOptions{}
	if err := ranged.SetRange(5, 14); err != nil {
		t.Fatal(err)
	}
	part, _, _, err := client.GetObject(ctx, "objects", "folder/a", ranged)
	if err != nil {
		t.Fatal(err)
	}
	defer part.Close()
	if got, err := io.ReadAll(part); err != nil || string(got) != "5678901234" {
		t.Errorf("a range: %q, %v", got, err)
	}
	var keys []string
	for object := range client.Client.ListObjects(ctx, "objects", minio.ListObjectsOptions{Prefix: "folder/", Recursive: true}) {
		keys = append(keys, object.Key)
	}
	if got := strings.Join(keys, " "); got != "folder/a folder/b" {
		t.Errorf("a listing: %q", got)
	}
	link, err := client.PresignedGetObject(ctx, "objects", "c", time.Minute, url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(link.String())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got, err := io.ReadAll(response.Body); err != nil || !bytes.Equal(got, content) {
		t.Errorf("a presigned URL: %s, %d bytes, %v", response.Status, len(got), err)
	}
	if _, err := client.Client.CopyObject(ctx, minio.CopyDestOptions{Bucket: "objects", Object: "copy"},
		minio.CopySrcOptions{Bucket: "objects", Object: "c"}); err != nil {
		t.Errorf("a copy: %v", err)
	}
	if err := client.RemoveObject(ctx, "objects", "c", minio.RemoveObjectOptions{}); err != nil {
		t.Error(err)
	}
	if _, err := client.StatObject(ctx, "objects", "c", minio.StatObjectOptions{}); minio.ToErrorResponse(err).StatusCode != http.StatusNotFound {
		t.Errorf("a deleted object: %v", err)
	}
}

func limitOfObjects(t *testing.T, client *minio.Core) {
	put(t, client, "objects", "at-the-limit", behindLimit)
	_, err := client.PutObject(t.Context(), "objects", "above", bytes.NewReader(make([]byte, behindLimit+1)), behindLimit+1, "", "",
		minio.PutObjectOptions{})
	if minio.ToErrorResponse(err).Code != "EntityTooLarge" {
		t.Errorf("above the limit: %v", err)
	}
	if _, err := client.StatObject(t.Context(), "objects", "above", minio.StatObjectOptions{}); minio.ToErrorResponse(err).StatusCode != http.StatusNotFound {
		t.Errorf("what was refused is there: %v", err)
	}
}

func objectsInParts(t *testing.T, client *minio.Core) {
	ctx := t.Context()
	send := func(id string, number int, size int64) (minio.CompletePart, error) {
		sent, err := client.PutObjectPart(ctx, "objects", "parts", id, number, bytes.NewReader(make([]byte, size)), size, minio.PutObjectPartOptions{})
		return minio.CompletePart{PartNumber: number, ETag: sent.ETag}, err
	}
	id, err := client.NewMultipartUpload(ctx, "objects", "parts", minio.PutObjectOptions{UserMetadata: map[string]string{"Team": "blue"}})
	if err != nil {
		t.Fatal(err)
	}
	first, err := send(id, 1, partSize)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := send(id, 2, behindLimit-partSize+1); minio.ToErrorResponse(err).Code != "EntityTooLarge" {
		t.Errorf("a part too many: %v", err)
	}
	second, err := send(id, 2, behindLimit-partSize)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CompleteMultipartUpload(ctx, "objects", "parts", id, []minio.CompletePart{first, second}, minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	info, err := client.StatObject(ctx, "objects", "parts", minio.StatObjectOptions{})
	if err != nil || info.Size != behindLimit || info.UserMetadata["Team"] != "blue" {
		t.Errorf("got %+v, %v", info, err)
	}
	id, err = client.NewMultipartUpload(ctx, "objects", "given-up", minio.PutObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.AbortMultipartUpload(ctx, "objects", "given-up", id); err != nil {
		t.Error(err)
	}
	// Nothing of an upload is an object.
	for object := range client.Client.ListObjects(ctx, "objects", minio.ListObjectsOptions{Recursive: true}) {
		if object.Err != nil || strings.Contains(object.Key, "given-up") || strings.Contains(object.Key, "tmp") {
			t.Errorf("listed: %+v", object)
		}
	}
}

// as is a client of somebody who signs in.
func (p *process) as(token string) *minio.Core {
	p.t.Helper()
	keys, err := credentials.NewSTSWebIdentity("http://"+p.address, func() (*credentials.WebIdentityToken, error) {
		return &credentials.WebIdentityToken{Token: token}, nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	client, err := minio.NewCore(p.address, &minio.Options{Creds: keys, Region: "us-east-1"})
	if err != nil {
		p.t.Fatal(err)
	}
	return client
}

// objectsOfPeople does with bought keys what wholeObjects and objectsInParts do with those of root.
func objectsOfPeople(t *testing.T, writer, reader *minio.Core) {
	wholeObjects(t, writer)
	objectsInParts(t, writer)
	if buckets, err := reader.ListBuckets(t.Context()); err != nil || len(buckets) != 1 || buckets[0].Name != "objects" {
		t.Errorf("a reader sees %v, %v", buckets, err)
	}
	if _, err := reader.StatObject(t.Context(), "objects", "folder/a", minio.StatObjectOptions{}); err != nil {
		t.Errorf("a reader: %v", err)
	}
	_, err := reader.PutObject(t.Context(), "objects", "folder/a", strings.NewReader("a"), 1, "", "", minio.PutObjectOptions{})
	if minio.ToErrorResponse(err).Code != "AccessDenied" {
		t.Errorf("a reader writes: %v", err)
	}
	if err := writer.RemoveBucket(t.Context(), "objects"); minio.ToErrorResponse(err).Code != "AccessDenied" {
		t.Errorf("a writer deletes the bucket: %v", err)
	}
}

// awayAndBack holds what is behind the gateway for a while: it says so, and serves again without a restart.
func awayAndBack(t *testing.T, p *process, other *os.Process) {
	if err := other.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	told := p.ready(http.StatusServiceUnavailable)
	if err := other.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(told, `"objects"`) {
		t.Errorf("got %s", told)
	}
	p.ready(http.StatusOK)
}
