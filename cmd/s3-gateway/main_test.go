package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// asMain makes the test's binary the gateway: versitygw allows one in a process, and here one stands before another.
const asMain = "S3_GATEWAY_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(asMain) != "" {
		main()
	}
	os.Exit(m.Run())
}

// process is a gateway of its own process.
type process struct {
	t        *testing.T
	address  string
	state    string
	dir      string
	command  *exec.Cmd
	messages bytes.Buffer
	// ended is closed when the process has ended, with failure as its verdict.
	ended   chan struct{}
	failure error
}

func launch(t *testing.T, config s3gateway.Config, secrets map[string]map[string]string) *process {
	t.Helper()
	config.Format, config.Region, config.RootSecret = s3gateway.Format, "us-east-1", "root"
	document, err := config.Encode()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, values := range secrets {
		for key, value := range values {
			mount(t, filepath.Join(dir, "secrets", name, key), value)
		}
	}
	return begin(t, dir, document)
}

// mount writes a key of a Secret or a ConfigMap where the kubelet would.
func mount(t *testing.T, file, value string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(value), 0o600); err != nil {
		t.Fatal(err)
	}
}

// begin starts a gateway with a document and what is mounted in a folder.
func begin(t *testing.T, dir, document string) *process {
	t.Helper()
	p := &process{t: t, address: free(t), state: free(t), dir: dir, ended: make(chan struct{})}
	for _, name := range []string{"data", "run"} {
		if err := os.MkdirAll(filepath.Join(p.dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	p.command = exec.Command(os.Args[0], "--listen="+p.address, "--status-listen="+p.state, "--data-dir="+p.dir+"/data",
		"--secrets-dir="+p.dir+"/secrets", "--configmaps-dir="+p.dir+"/configmaps", "--run-dir="+p.dir+"/run",
		"--termination-log="+p.dir+"/words")
	p.command.Env = append(os.Environ(), asMain+"=1", s3gateway.ConfigEnv+"="+document)
	p.command.Stderr = &p.messages
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.failure = p.command.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("%s", p.messages.String())
		}
	})
	return p
}

// root are the keys of every gateway here.
func root(access string) map[string]map[string]string {
	return map[string]map[string]string{"root": {s3gateway.RootAccessKey: access, s3gateway.RootSecretKey: access + "-secret"}}
}

func (p *process) client(access string) *minio.Core {
	p.t.Helper()
	core, err := minio.NewCore(p.address, &minio.Options{Creds: credentials.NewStaticV4(access, access+"-secret", ""), Region: "us-east-1"})
	if err != nil {
		p.t.Fatal(err)
	}
	return core
}

