package registry

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// Image is an image that a registry has taken.
type Image struct {
	Repository string
	Digest     v1.Hash
}

// Format is a family of media types.
type Format int

const (
	// OCI is what most tools push today.
	OCI Format = iota
	// Docker is what docker push sends.
	Docker
)

const (
	layers    = 2
	layerSize = 64 << 10
)

// Client is how a registry is reached. The zero value speaks plain HTTP.
type Client struct {
	// TLS is set to speak TLS.
	TLS *tls.Config
}

func (c Client) options(ctx context.Context) []remote.Option {
	out := []remote.Option{remote.WithContext(ctx)}
	if c.TLS != nil {
		secure := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck // its type is documented
		secure.TLSClientConfig = c.TLS
		out = append(out, remote.WithTransport(secure))
	}
	return out
}

// Push sends an image of random content and asks for its tag, which must lead to it.
func Push(ctx context.Context, address, repository, tag string, format Format) (Image, error) {
	return Client{}.Push(ctx, address, repository, tag, format)
}

// Pull fetches the image by its digest and checks the digests of manifest, configuration and layers.
func Pull(ctx context.Context, address string, image Image) error {
	return Client{}.Pull(ctx, address, image)
}

// Push sends an image of random content and asks for its tag, which must lead to it.
func (c Client) Push(ctx context.Context, address, repository, tag string, format Format) (Image, error) {
	image, err := c.Send(ctx, address, repository, tag, format)
	if err != nil {
		return Image{}, err
	}
	found, err := c.Resolve(ctx, address, repository, tag)
	if err != nil {
		return Image{}, err
	}
	if found != image.Digest {
		return Image{}, fmt.Errorf("%s:%s leads to %s, pushed was %s", repository, tag, found, image.Digest)
	}
	return image, nil
}

// Send sends an image of random content. The registry has acknowledged it when there is no error.
func (c Client) Send(ctx context.Context, address, repository, tag string, format Format) (Image, error) {
	target, err := name.NewTag(fmt.Sprintf("%s/%s:%s", address, repository, tag), name.Insecure)
	if err != nil {
		return Image{}, fmt.Errorf("name of the image: %w", err)
	}
	image, err := content(format)
	if err != nil {
		return Image{}, err
	}
	digest, err := image.Digest()
	if err != nil {
		return Image{}, fmt.Errorf("digest of the image: %w", err)
	}
	if err := remote.Write(target, image, c.options(ctx)...); err != nil {
		return Image{}, fmt.Errorf("push %s: %w", target, err)
	}
	return Image{Repository: repository, Digest: digest}, nil
}

// Resolve asks what a tag leads to.
func (c Client) Resolve(ctx context.Context, address, repository, tag string) (v1.Hash, error) {
	target, err := name.NewTag(fmt.Sprintf("%s/%s:%s", address, repository, tag), name.Insecure)
	if err != nil {
		return v1.Hash{}, fmt.Errorf("name of the image: %w", err)
	}
	found, err := remote.Head(target, c.options(ctx)...)
	if err != nil {
		return v1.Hash{}, fmt.Errorf("ask for %s: %w", target, err)
	}
	return found.Digest, nil
}

// Pull fetches the image by its digest and checks the digests of manifest, configuration and layers.
func (c Client) Pull(ctx context.Context, address string, image Image) error {
	target, err := name.NewDigest(fmt.Sprintf("%s/%s@%s", address, image.Repository, image.Digest), name.Insecure)
	if err != nil {
		return fmt.Errorf("name of the image: %w", err)
	}
	pulled, err := remote.Image(target, c.options(ctx)...)
	if err != nil {
		return fmt.Errorf("pull %s: %w", target, err)
	}
	digest, err := pulled.Digest()
	if err != nil {
		return fmt.Errorf("digest of %s: %w", target, err)
	}
	if digest != image.Digest {
		return fmt.Errorf("pulled %s, got %s", target, digest)
	}
	if err := validate.Image(pulled); err != nil {
		return fmt.Errorf("pulled %s: %w", target, err)
	}
	return nil
}

// Denied tells whether the error is the registry's answer to somebody who may not do that.
func Denied(err error) bool {
	var answer *transport.Error
	return errors.As(err, &answer) &&
		(answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden)
}

// Answers asks a registry whether it is one.
func Answers(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/v2/", http.NoBody)
	if err != nil {
		return fmt.Errorf("ask the registry: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask the registry: %w", err)
	}
	if err := response.Body.Close(); err != nil {
		return fmt.Errorf("ask the registry: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the registry answered %s", response.Status)
	}
	return nil
}

// MayPush asks the registry for an upload, as every push does first, and tells whether it agrees. It sends nothing.
func MayPush(ctx context.Context, address, repository string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(
		ctx, http.MethodPost, fmt.Sprintf("http://%s/v2/%s/blobs/uploads/", address, repository), http.NoBody)
	if err != nil {
		return false, fmt.Errorf("ask for an upload: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, fmt.Errorf("ask for an upload: %w", err)
	}
	_, err = io.Copy(io.Discard, response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return false, fmt.Errorf("read the answer to an upload: %w", err)
	}
	switch response.StatusCode {
	case http.StatusAccepted:
		return true, nil
	case http.StatusUnauthorized, http.StatusForbidden:
		return false, nil
	}
	return false, fmt.Errorf("the registry answered %s to an upload", response.Status)
}

func content(format Format) (v1.Image, error) {
	image, layerType := empty.Image, types.DockerLayer
	if format == OCI {
		layerType = types.OCILayer
		image = mutate.ConfigMediaType(mutate.MediaType(image, types.OCIManifestSchema1), types.OCIConfigJSON)
	}
	for range layers {
		layer, err := random.Layer(layerSize, layerType)
		if err != nil {
			return nil, fmt.Errorf("make a layer: %w", err)
		}
		if image, err = mutate.Append(image, mutate.Addendum{Layer: layer, MediaType: layerType}); err != nil {
			return nil, fmt.Errorf("make an image: %w", err)
		}
	}
	return image, nil
}
