package main

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"debug/elf"
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
	// Settings are what its configuration has beside these for containers: Env, Cmd, Volumes and the like.
	Settings []string      `json:"settings,omitempty"`
	Layers   []layerReport `json:"layers"`
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
	// Program is set for an ELF file.
	Program *programReport `json:"program,omitempty"`
	mode    int64
	// name is that in the archive.
	name string
	// attributed is true where it has extended attributes, such as the capabilities of a program.
	attributed bool
}

type programReport struct {
	Machine string `json:"machine"`
	Static  bool   `json:"static"`
	machine elf.Machine
}

// readProgram is nil for what is no program. Static is one that asks for no loader and for no library.
func readProgram(data []byte) *programReport {
	file, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	libraries, err := file.ImportedLibraries()
	out := &programReport{Machine: file.Machine.String(), Static: err == nil && len(libraries) == 0, machine: file.Machine}
	for _, segment := range file.Progs {
		out.Static = out.Static && segment.Type != elf.PT_INTERP
	}
	return out
}

func inspectCommand(ctx context.Context, flags *flag.FlagSet, args []string, out output) error {
	archive := flags.String("archive", "", "archive to look into")
	reference := flags.String("reference", "", "image in a registry to look into")
	insecure := insecureFlag(flags)
	check := flags.Bool("check", false, "fail when the image holds what does not belong there")
	dockerfile := flags.String("dockerfile", "", "with --check: fail when the image is not what this file's last stage describes")
	folder := flags.String("context", ".", "folder from which the Dockerfile copies what comes from no other stage")
	buildArgs := pairs{}
	flags.Var(buildArgs, "build-arg", "KEY=VALUE for the ARGs of the Dockerfile; repeat")
	shell := flags.Bool("shell", false, "with --dockerfile: a shell that this file puts there belongs there")
	asJSON := flags.Bool("json", false, "print JSON")
	digestAlone := flags.Bool("digest", false, "print the digest, and look no further")
	if err := parse(flags, args); err != nil {
		return err
	}
	for _, misuse := range []struct {
		is   bool
		text string
	}{
		{(*archive == "") == (*reference == ""), "give one of --archive and --reference"},
		{*digestAlone && (*asJSON || *check), "--digest looks at nothing else: leave --json and --check out"},
		{*dockerfile != "" && !*check, "--dockerfile counts with --check alone"},
		{*shell && *dockerfile == "", "--shell counts with --dockerfile alone, which says what it is"},
	} {
		if misuse.is {
			return errors.New(misuse.text + "\n" + usage)
		}
	}
	content, err := openImage(ctx, *archive, *reference, *insecure)
	if err != nil {
		return err
	}
	if *digestAlone {
		descriptor, err := content.descriptor()
		if err == nil {
			out.print("%s", descriptor.Digest)
		}
		return err
	}
	all, err := inspectAll(content)
	if err != nil {
		return err
	}
	if err := all.print(out, *asJSON); err != nil || !*check {
		return err
	}
	return all.judge(*shell, *dockerfile, *folder, buildArgs)
}

// judge holds the images against what belongs into every one of ours, and against the Dockerfile, if there is one.
func (all *reports) judge(shell bool, dockerfile, folder string, buildArgs pairs) error {
	if err := all.check(shell); err != nil || dockerfile == "" {
		return err
	}
	stage, err := readStage(dockerfile, folder, buildArgs)
	if err != nil {
		return err
	}
	return all.follows(stage)
}

func openImage(ctx context.Context, archive, reference string, insecure bool) (packed, error) {
	if archive != "" {
		return readArchive(archive)
	}
	ref, err := name.ParseReference(reference, nameOptions(insecure)...)
	if err != nil {
		return packed{}, fmt.Errorf("--reference: %w", err)
	}
	found, err := remote.Get(ref, remoteOptions(ctx, insecure)...)
	if err != nil {
		return packed{}, fmt.Errorf("pulling %s: %w", ref, err)
	}
	content := packed{}
	if found.MediaType.IsIndex() {
		content.index, err = found.ImageIndex()
	} else {
		content.image, err = found.Image()
	}
	if err != nil {
		return packed{}, fmt.Errorf("pulling %s: %w", ref, err)
	}
	return content, nil
}

