package registry

import (
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// serve starts a registry on the content of dir and returns the name of a tag in it.
func serve(t *testing.T, dir string) name.Tag {
	t.Helper()
	handler, err := New(dir, log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	tag, err := name.NewTag(strings.TrimPrefix(server.URL, "http://") + "/project-zot/zot:v1")
	if err != nil {
		t.Fatal(err)
	}
	return tag
}

func push(t *testing.T, tag name.Tag) v1.Hash {
	t.Helper()
	image, err := random.Image(1024, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(tag, image); err != nil {
		t.Fatal(err)
	}
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

// pull reads the whole image and returns its digest.
func pull(t *testing.T, ref name.Reference) (v1.Hash, error) {
	t.Helper()
	image, err := remote.Image(ref)
	if err != nil {
		return v1.Hash{}, err
	}
	layers, err := image.Layers()
	if err != nil {
		return v1.Hash{}, err
	}
	for _, layer := range layers {
		content, err := layer.Compressed()
		if err != nil {
			return v1.Hash{}, err
		}
		if _, err := io.Copy(io.Discard, content); err != nil {
			return v1.Hash{}, err
		}
	}
	return image.Digest()
}

func TestContentSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	first := push(t, serve(t, dir))
	restarted := serve(t, dir)
	if got, err := pull(t, restarted); err != nil || got != first {
		t.Errorf("by tag: %s, %v", got, err)
	}
	second := push(t, restarted) // the same tag
	again := serve(t, dir)
	if got, err := pull(t, again); err != nil || got != second {
		t.Errorf("a moved tag: %s, %v, want %s", got, err, second)
	}
	if got, err := pull(t, again.Digest(first.String())); err != nil || got != first {
		t.Errorf("by digest: %s, %v", got, err)
	}
	if err := remote.Delete(again); err != nil {
		t.Fatal(err)
	}
	if got, err := pull(t, serve(t, dir)); err == nil {
		t.Errorf("a deleted tag came back: %s", got)
	}
}

func TestJournalLosesOnlyTheEntryThatACrashCut(t *testing.T) {
	dir := t.TempDir()
	digest := push(t, serve(t, dir))
	path := filepath.Join(dir, "manifests.jsonl")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(whole, `{"method":"PUT","pa`...), 0o644); err != nil {
		t.Fatal(err)
	}
	tag := serve(t, dir)
	if got, err := pull(t, tag); err != nil || got != digest {
		t.Errorf("after the crash: %s, %v", got, err)
	}
	second := push(t, tag)
	if got, err := pull(t, serve(t, dir)); err != nil || got != second {
		t.Errorf("written after the crash: %s, %v", got, err)
	}
}
