package main

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// report is what is in an image.
type report struct {
	Digest     string            `json:"digest"`
	Size       int64             `json:"size"` // of the compressed layers
	Platform   string            `json:"platform"`
	User       string            `json:"user"`
	Entrypoint []string          `json:"entrypoint"`
	Labels     map[string]string `json:"labels,omitempty"`
	Layers     []layerReport     `json:"layers"`
}

type layerReport struct {
	Digest string       `json:"digest"`
	Size   int64        `json:"size"`
	Files  []fileReport `json:"files"`
}

type fileReport struct {
	Path   string `json:"path"`
	Type   string `json:"type"` // file, directory or other
	Mode   string `json:"mode"` // octal, with the setuid, setgid and sticky bits
	Owner  string `json:"owner"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"`
	mode   int64
}

func inspectCommand(ctx context.Context, flags *flag.FlagSet, args []string, out output) error {
	archive := flags.String("archive", "", "archive to look into")
	reference := flags.String("reference", "", "image in a registry to look into")
	insecure := insecureFlag(flags)
	check := flags.Bool("check", false, "fail when the image holds what does not belong there")
	asJSON := flags.Bool("json", false, "print JSON")
	if err := parse(flags, args); err != nil {
		return err
	}
	if (*archive == "") == (*reference == "") {
		return errors.New("give one of --archive and --reference\n" + usage)
	}
	image, err := openImage(ctx, *archive, *reference, *insecure)
	if err != nil {
		return err
	}
	r, err := inspect(image)
	if err != nil {
		return err
	}
	if *asJSON {
		data, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return fmt.Errorf("encoding the report: %w", err)
		}
		out.print("%s", data)
	} else {
		r.print(out)
	}
	if *check {
		return r.check()
	}
	return nil
}

func openImage(ctx context.Context, archive, reference string, insecure bool) (v1.Image, error) {
	if archive != "" {
		return readArchive(archive)
	}
	ref, err := name.ParseReference(reference, nameOptions(insecure)...)
	if err != nil {
		return nil, fmt.Errorf("--reference: %w", err)
	}
	image, err := remote.Image(ref, remoteOptions(ctx, insecure)...)
	if err != nil {
		return nil, fmt.Errorf("pulling %s: %w", ref, err)
	}
	return image, nil
}

func inspect(image v1.Image) (*report, error) {
	digest, err := image.Digest()
	if err != nil {
		return nil, fmt.Errorf("digesting the image: %w", err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	layers, err := image.Layers()
	if err != nil {
		return nil, fmt.Errorf("listing the layers: %w", err)
	}
	r := &report{
		Digest: digest.String(), Platform: config.OS + "/" + config.Architecture,
		User: config.Config.User, Entrypoint: config.Config.Entrypoint, Labels: config.Config.Labels,
	}
	for _, layer := range layers {
		l, err := inspectLayer(layer)
		if err != nil {
			return nil, err
		}
		r.Layers = append(r.Layers, *l)
		r.Size += l.Size
	}
	return r, nil
}

func inspectLayer(layer v1.Layer) (*layerReport, error) {
	digest, err := layer.Digest()
	if err != nil {
		return nil, fmt.Errorf("digesting a layer: %w", err)
	}
	size, err := layer.Size()
	if err != nil {
		return nil, fmt.Errorf("measuring layer %s: %w", digest, err)
	}
	content, err := layer.Uncompressed()
	if err != nil {
		return nil, fmt.Errorf("unpacking layer %s: %w", digest, err)
	}
	defer func() { _ = content.Close() }()
	l := &layerReport{Digest: digest.String(), Size: size}
	reader := tar.NewReader(content)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading layer %s: %w", digest, err)
		}
		f := fileReport{
			Path: path.Clean("/" + header.Name), Type: "other", Mode: fmt.Sprintf("%04o", header.Mode), mode: header.Mode,
			Owner: fmt.Sprintf("%d:%d", header.Uid, header.Gid), Size: header.Size,
		}
		switch header.Typeflag {
		case tar.TypeDir:
			f.Type = "directory"
		case tar.TypeReg:
			f.Type = "file"
			sum := sha256.New()
			if _, err := io.Copy(sum, reader); err != nil { // #nosec G110 -- counted, not kept
				return nil, fmt.Errorf("reading %s: %w", f.Path, err)
			}
			f.SHA256 = hex.EncodeToString(sum.Sum(nil))
		}
		l.Files = append(l.Files, f)
	}
}

func (r *report) print(out output) {
	out.print("digest      %s", r.Digest)
	out.print("size        %s compressed, %d layers", megabytes(r.Size), len(r.Layers))
	out.print("platform    %s", r.Platform)
	out.print("user        %s", r.User)
	out.print("entrypoint  %s", strings.Join(r.Entrypoint, " "))
	for _, key := range slices.Sorted(maps.Keys(r.Labels)) {
		out.print("label       %s=%s", key, r.Labels[key])
	}
	for _, layer := range r.Layers {
		out.print("layer       %s  %s", layer.Digest, megabytes(layer.Size))
		for _, f := range layer.Files {
			out.print("  %s %s %10d  %s", f.Mode, f.Owner, f.Size, f.Path)
		}
	}
}

var shells = []string{"sh", "ash", "bash", "dash", "busybox", "toybox"}

// check names everything that does not belong into an image of static programs which nobody may change.
func (r *report) check() error {
	var found []error
	complain := func(format string, args ...any) { found = append(found, fmt.Errorf(format, args...)) }
	if !numericUser.MatchString(r.User) {
		complain("user %q is not numeric and other than root", r.User)
	}
	started := false
	for _, layer := range r.Layers {
		for _, f := range layer.Files {
			started = started || f.Type == "file" && f.mode&0o111 == 0o111 && len(r.Entrypoint) > 0 && f.Path == r.Entrypoint[0]
			switch {
			case f.Type == "other":
				complain("%s is neither file nor directory", f.Path)
			case f.mode&0o7000 != 0:
				complain("%s has mode %s: setuid, setgid or sticky", f.Path, f.Mode)
			case f.mode&0o022 != 0:
				complain("%s has mode %s: others than its owner may write it", f.Path, f.Mode)
			case f.Owner != "0:0":
				complain("%s is owned by %s: its owner may write it", f.Path, f.Owner)
			case slices.Contains(shells, path.Base(f.Path)):
				complain("%s is a shell", f.Path)
			}
		}
	}
	if !started {
		complain("entrypoint %q is no program of the image", r.Entrypoint)
	}
	return errors.Join(found...)
}
