package registry

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	ggcr "github.com/google/go-containerregistry/pkg/registry"
)

// maxManifest is the limit that the distribution specification suggests.
const maxManifest = 4 << 20

// New returns the handler of a registry that keeps its content below dir.
func New(dir string, logger *log.Logger) (http.Handler, error) {
	blobs := filepath.Join(dir, "blobs")
	if err := os.MkdirAll(blobs, 0o755); err != nil {
		return nil, fmt.Errorf("create folder of blobs: %w", err)
	}
	journal, entries, err := openJournal(filepath.Join(dir, "manifests.jsonl"))
	if err != nil {
		return nil, err
	}
	backend := ggcr.New(
		ggcr.WithBlobHandler(ggcr.NewDiskBlobHandler(blobs)),
		ggcr.WithReferrersSupport(true),
		ggcr.Logger(logger),
	)
	for _, e := range entries {
		if status := e.replay(backend); status >= http.StatusBadRequest {
			return nil, fmt.Errorf("replay %s %s: status %d", e.Method, e.Path, status)
		}
	}
	return &handler{backend: backend, journal: journal}, nil
}

type handler struct {
	backend http.Handler
	journal *journal
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !changesManifest(r) {
		h.backend.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxManifest))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	h.backend.ServeHTTP(answer, r)
	if answer.Code < http.StatusBadRequest {
		e := entry{Method: r.Method, Path: r.URL.Path, ContentType: r.Header.Get("Content-Type"), Body: body}
		if err := h.journal.append(e); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // a client that has gone away
}

func changesManifest(r *http.Request) bool {
	return (r.Method == http.MethodPut || r.Method == http.MethodDelete) && strings.Contains(r.URL.Path, "/manifests/")
}
