package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	indexFile  = "index.json"
	layoutFile = "oci-layout"
	layoutText = `{"imageLayoutVersion":"1.0.0"}`
)

// writeArchive writes an OCI image layout in a tar file, with the manifest.json of docker save beside it. It appears
// under its name only when it is complete.
func writeArchive(file string, tag name.Tag, image v1.Image) (err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return fmt.Errorf("making the folder of the archive: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-")
	if err != nil {
		return fmt.Errorf("opening the archive: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary.Name())
		}
	}()
	writer := tar.NewWriter(temporary)
	err = errors.Join(writeLayout(writer, tag, image), writer.Close(), temporary.Chmod(0o644), temporary.Close())
	if err != nil {
		return fmt.Errorf("writing the archive: %w", err)
	}
	if err := os.Rename(temporary.Name(), file); err != nil {
		return fmt.Errorf("putting the archive in place: %w", err)
	}
	return nil
}

func writeLayout(w *tar.Writer, tag name.Tag, image v1.Image) error {
	manifest, err := partial.Descriptor(image)
	if err != nil {
		return fmt.Errorf("describing the image: %w", err)
	}
	// Docker Hub's registry is called otherwise in the names that engines show.
	title := strings.Replace(tag.Name(), name.DefaultRegistry, "docker.io", 1)
	manifest.Annotations = map[string]string{
		"io.containerd.image.name":          title,
		"org.opencontainers.image.ref.name": tag.TagStr(),
	}
	index := v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{*manifest}}
	rawManifest, err := image.RawManifest()
	if err != nil {
		return fmt.Errorf("encoding the manifest: %w", err)
	}
	rawConfig, err := image.RawConfigFile()
	if err != nil {
		return fmt.Errorf("encoding the configuration: %w", err)
	}
	config, err := image.ConfigName()
	if err != nil {
		return fmt.Errorf("digesting the configuration: %w", err)
	}
	layers, err := image.Layers()
	if err != nil {
		return fmt.Errorf("listing the layers: %w", err)
	}
	docker := tarball.Descriptor{Config: blobPath(config), RepoTags: []string{title}}
	for _, layer := range layers {
		digest, err := writeLayer(w, layer)
		if err != nil {
			return err
		}
		docker.Layers = append(docker.Layers, blobPath(digest))
	}
	rawIndex, err := json.Marshal(index)
	if err != nil {
		return fmt.Errorf("encoding the index: %w", err)
	}
	rawDocker, err := json.Marshal(tarball.Manifest{docker})
	if err != nil {
		return fmt.Errorf("encoding manifest.json: %w", err)
	}
	return errors.Join(
		writeEntry(w, blobPath(config), rawConfig),
		writeEntry(w, blobPath(manifest.Digest), rawManifest),
		writeEntry(w, indexFile, rawIndex),
		writeEntry(w, "manifest.json", rawDocker),
		writeEntry(w, layoutFile, []byte(layoutText)),
	)
}

func blobPath(digest v1.Hash) string { return "blobs/" + digest.Algorithm + "/" + digest.Hex }

func writeLayer(w *tar.Writer, layer v1.Layer) (v1.Hash, error) {
	digest, err := layer.Digest()
	if err != nil {
		return v1.Hash{}, fmt.Errorf("digesting a layer: %w", err)
	}
	content, err := layer.Compressed()
	if err != nil {
		return v1.Hash{}, fmt.Errorf("compressing layer %s: %w", digest, err)
	}
	data, err := io.ReadAll(content)
	if err := errors.Join(err, content.Close()); err != nil {
		return v1.Hash{}, fmt.Errorf("reading layer %s: %w", digest, err)
	}
	return digest, writeEntry(w, blobPath(digest), data)
}

func writeEntry(w *tar.Writer, path string, data []byte) error {
	header := &tar.Header{
		Typeflag: tar.TypeReg, Name: path, Mode: 0o644, Size: int64(len(data)), ModTime: epoch.Time, Format: tar.FormatUSTAR,
	}
	if err := w.WriteHeader(header); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// readArchive opens what writeArchive wrote, or the archive of a docker save without an OCI layout inside.
func readArchive(file string) (v1.Image, error) {
	entries, err := readEntries(file)
	if err != nil {
		return nil, fmt.Errorf("reading the archive %s: %w", file, err)
	}
	if entries[indexFile] == nil {
		image, err := tarball.ImageFromPath(file, nil)
		if err != nil {
			return nil, fmt.Errorf("%s is neither an OCI layout nor an archive of docker save: %w", file, err)
		}
		return image, nil
	}
	var index v1.IndexManifest
	if err := json.Unmarshal(entries[indexFile], &index); err != nil {
		return nil, fmt.Errorf("%s: reading %s: %w", file, indexFile, err)
	}
	if len(index.Manifests) != 1 {
		return nil, fmt.Errorf("%s holds %d images, not one", file, len(index.Manifests))
	}
	manifest := index.Manifests[0]
	core := &archived{entries: entries, raw: entries[blobPath(manifest.Digest)], mediaType: manifest.MediaType}
	image, err := partial.CompressedToImage(core)
	if err != nil {
		return nil, fmt.Errorf("%s: reading the image: %w", file, err)
	}
	if digest, err := image.Digest(); err != nil || digest != manifest.Digest {
		return nil, fmt.Errorf("%s: the manifest has digest %s, the index says %s: the archive is damaged", file, digest, manifest.Digest)
	}
	return image, nil
}

func readEntries(file string) (map[string][]byte, error) {
	f, err := os.Open(file) // #nosec G304 -- the flag names the file
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	entries := map[string][]byte{}
	reader := tar.NewReader(f)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return nil, err
		}
		if entries[header.Name], err = io.ReadAll(reader); err != nil {
			return nil, err
		}
	}
}

// archived is an image whose blobs lie in memory, as they were in the archive.
type archived struct {
	entries   map[string][]byte
	raw       []byte
	mediaType types.MediaType
}

// MediaType is that of the manifest.
func (a *archived) MediaType() (types.MediaType, error) { return a.mediaType, nil }

// RawManifest gives the manifest's bytes as they were.
func (a *archived) RawManifest() ([]byte, error) { return a.raw, nil }

// RawConfigFile gives the configuration's bytes as they were.
func (a *archived) RawConfigFile() ([]byte, error) {
	manifest, err := v1.ParseManifest(bytes.NewReader(a.raw))
	if err != nil {
		return nil, fmt.Errorf("reading the manifest: %w", err)
	}
	return a.entries[blobPath(manifest.Config.Digest)], nil
}

// LayerByDigest finds a layer among the blobs.
func (a *archived) LayerByDigest(digest v1.Hash) (partial.CompressedLayer, error) {
	data, found := a.entries[blobPath(digest)]
	if !found {
		return nil, fmt.Errorf("the archive lacks blob %s", digest)
	}
	return &archivedLayer{digest: digest, data: data}, nil
}

type archivedLayer struct {
	digest v1.Hash
	data   []byte
}

// Digest is that under which the layer was found.
func (l *archivedLayer) Digest() (v1.Hash, error) { return l.digest, nil }

// Compressed gives the bytes as they were.
func (l *archivedLayer) Compressed() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(l.data)), nil
}

// Size is that of the compressed bytes.
func (l *archivedLayer) Size() (int64, error) { return int64(len(l.data)), nil }

// MediaType is the only one that build writes.
func (l *archivedLayer) MediaType() (types.MediaType, error) { return types.OCILayer, nil }