// ready gives the last answer of the gateway about itself, and waits until it is the wanted one.
func (p *process) ready(want int) string {
	p.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		response, err := http.Get("http://" + p.state + s3gateway.ReadyPath)
		if err == nil {
			text, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if response.StatusCode == want && !strings.Contains(string(text), "not served yet") {
				return string(text)
			}
			err = fmt.Errorf("%s %s", response.Status, text)
		}
		select {
		case <-p.ended:
			p.t.Fatalf("the gateway has ended: %v", p.failure)
		default:
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("waited 30 s for %d, last: %v", want, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func free(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func filesystem(limit int64) s3gateway.Config {
	return s3gateway.Config{MaxUploadSize: limit, Filesystem: &s3gateway.Filesystem{}}
}

func TestItEndsInGoodOrder(t *testing.T) {
	p := launch(t, filesystem(1<<20), root("root"))
	p.ready(http.StatusOK)
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if <-p.ended; p.failure != nil {
		t.Errorf("after SIGTERM: %v", p.failure)
	}
	for line := range strings.Lines(strings.TrimSpace(p.messages.String())) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line of the log is no JSON: %s", line)
		}
	}
}

func TestItsLastWordsSayWhatIsWrong(t *testing.T) {
	secrets := root("root")
	secrets["authorities"] = map[string]string{"ca.crt": "nonsense"}
	config := filesystem(1 << 20)
	config.CA = &s3gateway.CA{Secret: "authorities"}
	p := launch(t, config, secrets)
	if <-p.ended; p.failure == nil {
		t.Error("it ends well with a bundle that is none")
	}
	words, err := os.ReadFile(p.dir + "/words")
	if err != nil || !strings.Contains(string(words), "no certificate in PEM form") {
		t.Errorf("%q, %v", words, err)
	}
}

// A gateway before a bucket of another S3 server, which is a gateway with a volume.
func TestABucketBehindIt(t *testing.T) {
	ctx := context.Background()
	const limit = 6 << 20
	behind := launch(t, filesystem(100<<20), root("server"))
	behind.ready(http.StatusOK)
	server := behind.client("server")
	for _, name := range []string{"objects", "registry"} {
		if err := server.MakeBucket(ctx, name, minio.MakeBucketOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	put(t, server, "registry", "blob", 1)

	secrets := root("root")
	secrets["keys"] = map[string]string{"access-key": "server", "secret-key": "server-secret"}
	p := launch(t, s3gateway.Config{MaxUploadSize: limit, S3: &s3gateway.S3{
		Endpoint: "http://" + behind.address, Region: "us-east-1", Bucket: "objects", AccessKeySecret: "keys", SecretKeySecret: "keys",
	}}, secrets)
	p.ready(http.StatusOK)
	client := p.client("root")

	put(t, client, "objects", "folder/small", 1000)
	info, err := client.StatObject(ctx, "objects", "folder/small", minio.StatObjectOptions{})
	if err != nil || info.Size != 1000 || info.UserMetadata["Team"] != "red" {
		t.Errorf("got %+v, %v", info, err)
	}
	if _, err := server.StatObject(ctx, "objects", "folder/small", minio.StatObjectOptions{}); err != nil {
		t.Errorf("it is not in the bucket: %v", err)
	}
	put(t, client, "objects", "at-the-limit", limit)
	if _, err := client.PutObject(ctx, "objects", "above", bytes.NewReader(make([]byte, limit+1)), limit+1, "", "", minio.PutObjectOptions{}); minio.ToErrorResponse(err).Code != "EntityTooLarge" {
		t.Errorf("above the limit: %v", err)
	}

	id, err := client.NewMultipartUpload(ctx, "objects", "parts", minio.PutObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	part, err := client.PutObjectPart(ctx, "objects", "parts", id, 1, bytes.NewReader(make([]byte, 5<<20)), 5<<20, minio.PutObjectPartOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutObjectPart(ctx, "objects", "parts", id, 2, bytes.NewReader(make([]byte, 1<<20+1)), 1<<20+1, minio.PutObjectPartOptions{}); minio.ToErrorResponse(err).Code != "EntityTooLarge" {
		t.Errorf("a part too many: %v", err)
	}
	// Somebody else may add a part behind the gateway's back: the end counts what is there.
	other, err := server.PutObjectPart(ctx, "objects", "parts", id, 3, bytes.NewReader(make([]byte, 2<<20)), 2<<20, minio.PutObjectPartOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CompleteMultipartUpload(ctx, "objects", "parts", id, []minio.CompletePart{
		{PartNumber: 1, ETag: part.ETag}, {PartNumber: 3, ETag: other.ETag},
	}, minio.PutObjectOptions{}); minio.ToErrorResponse(err).Code != "EntityTooLarge" {
		t.Errorf("the end of an upload above the limit: %v", err)
	}

	// The account behind it has another bucket, and nobody sees it.
	buckets, err := client.ListBuckets(ctx)
	if err != nil || len(buckets) != 1 || buckets[0].Name != "objects" {
		t.Errorf("got %v, %v", buckets, err)
	}
	if _, err := client.StatObject(ctx, "registry", "blob", minio.StatObjectOptions{}); err == nil {
		t.Error("the registry's bucket can be read")
	}
	if _, err := client.CopyObject(ctx, "registry", "blob", "objects", "stolen", nil, minio.CopySrcOptions{}, minio.PutObjectOptions{}); err == nil {
		t.Error("the registry's bucket can be copied from")
	}
	if err := client.MakeBucket(ctx, "third", minio.MakeBucketOptions{}); minio.ToErrorResponse(err).Code != "AccessDenied" {
		t.Errorf("another bucket: %v", err)
	}
}

func TestWhatIsWrongWithTheBucketIsTold(t *testing.T) {
	behind := launch(t, filesystem(1<<20), root("server"))
	behind.ready(http.StatusOK)
	if err := behind.client("server").MakeBucket(t.Context(), "objects", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	const field = "spec.extensions.s3api.storage.s3."
	away := free(t)
	for name, tc := range map[string]struct {
		endpoint, bucket, access, secret string
		says                             []string
	}{
		"no such bucket": {"http://" + behind.address, "not-there", "server", "server-secret", []string{
			"http://" + behind.address + ` has no bucket "not-there": `, "(404 NoSuchBucket). Create it", field + "bucket",
		}},
		"a wrong secret key": {"http://" + behind.address, "objects", "server", "wrong", []string{
			`does not take the keys in Secret "keys" (` + field + "accessKeySecret, .secretKeySecret): ",
			"(403 SignatureDoesNotMatch). Put the right ones there.",
		}},
		"a wrong access key": {"http://" + behind.address, "objects", "stranger", "server-secret", []string{
			`does not take the keys in Secret "keys"`, "(403 InvalidAccessKeyId).",
		}},
		"a server that is away": {"http://" + away, "objects", "server", "server-secret", []string{
			"there is no connection to http://" + away + `, where bucket "objects" should be: connection refused. See whether ` + field + "endpoint",
		}},
		"https of a plain server": {"https://" + behind.address, "objects", "server", "server-secret", []string{
			"write http:// into " + field + "endpoint",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			secrets := root("root")
			secrets["keys"] = map[string]string{"access-key": tc.access, "secret-key": tc.secret}
			p := launch(t, s3gateway.Config{MaxUploadSize: 1 << 20, S3: &s3gateway.S3{
				Endpoint: tc.endpoint, Region: "us-east-1", Bucket: tc.bucket, AccessKeySecret: "keys", SecretKeySecret: "keys",
			}}, secrets)
			told := p.ready(http.StatusServiceUnavailable)
			for _, words := range tc.says {
				if !strings.Contains(told, words) {
					t.Errorf("got %s, want %s", told, words)
				}
			}
			for _, never := range []string{"RequestID", "  ", "..", tc.secret} {
				if strings.Contains(told, never) {
					t.Errorf("%q is in %s", never, told)
				}
			}
		})
	}
}

func put(t *testing.T, client *minio.Core, bucket, key string, size int64) {
	t.Helper()
	_, err := client.Client.PutObject(context.Background(), bucket, key, bytes.NewReader(make([]byte, size)), size,
		minio.PutObjectOptions{DisableMultipart: true, UserMetadata: map[string]string{"Team": "red"}})
	if err != nil {
		t.Fatal(err)
	}
}
