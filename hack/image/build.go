package main

import (
	"archive/tar"
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"regexp"
	"runtime"
	"slices"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// defaultUser is the unprivileged user that distroless images made common; it owns nothing in the image.
const defaultUser = "65532:65532"

const blockSize = 512 // of a tar file

var (
	epoch       = v1.Time{Time: time.Unix(0, 0).UTC()}
	numericUser = regexp.MustCompile(`^[1-9]\d*(:\d+)?$`)
	machines    = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64, "ppc64le": elf.EM_PPC64, "s390x": elf.EM_S390}
)

// recipe is all that an image is made of.
type recipe struct {
	arch       string
	user       string
	entrypoint []string
	labels     map[string]string
	files      map[string]string // path in the image -> source
	followed   bool              // a Dockerfile has said what is started
	dynamic    bool              // loader and libraries of its programs are among the files
}

func buildCommand(ctx context.Context, flags *flag.FlagSet, args []string, out output) error {
	r := recipe{files: map[string]string{}, labels: map[string]string{}}
	buildArgs := pairs{}
	title := flags.String("name", "", "name of the image, NAME[:TAG]")
	archive := flags.String("output", "", "archive to write")
	dockerfile := flags.String("dockerfile", "", "take user, entrypoint and labels from this file's last stage, hold --file against it")
	folder := flags.String("context", ".", "folder from which the Dockerfile copies what comes from no other stage")
	entrypoint := flags.String("entrypoint", "", "path in the image that is started")
	flags.StringVar(&r.user, "user", defaultUser, "numeric user, UID or UID:GID")
	flags.StringVar(&r.arch, "arch", runtime.GOARCH, "architecture of the binaries")
	flags.Var(pairs(r.files), "file", "/PATH=SOURCE, one layer each; repeat")
	flags.Var(pairs(r.labels), "label", "KEY=VALUE; repeat")
	libraries := flags.Bool("libraries", false, "add the shared libraries of the programs, as they are on this machine")
	flags.Var(buildArgs, "build-arg", "KEY=VALUE for the ARGs of the Dockerfile; repeat")
	if err := parse(flags, args, "name", "output"); err != nil {
		return err
	}
	if *entrypoint != "" {
		r.entrypoint = []string{*entrypoint}
	}
	tag, err := name.NewTag(*title)
	if err != nil {
		return fmt.Errorf("--name: %w", err)
	}
	if *dockerfile != "" {
		given := map[string]bool{}
		flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
		if given["user"] || given["entrypoint"] || given["label"] {
			return errors.New("--user, --entrypoint and --label come from the Dockerfile: leave them out")
		}
		r.followed = true
		if err := r.follow(*dockerfile, *folder, buildArgs); err != nil {
			return err
		}
	}
	if *libraries {
		if err := r.addLibraries(ctx); err != nil {
			return fmt.Errorf("--libraries: %w", err)
		}
	}
	began := time.Now()
	image, err := r.build(out)
	if err != nil {
		return err
	}
	named, err := writeArchive(*archive, tag, packed{image: image})
	if err != nil {
		return err
	}
	out.say("wrote %s (%s)", *archive, seconds(began))
	out.print("%s", named)
	return nil
}

