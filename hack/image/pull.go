package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

func pullCommand(ctx context.Context, flags *flag.FlagSet, args []string, out output) error {
	reference := flags.String("reference", "", "image in a registry")
	title := flags.String("name", "", "name of the image in the archive, NAME[:TAG]; default: the reference")
	archive := flags.String("output", "", "archive to write")
	arch := flags.String("arch", runtime.GOARCH, "architecture to take of an index")
	insecure := insecureFlag(flags)
	if err := parse(flags, args, "reference", "output"); err != nil {
		return err
	}
	if *title == "" {
		*title = *reference
	}
	tag, err := name.NewTag(*title)
	if err != nil {
		return fmt.Errorf("--name: %w", err)
	}
	ref, err := name.ParseReference(*reference, nameOptions(*insecure)...)
	if err != nil {
		return fmt.Errorf("--reference: %w", err)
	}
	began := time.Now()
	options := append(remoteOptions(ctx, *insecure), remote.WithPlatform(v1.Platform{OS: "linux", Architecture: *arch}))
	image, err := remote.Image(ref, options...)
	if err != nil {
		return fmt.Errorf("pulling %s: %w", ref, err)
	}
	named, err := writeArchive(*archive, tag, packed{image: image})
	if err != nil {
		return err
	}
	out.say("pulled %s (%s)", ref, seconds(began))
	out.print("%s", named)
	return nil
}
