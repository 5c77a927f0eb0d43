package registry_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	ggcr "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/zot-artifact-store/operator/test/e2e/registry"
)

func serve(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func TestPushAndPull(t *testing.T) {
	address := serve(t)
	for _, format := range []registry.Format{registry.OCI, registry.Docker} {
		image, err := registry.Push(t.Context(), address, "team/app", "v1", format)
		if err != nil {
			t.Fatal(err)
		}
		if err := registry.Pull(t.Context(), address, image); err != nil {
			t.Error(err)
		}
	}
	missing := registry.Image{Repository: "team/app", Digest: v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("0", 64)}}
	if err := registry.Pull(t.Context(), address, missing); err == nil {
		t.Error("an image that was never pushed was pulled")
	}
	if may, err := registry.MayPush(t.Context(), address, "team/app"); err != nil || !may {
		t.Errorf("an open registry refuses an upload: %v, %v", may, err)
	}
	if err := registry.Answers(t.Context(), address); err != nil {
		t.Error(err)
	}
}

func TestSendAndResolve(t *testing.T) {
	address := serve(t)
	sent, err := registry.Client{}.Send(t.Context(), address, "team/app", "v1", registry.OCI)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := (registry.Client{}).Resolve(t.Context(), address, "team/app", "v1"); err != nil || found != sent.Digest {
		t.Errorf("the tag leads to %s, %v; sent was %s", found, err, sent.Digest)
	}
	if found, err := (registry.Client{}).Resolve(t.Context(), address, "team/app", "v2"); err == nil {
		t.Errorf("a tag that nobody has sent leads to %s", found)
	}
}

func TestDenied(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/" {
			return
		}
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(server.Close)
	address := strings.TrimPrefix(server.URL, "http://")
	if err := registry.Answers(t.Context(), "127.0.0.1:1"); err == nil {
		t.Error("nobody answers")
	}
	if may, err := registry.MayPush(t.Context(), address, "team/app"); err != nil || may {
		t.Errorf("got %v, %v, want a refusal", may, err)
	}
	if _, err := registry.Push(t.Context(), address, "team/app", "v1", registry.OCI); !registry.Denied(err) {
		t.Errorf("got %v, want a refusal", err)
	}
}
