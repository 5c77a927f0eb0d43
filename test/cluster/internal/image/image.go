package image

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"runtime"
	"sort"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Static describes an image that holds nothing but static binaries.
type Static struct {
	// Files maps paths in the image to files of the host.
	Files map[string]string
	// Entrypoint is what the image runs.
	Entrypoint []string
	// User runs it.
	User string
}

// Build makes the image. The same files make the same digest.
func (s Static) Build() (v1.Image, error) {
	layer, err := s.layer()
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if image, err = mutate.AppendLayers(image, layer); err != nil {
		return nil, fmt.Errorf("append layer: %w", err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("image configuration: %w", err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", runtime.GOARCH
	config.Config = v1.Config{Entrypoint: s.Entrypoint, User: s.User}
	if image, err = mutate.ConfigFile(image, config); err != nil {
		return nil, fmt.Errorf("set image configuration: %w", err)
	}
	return image, nil
}

func (s Static) layer() (v1.Layer, error) {
	paths := make([]string, 0, len(s.Files))
	for p := range s.Files {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	for _, p := range paths {
		content, err := os.ReadFile(s.Files[p])
		if err != nil {
			return nil, fmt.Errorf("read binary of image: %w", err)
		}
		header := &tar.Header{Name: path.Clean(p)[1:], Mode: 0o755, Size: int64(len(content))}
		if err := w.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("write layer: %w", err)
		}
		if _, err := w.Write(content); err != nil {
			return nil, fmt.Errorf("write layer: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write layer: %w", err)
	}
	// It goes from one process to another on the same machine: compressing costs more than it saves.
	return static.NewLayer(buffer.Bytes(), types.OCIUncompressedLayer), nil
}

// Open reads an image: the archive of docker save, or an OCI layout folder with one image.
func Open(source string) (v1.Image, error) {
	info, err := os.Stat(source)
	if err != nil {
		return nil, fmt.Errorf("open image: %w", err)
	}
	if !info.IsDir() {
		image, err := tarball.ImageFromPath(source, nil)
		if err != nil {
			return nil, fmt.Errorf("read image archive %s: %w", source, err)
		}
		return image, nil
	}
	index, err := layout.ImageIndexFromPath(source)
	if err != nil {
		return nil, fmt.Errorf("read OCI layout %s: %w", source, err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, fmt.Errorf("read index of OCI layout %s: %w", source, err)
	}
	if len(manifest.Manifests) != 1 {
		return nil, fmt.Errorf("OCI layout %s holds %d images, want one", source, len(manifest.Manifests))
	}
	image, err := index.Image(manifest.Manifests[0].Digest)
	if err != nil {
		return nil, fmt.Errorf("read image of OCI layout %s: %w", source, err)
	}
	return image, nil
}

// Push writes an image under its production name (ghcr.io/project-zot/zot:v2.1.20) into the registry at address and returns its
// digest. Pods then pull it by that name, or by NAME@DIGEST.
func Push(ctx context.Context, address, reference string, image v1.Image) (string, error) {
	production, err := name.ParseReference(reference)
	if err != nil {
		return "", fmt.Errorf("image name: %w", err)
	}
	repository, err := name.NewRepository(address+"/"+production.Context().RepositoryStr(), name.Insecure)
	if err != nil {
		return "", fmt.Errorf("image name %s: %w", reference, err)
	}
	digest, err := image.Digest()
	if err != nil {
		return "", fmt.Errorf("digest of %s: %w", reference, err)
	}
	var target name.Reference = repository.Tag(production.Identifier())
	if wanted, byDigest := production.(name.Digest); byDigest {
		if wanted.DigestStr() != digest.String() {
			return "", fmt.Errorf("the image has the digest %s, not that of the name %s", digest, reference)
		}
		target = repository.Digest(digest.String())
	}
	if err := remote.Write(target, image, remote.WithContext(ctx)); err != nil {
		return "", fmt.Errorf("push %s to %s: %w", reference, address, err)
	}
	return digest.String(), nil
}
