package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// blobFolder holds the blobs of a layout; those of another algorithm nobody writes.
const blobFolder = "blobs/sha256/"

// readArchive opens what writeArchive wrote, or the archive of a docker save without an OCI layout inside.
func readArchive(file string) (packed, error) {
	entries, err := readEntries(file)
	if err != nil {
		return packed{}, fmt.Errorf("reading the archive %s: %w", file, err)
	}
	if entries[indexFile] == nil {
		image, err := tarball.ImageFromPath(file, nil)
		if err != nil {
			return packed{}, fmt.Errorf("%s is neither an OCI layout nor an archive of docker save: %w", file, err)
		}
		return packed{image: image}, nil
	}
	if err := entries.check(); err != nil {
		return packed{}, fmt.Errorf("%s: %w", file, err)
	}
	var index v1.IndexManifest
	if err := json.Unmarshal(entries[indexFile], &index); err != nil {
		return packed{}, fmt.Errorf("%s: reading %s: %w", file, indexFile, err)
	}
	if len(index.Manifests) != 1 {
		return packed{}, fmt.Errorf("%s holds %d images, not one", file, len(index.Manifests))
	}
	content, err := entries.open(index.Manifests[0])
	if err != nil {
		return packed{}, fmt.Errorf("%s: %w", file, err)
	}
	return content, nil
}

// entries are the files of an archive by their names.
type entries map[string][]byte

// check holds each blob against its name, which is its digest.
func (e entries) check() error {
	for file, data := range e {
		want, blob := strings.CutPrefix(file, blobFolder)
		if sum := sha256.Sum256(data); blob && hex.EncodeToString(sum[:]) != want {
			return fmt.Errorf("%s has another digest: the archive is damaged", file)
		}
	}
	return nil
}

// open gives the image or the index that a descriptor names.
func (e entries) open(of v1.Descriptor) (packed, error) {
	raw, found := e[blobPath(of.Digest)]
	if !found {
		return packed{}, fmt.Errorf("the archive lacks blob %s", of.Digest)
	}
	if of.MediaType.IsIndex() {
		index := &archivedIndex{entries: e, raw: raw, mediaType: of.MediaType}
		if _, err := index.IndexManifest(); err != nil {
			return packed{}, err
		}
		return packed{index: index}, nil
	}
	image, err := partial.CompressedToImage(&archived{entries: e, raw: raw, mediaType: of.MediaType})
	if err != nil {
		return packed{}, fmt.Errorf("reading the image: %w", err)
	}
	return packed{image: image}, nil
}

func readEntries(file string) (entries, error) {
	f, err := os.Open(file) // #nosec G304 -- the flag names the file
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return readTar(f, archiveLimit)
}

func readTar(from io.Reader, limit int64) (entries, error) {
	found := entries{}
	reader := tar.NewReader(&bounded{Reader: from, limit: limit})
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if _, again := found[header.Name]; again {
			return nil, fmt.Errorf("%s comes twice", header.Name)
		}
		if found[header.Name], err = io.ReadAll(reader); err != nil {
			return nil, err
		}
	}
}

// archived is an image whose blobs lie in memory, as they were in the archive.
type archived struct {
	entries   entries
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
	manifest, err := v1.ParseManifest(bytes.NewReader(a.raw))
	if err != nil {
		return nil, fmt.Errorf("reading the manifest: %w", err)
	}
	for i := range manifest.Layers {
		if manifest.Layers[i].Digest == digest {
			return &archivedLayer{digest: digest, mediaType: manifest.Layers[i].MediaType, data: data}, nil
		}
	}
	return nil, fmt.Errorf("the manifest names no layer %s", digest)
}

type archivedLayer struct {
	digest    v1.Hash
	mediaType types.MediaType
	data      []byte
}

// Digest is that under which the layer was found.
func (l *archivedLayer) Digest() (v1.Hash, error) { return l.digest, nil }

// Compressed gives the bytes as they were.
func (l *archivedLayer) Compressed() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(l.data)), nil
}

// Size is that of the compressed bytes.
func (l *archivedLayer) Size() (int64, error) { return int64(len(l.data)), nil }

// MediaType is that which the manifest tells.
func (l *archivedLayer) MediaType() (types.MediaType, error) { return l.mediaType, nil }

// archivedIndex is an index whose images lie in memory, as they were in the archive.
type archivedIndex struct {
	entries   entries
	raw       []byte
	mediaType types.MediaType
}

// MediaType is that of the index.
func (a *archivedIndex) MediaType() (types.MediaType, error) { return a.mediaType, nil }

// RawManifest gives the index' bytes as they were.
func (a *archivedIndex) RawManifest() ([]byte, error) { return a.raw, nil }

// Digest is that of these bytes.
func (a *archivedIndex) Digest() (v1.Hash, error) { return partial.Digest(a) }

// Size is their number.
func (a *archivedIndex) Size() (int64, error) { return partial.Size(a) }

// IndexManifest reads them.
func (a *archivedIndex) IndexManifest() (*v1.IndexManifest, error) {
	manifest, err := v1.ParseIndexManifest(bytes.NewReader(a.raw))
	if err != nil {
		return nil, fmt.Errorf("reading the index: %w", err)
	}
	return manifest, nil
}

// Image gives one of the images.
func (a *archivedIndex) Image(digest v1.Hash) (v1.Image, error) {
	content, err := a.open(digest)
	if err == nil && content.image == nil {
		err = fmt.Errorf("%s is no image", digest)
	}
	return content.image, err
}

// ImageIndex gives an index inside of this one.
func (a *archivedIndex) ImageIndex(digest v1.Hash) (v1.ImageIndex, error) {
	content, err := a.open(digest)
	if err == nil && content.index == nil {
		err = fmt.Errorf("%s is no index", digest)
	}
	return content.index, err
}

func (a *archivedIndex) open(digest v1.Hash) (packed, error) {
	manifest, err := a.IndexManifest()
	if err != nil {
		return packed{}, err
	}
	for _, one := range manifest.Manifests {
		if one.Digest == digest {
			return a.entries.open(one)
		}
	}
	return packed{}, fmt.Errorf("the index names no %s", digest)
}
