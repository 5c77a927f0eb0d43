package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// logLines is a writer that may be read while the stand-in writes.
type logLines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logLines) wait(t *testing.T, pattern string) []string {
	t.Helper()
	wanted := regexp.MustCompile(pattern)
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if found := wanted.FindStringSubmatch(l.String()); found != nil {
			return found
		}
	}
	t.Fatalf("no log line matches %s in 10 s:\n%s", pattern, l)
	return nil
}

type standin struct {
	host, file string
	log        *logLines
	stop       func() error
}

// start runs `operand serve` as a process would, on a free port.
func start(t *testing.T, format string) *standin {
	t.Helper()
	s := &standin{log: &logLines{}, file: write(t, fmt.Sprintf(format, t.TempDir()))}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"serve", s.file}, s.log) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { _ = s.stop() })
	s.host = s.log.wait(t, `"message":"serving","address":"([^"]+)"`)[1]
	return s
}

func (s *standin) status(t *testing.T, method, path string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.host+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func (s *standin) push(t *testing.T, repository string) (v1.Hash, error) {
	t.Helper()
	image, err := random.Image(1024, 2)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest, remote.Write(s.reference(t, repository+":v1"), image)
}

func (s *standin) reference(t *testing.T, path string) name.Reference {
	t.Helper()
	reference, err := name.ParseReference(s.host+"/"+path, name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	return reference
}

const open = `{"storage":{"rootDirectory":"%s"},"http":{"address":"127.0.0.1","port":"0"},"log":{"level":"info"},
	"extensions":{"metrics":{"enable":true,"prometheus":{"path":"/metrics"}}}}`

func TestServesARegistry(t *testing.T) {
	s := start(t, open)
	first, _, _ := strings.Cut(s.log.String(), "\n")
	var line map[string]any
	if err := json.Unmarshal([]byte(first), &line); err != nil || line["message"] != standIn {
		t.Errorf("the first log line is %q (%v), not the word that this is a stand-in", first, err)
	}
	digest, err := s.push(t, "demo/hello")
	if err != nil {
		t.Fatal(err)
	}
	pulled, err := remote.Image(s.reference(t, "demo/hello@"+digest.String()))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pulled.Digest(); err != nil || got != digest {
		t.Errorf("pulled %v (%v), pushed %v", got, err, digest)
	}
	for _, path := range []string{"/v2/", "/livez", "/readyz", "/startupz", "/metrics", "/v2/_catalog", "/v2/demo/hello/tags/list"} {
		if got := s.status(t, http.MethodGet, path); got != http.StatusOK {
			t.Errorf("GET %s: %d", path, got)
		}
	}
	if got := s.status(t, http.MethodDelete, "/v2/demo/hello/manifests/"+digest.String()); got != http.StatusAccepted {
		t.Errorf("DELETE: %d", got)
	}
	if err := s.stop(); err != nil {
		t.Errorf("ending by signal is an error: %v", err)
	}
}

func TestMetricsAreOffByDefault(t *testing.T) {
	s := start(t, `{"storage":{"rootDirectory":"%s"},"http":{"port":"0"}}`)
	if got := s.status(t, http.MethodGet, "/metrics"); got != http.StatusNotFound {
		t.Errorf("GET /metrics: %d", got)
	}
}

const guarded = `{"storage":{"rootDirectory":"%s"},"http":{"port":"0","accessControl":{"repositories":{
	"**":{"anonymousPolicy":["read"]},"public/**":{"anonymousPolicy":["read","create"]},"public/hidden":{"anonymousPolicy":[]}}}},
	"log":{"level":"info"},"extensions":{"metrics":{"enable":true}}}`

func TestAnonymousRules(t *testing.T) {
	s := start(t, guarded)
	digest, err := s.push(t, "public/app")
	if err != nil {
		t.Fatalf("create is granted for public/**: %v", err)
	}
	if _, err := s.push(t, "public/app"); err == nil {
		t.Error("moving a tag needs update, which is not granted")
	}
	for _, tc := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/v2/", http.StatusOK},
		{http.MethodGet, "/v2/public/app/tags/list", http.StatusOK},
		{http.MethodHead, "/v2/public/app/manifests/v1", http.StatusOK},
		{http.MethodDelete, "/v2/public/app/manifests/" + digest.String(), http.StatusUnauthorized},
		{http.MethodPost, "/v2/other/blobs/uploads/", http.StatusUnauthorized},
		{http.MethodGet, "/v2/other/tags/list", http.StatusNotFound},
		{http.MethodGet, "/v2/public/hidden/tags/list", http.StatusUnauthorized},
		{http.MethodGet, "/metrics", http.StatusUnauthorized},
		{http.MethodGet, "/readyz", http.StatusOK},
	} {
		if got := s.status(t, tc.method, tc.path); got != tc.want {
			t.Errorf("%s %s: %d, want %d", tc.method, tc.path, got, tc.want)
		}
	}
}

func TestSignInGrantsNothingByItself(t *testing.T) {
	s := start(t, `{"storage":{"rootDirectory":"%s"},"http":{"port":"0","auth":{"apikey":true}}}`)
	for _, path := range []string{"/v2/", "/v2/_catalog", "/v2/app/tags/list"} {
		if got := s.status(t, http.MethodGet, path); got != http.StatusUnauthorized {
			t.Errorf("GET %s: %d", path, got)
		}
	}
}

func TestReloadsWhatIsWrittenInPlace(t *testing.T) {
	s := start(t, guarded)
	if _, err := s.push(t, "other"); err == nil {
		t.Fatal("create is not granted yet")
	}
	old, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, s.file, strings.Repeat("x", len(old)))
	s.log.wait(t, "refused, the old one stays in force")
	if got := s.status(t, http.MethodGet, "/v2/other/tags/list"); got != http.StatusNotFound {
		t.Errorf("the old rules grant read: %d", got)
	}
	overwrite(t, s.file, strings.Replace(string(old), `"**":{"anonymousPolicy":["read"]}`, `"**":{"anonymousPolicy":["read","create"]}`, 1))
	s.log.wait(t, "is in force")
	if _, err := s.push(t, "other"); err != nil {
		t.Errorf("create is granted now: %v", err)
	}
}

// overwrite does what the config agent does: one write, no truncation.
func overwrite(t *testing.T, path, content string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte(content), 0); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestCommandLine(t *testing.T) {
	for _, tc := range []struct {
		args []string
		good bool
	}{
		{[]string{"--version"}, true},
		{[]string{"verify", write(t, minimal(`{}`))}, true},
		{[]string{"verify", write(t, `{}`)}, false},
		{[]string{"serve", write(t, `{"http":{"port":"0"}}`)}, false},
		{[]string{"serve", write(t, driver(`"name":"azure"`))}, false},
		{nil, false},
	} {
		if err := run(t.Context(), tc.args, &logLines{}); (err == nil) != tc.good {
			t.Errorf("%v: %v", tc.args, err)
		}
	}
}
