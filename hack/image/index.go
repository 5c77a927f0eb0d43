package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// packed is what an archive holds, or a name in a registry stands for: one image, or an index of one for each platform.
type packed struct {
	image v1.Image
	index v1.ImageIndex
}

// images are those of the index, in its order, or the one.
func (p packed) images() ([]v1.Image, error) {
	if p.index == nil {
		return []v1.Image{p.image}, nil
	}
	manifest, err := p.index.IndexManifest()
	if err != nil {
		return nil, fmt.Errorf("reading the index: %w", err)
	}
	var out []v1.Image
	for _, one := range manifest.Manifests {
		if !one.MediaType.IsImage() {
			return nil, fmt.Errorf("the index holds %s, which is no image but %s", one.Digest, one.MediaType)
		}
		image, err := p.index.Image(one.Digest)
		if err != nil {
			return nil, fmt.Errorf("opening %s of the index: %w", one.Digest, err)
		}
		out = append(out, image)
	}
	return out, nil
}

// descriptor is that by which others name it: without what a registry knew beside it.
func (p packed) descriptor() (*v1.Descriptor, error) {
	var from partial.Describable = p.image
	if p.index != nil {
		from = p.index
	}
	descriptor, err := partial.Descriptor(from)
	if err != nil {
		return nil, fmt.Errorf("describing the image: %w", err)
	}
	return &v1.Descriptor{MediaType: descriptor.MediaType, Size: descriptor.Size, Digest: descriptor.Digest}, nil
}

func indexCommand(_ context.Context, flags *flag.FlagSet, args []string, out output) error {
	var archives list
	title := flags.String("name", "", "name of the image, NAME[:TAG]")
	archive := flags.String("output", "", "archive to write")
	flags.Var(&archives, "archive", "archive of the image for one platform; repeat")
	if err := parse(flags, args, "name", "output", "archive"); err != nil {
		return err
	}
	tag, err := name.NewTag(*title)
	if err != nil {
		return fmt.Errorf("--name: %w", err)
	}
	images := make([]v1.Image, 0, len(archives))
	for _, file := range archives {
		content, err := readArchive(file)
		if err != nil {
			return err
		}
		if content.image == nil {
			return fmt.Errorf("%s holds an index: give the archives of its images", file)
		}
		images = append(images, content.image)
	}
	index, err := indexOf(images)
	if err != nil {
		return err
	}
	named, err := writeArchive(*archive, tag, packed{index: index})
	if err != nil {
		return err
	}
	out.print("%s", named)
	return nil
}

// indexOf names images in the order of their platforms, whatever the order in which they are given.
func indexOf(images []v1.Image) (v1.ImageIndex, error) {
	var all []mutate.IndexAddendum
	seen := map[string]bool{}
	for _, image := range images {
		config, err := image.ConfigFile()
		if err != nil {
			return nil, fmt.Errorf("reading the configuration: %w", err)
		}
		platform := &v1.Platform{OS: config.OS, Architecture: config.Architecture}
		if config.OS == "" || config.Architecture == "" {
			return nil, errors.New("an image names no platform")
		}
		if seen[platform.String()] {
			return nil, fmt.Errorf("two images are for %s", platform)
		}
		seen[platform.String()] = true
		all = append(all, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: platform}})
	}
	slices.SortFunc(all, func(a, b mutate.IndexAddendum) int {
		return strings.Compare(a.Platform.String(), b.Platform.String())
	})
	return mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex), all...), nil
}

// list is a flag that may be given several times.
type list []string

// String is empty while there are none, which parse takes for missing.
func (l *list) String() string { return strings.Join(*l, " ") }

// Set adds one.
func (l *list) Set(text string) error {
	*l = append(*l, text)
	return nil
}
