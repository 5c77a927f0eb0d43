package main

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	indexFile  = "index.json"
	layoutFile = "oci-layout"
	layoutText = `{"imageLayoutVersion":"1.0.0"}`
)

// writeArchive writes an OCI image layout in a tar file. One image has the manifest.json of docker save beside it; an index has none, as
// that format knows no platforms. The archive appears under its name only when it is complete. It gives the image's name by digest.
func writeArchive(file string, tag name.Tag, content packed) (named string, err error) {
	descriptor, err := content.descriptor()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return "", fmt.Errorf("making the folder of the archive: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-")
	if err != nil {
		return "", fmt.Errorf("opening the archive: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary.Name())
		}
	}()
	writer := tar.NewWriter(temporary)
	layout := layout{writer: writer, written: map[v1.Hash]bool{}}
	err = errors.Join(layout.write(tag, content, descriptor), writer.Close(), temporary.Chmod(0o644), temporary.Close())
	if err != nil {
		return "", fmt.Errorf("writing the archive: %w", err)
	}
	if err := os.Rename(temporary.Name(), file); err != nil {
		return "", fmt.Errorf("putting the archive in place: %w", err)
	}
	return fmt.Sprintf("%s@%s", tag.Repository.Name(), descriptor.Digest), nil
}

// layout is one that is being written.
type layout struct {
	writer *tar.Writer
	// written are the blobs that are there already: images of several architectures share layers.
	written map[v1.Hash]bool
}

func (l layout) write(tag name.Tag, content packed, top *v1.Descriptor) error {
	// Docker Hub's registry is called otherwise in the names that engines show.
	title := strings.Replace(tag.Name(), name.DefaultRegistry, "docker.io", 1)
	images, err := content.images()
	if err != nil {
		return err
	}
	var docker []tarball.Descriptor
	for _, image := range images {
		one, err := l.image(image)
		if err != nil {
			return err
		}
		one.RepoTags = []string{title}
		docker = append(docker, one)
	}
	if content.index != nil {
		raw, err := content.index.RawManifest()
		if err != nil {
			return fmt.Errorf("encoding the index: %w", err)
		}
		if err := l.blob(top.Digest, raw); err != nil {
			return err
		}
	} else {
		raw, err := json.Marshal(tarball.Manifest(docker))
		if err != nil {
			return fmt.Errorf("encoding manifest.json: %w", err)
		}
		if err := writeEntry(l.writer, "manifest.json", raw); err != nil {
			return err
		}
	}
	top.Annotations = map[string]string{
		"io.containerd.image.name":          title,
		"org.opencontainers.image.ref.name": tag.TagStr(),
	}
	raw, err := json.Marshal(v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{*top}})
	if err != nil {
		return fmt.Errorf("encoding %s: %w", indexFile, err)
	}
	return errors.Join(writeEntry(l.writer, indexFile, raw), writeEntry(l.writer, layoutFile, []byte(layoutText)))
}

// image writes layers, configuration and manifest, and says how docker save describes them.
func (l layout) image(image v1.Image) (docker tarball.Descriptor, err error) {
	digest, err := image.Digest()
	if err != nil {
		return docker, fmt.Errorf("digesting the image: %w", err)
	}
	manifest, err := image.RawManifest()
	if err != nil {
		return docker, fmt.Errorf("encoding the manifest: %w", err)
	}
	configuration, err := image.RawConfigFile()
	if err != nil {
		return docker, fmt.Errorf("encoding the configuration: %w", err)
	}
	config, err := image.ConfigName()
	if err != nil {
		return docker, fmt.Errorf("digesting the configuration: %w", err)
	}
	layers, err := image.Layers()
	if err != nil {
		return docker, fmt.Errorf("listing the layers: %w", err)
	}
	docker.Config = blobPath(config)
	for _, layer := range layers {
		digest, err := l.layer(layer)
		if err != nil {
			return docker, err
		}
		docker.Layers = append(docker.Layers, blobPath(digest))
	}
	return docker, errors.Join(l.blob(config, configuration), l.blob(digest, manifest))
}

func (l layout) blob(digest v1.Hash, data []byte) error {
	if l.written[digest] {
		return nil
	}
	l.written[digest] = true
	return writeEntry(l.writer, blobPath(digest), data)
}

func blobPath(digest v1.Hash) string { return "blobs/" + digest.Algorithm + "/" + digest.Hex }

func (l layout) layer(layer v1.Layer) (v1.Hash, error) {
	digest, err := layer.Digest()
	if err != nil {
		return v1.Hash{}, fmt.Errorf("digesting a layer: %w", err)
	}
	content, err := layer.Compressed()
	if err != nil {
		return v1.Hash{}, fmt.Errorf("compressing layer %s: %w", digest, err)
	}
	data, err := io.ReadAll(&bounded{Reader: content, limit: archiveLimit})
	if err := errors.Join(err, content.Close()); err != nil {
		return v1.Hash{}, fmt.Errorf("reading layer %s: %w", digest, err)
	}
	return digest, l.blob(digest, data)
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
