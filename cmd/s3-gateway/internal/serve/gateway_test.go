package serve_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/mounted"
	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/serve"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

const (
	rootAccess = "root-access"
	rootSecret = "root-secret-key"
	mib        = 1 << 20
)

// gateway is one that runs in this process. versitygw allows one at a time.
type gateway struct {
	t              *testing.T
	address, state string
	end            context.CancelFunc
	ended          chan error
	transport      *http.Transport
	secure         bool
	access, secret string
	options        serve.Options
	log            *record
}

// prepare gives a gateway with a volume and a limit of 1 MiB, which does not run yet.
func prepare(t *testing.T, dir string) *gateway {
	t.Helper()
	g := &gateway{
		t: t, address: free(t), state: free(t), ended: make(chan error, 1), transport: &http.Transport{},
		access: rootAccess, secret: rootSecret, log: &record{out: t.Output()},
	}
	secrets := filepath.Join(dir, "secrets")
	for _, name := range []string{"data", "run"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(secrets, "root")); err != nil {
		put(t, secrets, "root", map[string]string{s3gateway.RootAccessKey: rootAccess, s3gateway.RootSecretKey: rootSecret + "\n"})
	}
	g.options = serve.Options{
		Config: s3gateway.Config{
			Format: s3gateway.Format, MaxUploadSize: mib, Region: "us-east-1", RootSecret: "root", Filesystem: &s3gateway.Filesystem{},
		},
		DataDir: filepath.Join(dir, "data"), Dirs: mounted.Dirs{Secrets: secrets, ConfigMaps: filepath.Join(dir, "configmaps")},
		RunDir: filepath.Join(dir, "run"), Listen: g.address, StatusListen: g.state,
		Log: slog.New(slog.NewTextHandler(g.log, nil)),
	}
	return g
}

// start runs what prepare gives, with what change makes of it.
func start(t *testing.T, dir string, change ...func(*serve.Options)) *gateway {
	t.Helper()
	g := prepare(t, dir)
	ready := make(chan struct{})
	g.options.Ready = func() { close(ready) }
	for _, change := range change {
		change(&g.options)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { g.ended <- serve.Run(ctx, g.options) }()
	select {
	case <-ready:
	case err := <-g.ended:
		cancel()
		t.Fatalf("the gateway ended at its start: %v", err)
	}
	g.end = cancel
	t.Cleanup(g.stop)
	return g
}

// stop ends the gateway and waits for that. A second stop does nothing.
func (g *gateway) stop() {
	if g.end == nil {
		return
	}
	g.transport.CloseIdleConnections()
	g.end()
	if err := <-g.ended; err != nil {
		g.t.Errorf("the gateway ended with: %v", err)
	}
	g.end = nil
}

// client is minio's, which shares nothing with versitygw.
func (g *gateway) client() *minio.Client {
	g.t.Helper()
	client, err := minio.New(g.address, &minio.Options{
		Creds: credentials.NewStaticV4(g.access, g.secret, ""), Transport: g.transport, Secure: g.secure, Region: "us-east-1",
	})
	if err != nil {
		g.t.Fatal(err)
	}
	return client
}

func (g *gateway) core() *minio.Core { return &minio.Core{Client: g.client()} }

// get asks the gateway's state.
func (g *gateway) get(path string) (int, string) {
	g.t.Helper()
	response, err := http.Get("http://" + g.state + path)
	if err != nil {
		g.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return response.StatusCode, string(text)
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

// put writes a Secret or a ConfigMap as it is mounted.
func put(t *testing.T, parent, name string, values map[string]string) {
	t.Helper()
	dir := filepath.Join(parent, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for key, value := range values {
		if err := os.WriteFile(filepath.Join(dir, key), []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func must[T any](t *testing.T) func(value T, err error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func bytesOf(size int) *bytes.Reader {
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(i * 7 >> 3)
	}
	return bytes.NewReader(content)
}

// refusedAsTooLarge fails unless the error is S3's own for that.
func refusedAsTooLarge(t *testing.T, err error) {
	t.Helper()
	var answer minio.ErrorResponse
	if !errors.As(err, &answer) || answer.Code != "EntityTooLarge" || answer.StatusCode != http.StatusBadRequest {
		t.Errorf("got %v, want EntityTooLarge", err)
	}
}

// answer is the error in a response, nil for none.
func answer(response *http.Response) error {
	if response.StatusCode < http.StatusBadRequest {
		return nil
	}
	out := minio.ErrorResponse{}
	if err := xml.NewDecoder(response.Body).Decode(&out); err != nil {
		return fmt.Errorf("%s: %w", response.Status, err)
	}
	out.StatusCode = response.StatusCode
	return out
}

// sha is what minio's signer hashes with.
type sha struct{ hash.Hash }

func (s sha) Close() {}

// record keeps what the gateway logs.
type record struct {
	mutex sync.Mutex
	text  strings.Builder
	out   io.Writer
}

func (r *record) Write(line []byte) (int, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.text.Write(line)
	return r.out.Write(line)
}

func (r *record) String() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.text.String()
}