// reports are those of the images of an index, or of one image.
type reports struct {
	// Digest is that of the index; empty without one.
	Digest string    `json:"digest"`
	Images []*report `json:"images"`
}

func inspectAll(content packed) (*reports, error) {
	images, err := content.images()
	if err != nil {
		return nil, err
	}
	out := &reports{}
	if content.index != nil {
		descriptor, err := content.descriptor()
		if err != nil {
			return nil, err
		}
		out.Digest = descriptor.Digest.String()
	}
	for _, image := range images {
		r, err := inspect(image)
		if err != nil {
			return nil, err
		}
		out.Images = append(out.Images, r)
	}
	return out, nil
}

// print shows one image as that image, and an index as its digest and its images.
func (all *reports) print(out output, asJSON bool) error {
	if asJSON {
		var shown any = all
		if all.Digest == "" {
			shown = all.Images[0]
		}
		data, err := json.MarshalIndent(shown, "", "  ")
		if err != nil {
			return fmt.Errorf("encoding the report: %w", err)
		}
		out.print("%s", data)
		return nil
	}
	if all.Digest != "" {
		out.print("index       %s, %d images", all.Digest, len(all.Images))
	}
	for _, r := range all.Images {
		r.print(out)
	}
	return nil
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
	further, err := settings(image)
	if err != nil {
		return nil, err
	}
	r := &report{
		Digest: digest.String(), Platform: config.OS + "/" + config.Architecture,
		User: config.Config.User, Entrypoint: config.Config.Entrypoint, Labels: config.Config.Labels,
		Settings: further,
	}
	for _, layer := range layers {
		l, err := inspectLayer(layer, layerLimit)
		if err != nil {
			return nil, err
		}
		r.Layers = append(r.Layers, *l)
		r.Size += l.Size
	}
	return r, nil
}

func inspectLayer(layer v1.Layer, limit int64) (*layerReport, error) {
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
	reader := tar.NewReader(&bounded{Reader: content, limit: limit})
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
			Owner: fmt.Sprintf("%d:%d", header.Uid, header.Gid), Size: header.Size, name: header.Name, attributed: attributed(header),
		}
		switch header.Typeflag {
		case tar.TypeDir:
			f.Type = "directory"
		case tar.TypeReg:
			f.Type = "file"
			data, err := io.ReadAll(reader)
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", f.Path, err)
			}
			sum := sha256.Sum256(data)
			f.SHA256 = hex.EncodeToString(sum[:])
			f.Program = readProgram(data)
		}
		l.Files = append(l.Files, f)
	}
}

// attributed knows the records of GNU tar and Docker, and those of libarchive.
func attributed(header *tar.Header) bool {
	for key := range header.PAXRecords {
		if strings.HasPrefix(key, "SCHILY.xattr.") || strings.HasPrefix(key, "LIBARCHIVE.xattr.") {
			return true
		}
	}
	return false
}

// settings are the keys of the configuration's part for containers that no image of ours has, as long as they say something.
func settings(image v1.Image) ([]string, error) {
	raw, err := image.RawConfigFile()
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	var file struct {
		Config map[string]json.RawMessage `json:"config"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	known := []string{"User", "Entrypoint", "Labels"}
	empty := []string{"null", `""`, "false", "[]", "{}"}
	var out []string
	for _, key := range slices.Sorted(maps.Keys(file.Config)) {
		if !slices.Contains(known, key) && !slices.Contains(empty, string(file.Config[key])) {
			out = append(out, key)
		}
	}
	return out, nil
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
