package image

import (
	"context"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func build(t *testing.T) v1.Image {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "binary")
	if err := os.WriteFile(binary, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	image, err := Static{Files: map[string]string{"/bin/thing": binary}, Entrypoint: []string{"/bin/thing"}, User: "1000:1000"}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func digestOf(t *testing.T, image v1.Image) string {
	t.Helper()
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

func TestSameFilesSameDigest(t *testing.T) {
	if first, second := digestOf(t, build(t)), digestOf(t, build(t)); first != second {
		t.Errorf("digests %s and %s", first, second)
	}
}

func TestOpenKeepsTheDigest(t *testing.T) {
	image := build(t)
	folder := t.TempDir()
	path, err := layout.Write(folder, empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	if err := path.AppendImage(image); err != nil {
		t.Fatal(err)
	}
	opened, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	if got := digestOf(t, opened); got != digestOf(t, image) {
		t.Errorf("digest %s of the layout, want %s", got, digestOf(t, image))
	}

	archive := filepath.Join(t.TempDir(), "image.tar")
	tag, err := name.NewTag("example.com/thing:v1")
	if err != nil {
		t.Fatal(err)
	}
	if err := tarball.WriteToFile(archive, tag, image); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(archive); err != nil {
		t.Error(err)
	}
}

func TestPushDropsTheHostOfTheName(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	image := build(t)
	want := digestOf(t, image)
	for reference, place := range map[string]string{
		"ghcr.io/project-zot/zot:v2.1.20":       "/project-zot/zot:v2.1.20",
		"ghcr.io/project-zot/other@" + want:     "/project-zot/other@" + want,
		"busybox":                               "/library/busybox:latest",
		"registry.example.com:5000/a/b/c:other": "/a/b/c:other",
	} {
		if got, err := Push(context.Background(), address, reference, image); err != nil || got != want {
			t.Errorf("push %s: %s, %v", reference, got, err)
			continue
		}
		ref, err := name.ParseReference(address + place)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := remote.Head(ref); err != nil {
			t.Errorf("%s is not at %s: %v", reference, place, err)
		}
	}
	other := "ghcr.io/project-zot/zot@sha256:" + strings.Repeat("0", 64)
	if _, err := Push(context.Background(), address, other, image); err == nil {
		t.Error("an image was pushed under the digest of another")
	}
}
