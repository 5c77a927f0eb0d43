package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// entry is one of a layer.
type entry struct {
	tar.Header

	content []byte
}

// faulty is an image for linux/amd64 of one layer with these entries.
func faulty(t *testing.T, config v1.Config, entries ...entry) v1.Image {
	t.Helper()
	content := &bytes.Buffer{}
	writer := tar.NewWriter(content)
	for _, one := range entries {
		one.Size = int64(len(one.content))
		if err := writer.WriteHeader(&one.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := writer.Write(one.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	img, errLayer := mutate.AppendLayers(empty.Image, static.NewLayer(content.Bytes(), types.OCIUncompressedLayer))
	file, errConfig := img.ConfigFile()
	if err := errors.Join(errLayer, errConfig); err != nil {
		t.Fatal(err)
	}
	file.OS, file.Architecture, file.Config = "linux", "amd64", config
	img, err := mutate.ConfigFile(img, file)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file) // #nosec G304 -- a test
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Each image has one fault, beside which it is as it should be: the check must say that one and no other.
func TestCheckFinds(t *testing.T) {
	good := read(t, program(t))
	x := func(header tar.Header, content []byte) entry {
		header.Name, header.Typeflag = "x", tar.TypeReg
		return entry{header, content}
	}
	started := v1.Config{User: "65532:65532", Entrypoint: []string{"/x"}}
	sound := x(tar.Header{Mode: 0o755}, good)
	for name, tc := range map[string]struct {
		config  v1.Config
		entries []entry
		want    string // empty: it is sound
	}{
		"nothing":               {started, []entry{sound}, ""},
		"setuid":                {started, []entry{x(tar.Header{Mode: 0o4755}, good)}, "setuid"},
		"setgid":                {started, []entry{x(tar.Header{Mode: 0o2755}, good)}, "setgid"},
		"writable by the group": {started, []entry{x(tar.Header{Mode: 0o775}, good)}, "others than its owner"},
		"writable by all":       {started, []entry{x(tar.Header{Mode: 0o757}, good)}, "others than its owner"},
		"owned by somebody":     {started, []entry{x(tar.Header{Mode: 0o755, Uid: 7}, good)}, "owned by 7:0"},
		"a writable folder": {
			v1.Config{User: "1", Entrypoint: []string{"/b/x"}}, []entry{
				{tar.Header{Name: "b/", Mode: 0o775, Typeflag: tar.TypeDir}, nil}, {tar.Header{Name: "b/x", Mode: 0o755, Typeflag: tar.TypeReg}, good},
			}, "/b has mode 0775",
		},
		"a folder beside":           {started, []entry{{tar.Header{Name: "tmp/", Mode: 0o755, Typeflag: tar.TypeDir}, nil}, sound}, "not above"},
		"a link":                    {v1.Config{User: "1"}, []entry{{tar.Header{Name: "y", Linkname: "x", Typeflag: tar.TypeSymlink}, nil}}, "neither file nor"},
		"two files in a layer":      {started, []entry{sound, {tar.Header{Name: "y", Mode: 0o644, Typeflag: tar.TypeReg}, nil}}, "one file each"},
		"a layer of nothing":        {v1.Config{User: "1"}, []entry{{tar.Header{Name: "y/", Mode: 0o755, Typeflag: tar.TypeDir}, nil}}, "no file"},
		"a script":                  {started, []entry{x(tar.Header{Mode: 0o755}, []byte("#!/bin/sh"))}, "no Linux program"},
		"of another architecture":   {started, []entry{x(tar.Header{Mode: 0o755}, read(t, programFor(t, "arm64")))}, "EM_AARCH64"},
		"a program that is dynamic": {started, []entry{x(tar.Header{Mode: 0o755}, dynamic(t))}, "loader"},
		"a user by name":            {v1.Config{User: "zot", Entrypoint: []string{"/x"}}, []entry{sound}, "not numeric"},
		"root":                      {v1.Config{User: "0", Entrypoint: []string{"/x"}}, []entry{sound}, "other than root"},
		"no user":                   {v1.Config{Entrypoint: []string{"/x"}}, []entry{sound}, "not numeric"},
		"another entrypoint":        {v1.Config{User: "1", Entrypoint: []string{"/y"}}, []entry{sound}, "is no program"},
		"no entrypoint":             {v1.Config{User: "1"}, []entry{sound}, "is no program"},
		"capabilities": {
			started,
			[]entry{x(tar.Header{Mode: 0o755, PAXRecords: map[string]string{"SCHILY.xattr.security.capability": "\x01"}}, good)},
			"/x has extended attributes",
		},
		"attributes as libarchive writes them": {
			started,
			[]entry{x(tar.Header{Mode: 0o755, PAXRecords: map[string]string{"LIBARCHIVE.xattr.user.a": "YQ=="}}, good)},
			"/x has extended attributes",
		},
		"other records of PAX":  {started, []entry{x(tar.Header{Mode: 0o755, PAXRecords: map[string]string{"comment": "1"}}, good)}, ""},
		"a name that leads out": {started, []entry{{tar.Header{Name: "../x", Mode: 0o755, Typeflag: tar.TypeReg}, good}}, `named "../x"`},
		"a name from the root":  {started, []entry{{tar.Header{Name: "/x", Mode: 0o755, Typeflag: tar.TypeReg}, good}}, `named "/x"`},
		"a name with a detour":  {started, []entry{{tar.Header{Name: "./x", Mode: 0o755, Typeflag: tar.TypeReg}, good}}, `named "./x"`},
		"an environment": {
			v1.Config{User: "1", Entrypoint: []string{"/x"}, Env: []string{"GODEBUG=a=b"}, Labels: map[string]string{"a": "b"}},
			[]entry{sound},
			"its configuration has Env: only",
		},
		"arguments and more": {
			v1.Config{User: "1", Entrypoint: []string{"/x"}, Cmd: []string{"a"}, WorkingDir: "/tmp", Volumes: map[string]struct{}{"/d": {}}},
			[]entry{sound},
			"its configuration has Cmd, Volumes, WorkingDir: only",
		},
		"a shell": {
			v1.Config{User: "1", Entrypoint: []string{"/sh"}}, []entry{{tar.Header{Name: "sh", Mode: 0o755, Typeflag: tar.TypeReg}, good}}, "is a shell",
		},
		"data alone, started": {
			v1.Config{User: "1", Entrypoint: []string{"/y"}}, []entry{{tar.Header{Name: "y", Mode: 0o644, Typeflag: tar.TypeReg}, nil}}, "is no program",
		},
		"data alone": {v1.Config{User: "1"}, []entry{{tar.Header{Name: "y", Mode: 0o644, Typeflag: tar.TypeReg}, nil}}, ""},
	} {
		all, err := inspectAll(packed{image: faulty(t, tc.config, tc.entries...)})
		if err != nil {
			t.Fatal(err)
		}
		err = all.check(false)
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than one fault is found: %v", name, err)
		}
	}
}

// An image that differs from what its Dockerfile describes is refused, whatever the difference is about.
func TestFollowsFinds(t *testing.T) {
	context := t.TempDir()
	put(t, filepath.Join(context, "a"), "content", 0o600)
	if err := os.Mkdir(filepath.Join(context, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(context, "data", "b"), "content", 0o600)
	binary, archive := program(t), filepath.Join(t.TempDir(), "x.tar")
	const content = "FROM scratch\nARG V=1\nLABEL v=${V}\nCOPY --from=build /o/x /x\nCOPY data /d/\nUSER 7:7\nENTRYPOINT [\"/x\"]\n"
	file := filepath.Join(context, "Dockerfile")
	put(t, file, content, 0o600)
	must(t, "build", "--name", operatorImage, "--dockerfile", file, "--context", context, "--arch", "amd64", "--file", "/x="+binary,
		"--output", archive)
	inspected := []string{"inspect", "--archive", archive, "--check", "--context", context, "--dockerfile"}
	must(t, append(inspected, file)...)
	if _, err := image(t, append(inspected, file, "--build-arg", "V=2")...); err == nil || !strings.Contains(err.Error(), "labels") {
		t.Errorf("another version: %v", err)
	}
	for was, becomes := range map[string]string{
		"USER 7:7": "USER 8:8", "[\"/x\"]": "[\"/y\"]", "LABEL v=${V}": "LABEL w=${V}", "/o/x /x": "/o/x /o/y /x/", "data /d/": "data /e/",
	} {
		other := filepath.Join(t.TempDir(), "Dockerfile")
		put(t, other, strings.Replace(content, was, becomes, 1), 0o600)
		if _, err := image(t, append(inspected, other)...); err == nil || !strings.Contains(err.Error(), "not what the Dockerfile describes") {
			t.Errorf("%s is not in the image, but: %v", becomes, err)
		}
	}
	put(t, filepath.Join(context, "data", "b"), "CONTENT", 0o600)
	if _, err := image(t, append(inspected, file)...); err == nil || !strings.Contains(err.Error(), "the content of /d/b") {
		t.Errorf("a file has changed: %v", err)
	}
}