// build makes the image: layers in the order of their paths, every time the epoch.
func (r recipe) build(out output) (v1.Image, error) {
	if !numericUser.MatchString(r.user) {
		return nil, fmt.Errorf("user %q is not numeric and other than root: Kubernetes cannot tell that it is not root", r.user)
	}
	if len(r.files) == 0 {
		return nil, errors.New("no files: --file is missing, or a Dockerfile that copies some")
	}
	// An image of data alone, as a bundle is one, starts nothing.
	if started := len(r.entrypoint) > 0; started && r.files[r.entrypoint[0]] == "" || !started && !r.followed {
		return nil, fmt.Errorf("entrypoint %q is none of the files of the image: %v", r.entrypoint, slices.Sorted(maps.Keys(r.files)))
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	for _, target := range slices.Sorted(maps.Keys(r.files)) {
		began := time.Now()
		layer, err := r.layer(target)
		if err != nil {
			return nil, fmt.Errorf("--file %s=%s: %w", target, r.files[target], err)
		}
		image, err = mutate.Append(image, mutate.Addendum{
			Layer: layer, MediaType: types.OCILayer,
			History: v1.History{Created: epoch, CreatedBy: "COPY " + target},
		})
		if err != nil {
			return nil, fmt.Errorf("adding %s: %w", target, err)
		}
		size, err := layer.Size()
		if err != nil {
			return nil, fmt.Errorf("measuring %s: %w", target, err)
		}
		out.say("layer %s: %s compressed (%s)", target, megabytes(size), seconds(began))
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("reading the image's configuration: %w", err)
	}
	config = config.DeepCopy()
	config.Created, config.OS, config.Architecture = epoch, "linux", r.arch
	config.Config = v1.Config{User: r.user, Entrypoint: r.entrypoint, Labels: r.labels}
	if image, err = mutate.ConfigFile(image, config); err != nil {
		return nil, fmt.Errorf("setting the image's configuration: %w", err)
	}
	return image, nil
}

// layer holds one file and the folders above it, owned by root and writable by nobody else.
func (r recipe) layer(target string) (v1.Layer, error) {
	source := r.files[target]
	if !path.IsAbs(target) || path.Clean(target) != target || target == "/" {
		return nil, errors.New("the path in the image must be absolute and clean")
	}
	info, err := os.Stat(source)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("the source is no regular file")
	}
	mode := int64(0o644)
	if info.Mode()&0o111 != 0 {
		mode = 0o755
		if err := r.checkBinary(source); err != nil {
			return nil, err
		}
	}
	head := &bytes.Buffer{}
	writer := tar.NewWriter(head)
	for i, c := range target[1:] {
		if c != '/' {
			continue
		}
		folder := &tar.Header{Typeflag: tar.TypeDir, Name: target[1:i+1] + "/", Mode: 0o755, ModTime: epoch.Time, Format: tar.FormatUSTAR}
		if err := writer.WriteHeader(folder); err != nil {
			return nil, fmt.Errorf("writing a folder: %w", err)
		}
	}
	file := &tar.Header{
		Typeflag: tar.TypeReg, Name: target[1:], Mode: mode, Size: info.Size(), ModTime: epoch.Time, Format: tar.FormatUSTAR,
	}
	if err := writer.WriteHeader(file); err != nil {
		return nil, fmt.Errorf("writing the entry: %w", err)
	}
	// The content is streamed rather than held: header, file, then the padding and the two empty blocks that end a tar.
	tail := make([]byte, (blockSize-info.Size()%blockSize)%blockSize+2*blockSize)
	open := func() (io.ReadCloser, error) {
		content, err := os.Open(source) // #nosec G304 -- the flag names the file
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(head.Bytes()), content, bytes.NewReader(tail)), content}, nil
	}
	return tarball.LayerFromOpener(open, tarball.WithMediaType(types.OCILayer), tarball.WithCompressedCaching)
}

func isExecutable(source string) bool {
	info, err := os.Stat(source)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// checkBinary refuses what could not start in an image that holds nothing else.
func (r recipe) checkBinary(source string) error {
	binary, err := elf.Open(source)
	if err != nil {
		return fmt.Errorf("executable, but no Linux binary (there is no shell in the image): %w", err)
	}
	defer func() { _ = binary.Close() }()
	machine, known := machines[r.arch]
	if !known {
		return fmt.Errorf("architecture %q is none of %v", r.arch, slices.Sorted(maps.Keys(machines)))
	}
	if binary.Machine != machine {
		return fmt.Errorf("the binary is for %s, the image for %s", binary.Machine, r.arch)
	}
	for _, segment := range binary.Progs {
		if segment.Type == elf.PT_INTERP && !r.dynamic {
			return errors.New("the binary needs a dynamic loader, which the image does not have: build it with CGO_ENABLED=0")
		}
	}
	return nil
}
