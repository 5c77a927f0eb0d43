package backend

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// evidence is a pod whose zot has been given this configuration and these files.
func evidence(t *testing.T, config map[string]any, files map[string]string, credentials ...handover.Credential) agent.Evidence {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return agent.Evidence{Config: map[string]any{"storage": config}, RunDir: dir, Credentials: credentials}
}

// canned answers every request alike, and keeps the last one.
type canned struct {
	status int
	kind   string
	body   string
	asked  *http.Request
}

func (c *canned) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.asked = r.Clone(r.Context())
	if c.kind != "" {
		w.Header().Set("Content-Type", c.kind)
	}
	w.WriteHeader(c.status)
	_, _ = w.Write([]byte(c.body))
}

// authority of a server of net/http/httptest.
func authority(server *httptest.Server) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
}

// expect holds a check against a fault and the words that its message must have.
func expect(t *testing.T, got *handover.Check, subject handover.Subject, fault handover.Fault, words ...string) {
	t.Helper()
	if got == nil {
		t.Fatal("nothing was looked at")
	}
	if got.Subject != subject || got.Fault != fault || (fault == "") != (got.Message == "") {
		t.Errorf("got %+v, want fault %q of %s", *got, fault, subject)
	}
	for _, word := range words {
		if !strings.Contains(got.Message, word) {
			t.Errorf("the message does not say %q: %s", word, got.Message)
		}
	}
}
