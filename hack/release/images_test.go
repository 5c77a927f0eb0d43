package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// report is what `image inspect --json` prints of an index.
type report struct {
	Digest string
	Images []struct {
		Digest, Platform, User string
		Entrypoint             []string
		Labels                 map[string]string
		Layers                 []struct {
			Files []struct{ Path, Type, SHA256 string }
		}
	}
}

// inspect checks an archive as hack/image does: static programs of the right architecture, one file a layer, nobody's to write, no shell.
func inspect(t *testing.T, archive string, more ...string) report {
	t.Helper()
	args := append([]string{"-C", "../image", "run", ".", "inspect", "--json", "--check", "--archive", archive}, more...)
	complaints := &bytes.Buffer{}
	command := exec.Command("go", args...) // #nosec G204 -- a test
	command.Stderr = complaints
	printed, err := command.Output()
	if err != nil {
		t.Fatalf("image inspect %s: %v\n%s", archive, err, complaints)
	}
	out := report{}
	if err := json.Unmarshal(printed, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Each archive holds an index of the architectures, of images as their Dockerfiles describe them: labels, user, what is started, which
// programs there are; and as data exactly the files of bundle-x.y.z.tar.gz and catalog.yaml. The archives of one architecture hold the same
// images as the index.
func (m made) images(t *testing.T) {
	context := t.TempDir()
	for name, content := range unpacked(t, read(t, m.folder, "bundle-"+m.version+".tar.gz")) {
		put(t, string(content), context, name)
	}
	put(t, string(read(t, m.folder, "catalog.yaml")), context, "catalog", packageName, "catalog.yaml")
	kinds := map[string]contents{"operator-bundle": {dockerfile: "bundle.Dockerfile"}, "operator-catalog": {dockerfile: "catalog/Dockerfile"}}
	maps.Copy(kinds, withPrograms)
	for name, kind := range kinds {
		got := inspect(t, m.archive(name), append(kind.arguments(t, m.version), "--context", context)...)
		platforms := []string{}
		for _, one := range got.Images {
			arch := strings.TrimPrefix(one.Platform, "linux/")
			platforms = append(platforms, arch)
			if len(kind.programs) == 0 {
				if len(one.Entrypoint) > 0 {
					t.Errorf("%s is data, and starts %v", name, one.Entrypoint)
				}
				continue
			}
			single := imageOf(t, filepath.Join(m.folder, name+"-"+m.version+"-linux-"+arch+".oci.tar"))
			if single != one.Digest {
				t.Errorf("the archive of %s for %s holds %s, the index %s", name, arch, single, one.Digest)
			}
		}
		if !slices.Equal(platforms, m.archs) {
			t.Errorf("%s is for %v, want %v", name, platforms, m.archs)
		}
	}
}

// imageOf is the digest of the image, or of the index, of an archive.
func imageOf(t *testing.T, archive string) string {
	t.Helper()
	index := struct{ Manifests []struct{ Digest string } }{}
	if err := json.Unmarshal(entries(t, archive)["index.json"], &index); err != nil || len(index.Manifests) != 1 {
		t.Fatalf("%s: %v, %+v", archive, err, index)
	}
	return index.Manifests[0].Digest
}

func entries(t *testing.T, archive string) map[string][]byte {
	t.Helper()
	out, reader := map[string][]byte{}, tar.NewReader(bytes.NewReader(read(t, archive)))
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if out[header.Name], err = io.ReadAll(reader); err != nil {
			t.Fatal(err)
		}
	}
}
