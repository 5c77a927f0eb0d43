package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	randomLayers    = 3
	randomLayerSize = 64 << 10
)

func roundtripCommand(ctx context.Context, flags *flag.FlagSet, args []string, out output) error {
	registry := flags.String("registry", "", "HOST:PORT of the registry to try")
	repository := flags.String("repository", "", "repository to push into, for example demo/hello")
	tag := flags.String("tag", "roundtrip", "tag to push")
	docker := flags.Bool("docker", false, "use Docker media types, as docker push does, instead of OCI")
	layers := flags.Int("layers", randomLayers, "number of layers")
	layerSize := flags.Int64("layer-size", randomLayerSize, "size of a layer in bytes")
	insecure := insecureFlag(flags)
	if err := parse(flags, args, "registry", "repository", "tag"); err != nil {
		return err
	}
	target, err := name.NewTag(*registry+"/"+*repository+":"+*tag, nameOptions(*insecure)...)
	if err != nil {
		return fmt.Errorf("--registry, --repository, --tag: %w", err)
	}
	image, err := randomImage(*docker, *layers, *layerSize)
	if err != nil {
		return err
	}
	pushed, err := image.Digest()
	if err != nil {
		return fmt.Errorf("digesting the image: %w", err)
	}
	options := remoteOptions(ctx, *insecure)
	began := time.Now()
	if err := remote.Write(target, image, options...); err != nil {
		return fmt.Errorf("pushing %s: %w", target, err)
	}
	out.print("pushed %s@%s (%s)", target, pushed, seconds(began))
	began = time.Now()
	tagged, err := remote.Head(target, options...)
	if err != nil {
		return fmt.Errorf("asking for %s: %w", target, err)
	}
	if tagged.Digest != pushed {
		return fmt.Errorf("the tag %s points to %s, pushed was %s", target, tagged.Digest, pushed)
	}
	pulled, err := remote.Image(target.Digest(pushed.String()), options...)
	if err != nil {
		return fmt.Errorf("pulling %s: %w", target.Digest(pushed.String()), err)
	}
	digest, size, err := compare(image, pulled)
	if err != nil {
		return fmt.Errorf("what came back differs: %w", err)
	}
	out.print("pulled %s@%s (%s, %d bytes compared)", target, digest, seconds(began), size)
	return nil
}

func randomImage(docker bool, layers int, layerSize int64) (v1.Image, error) {
	image, layerType := empty.Image, types.DockerLayer
	if !docker {
		image = mutate.ConfigMediaType(mutate.MediaType(image, types.OCIManifestSchema1), types.OCIConfigJSON)
		layerType = types.OCILayer
	}
	for range layers {
		layer, err := random.Layer(layerSize, layerType)
		if err != nil {
			return nil, fmt.Errorf("making a random layer: %w", err)
		}
		if image, err = mutate.Append(image, mutate.Addendum{Layer: layer, MediaType: layerType}); err != nil {
			return nil, fmt.Errorf("making a random image: %w", err)
		}
	}
	return image, nil
}

// compare reads manifest, configuration and layers of both and returns the digest and the number of bytes compared.
func compare(want, got v1.Image) (v1.Hash, int64, error) {
	size := int64(0)
	for part, read := range map[string]func(v1.Image) ([]byte, error){
		"manifest": v1.Image.RawManifest, "configuration": v1.Image.RawConfigFile,
	} {
		a, errA := read(want)
		b, errB := read(got)
		if err := errors.Join(errA, errB); err != nil {
			return v1.Hash{}, 0, fmt.Errorf("reading the %s: %w", part, err)
		}
		if !bytes.Equal(a, b) {
			return v1.Hash{}, 0, fmt.Errorf("the %s: pushed %q, pulled %q", part, a, b)
		}
		size += int64(len(a))
	}
	layers, err := want.Layers()
	if err != nil {
		return v1.Hash{}, 0, fmt.Errorf("listing the layers: %w", err)
	}
	for _, layer := range layers {
		n, err := compareLayer(layer, got)
		if err != nil {
			return v1.Hash{}, 0, err
		}
		size += n
	}
	digest, err := got.Digest()
	if err != nil {
		return v1.Hash{}, 0, fmt.Errorf("digesting what came back: %w", err)
	}
	return digest, size, nil
}

func compareLayer(want v1.Layer, image v1.Image) (int64, error) {
	digest, err := want.Digest()
	if err != nil {
		return 0, fmt.Errorf("digesting a layer: %w", err)
	}
	got, err := image.LayerByDigest(digest)
	if err != nil {
		return 0, fmt.Errorf("layer %s is missing: %w", digest, err)
	}
	a, errA := content(want)
	b, errB := content(got)
	if err := errors.Join(errA, errB); err != nil {
		return 0, fmt.Errorf("reading layer %s: %w", digest, err)
	}
	if !bytes.Equal(a, b) {
		return 0, fmt.Errorf("layer %s: pushed %d bytes, pulled %d other bytes", digest, len(a), len(b))
	}
	return int64(len(a)), nil
}

func content(layer v1.Layer) ([]byte, error) {
	reader, err := layer.Compressed()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(reader)
	return data, errors.Join(err, reader.Close())
}
