package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

const (
	digestOne = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	bundleOne = "ghcr.io/zot-artifact-store/operator-bundle@" + digestOne
	commitOne = "2222222222222222222222222222222222222222"
)

func put(t *testing.T, content string, path ...string) string {
	t.Helper()
	file := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestCheck(t *testing.T) {
	for _, tc := range []struct{ version, replaces, digest, want string }{
		{"1.2.3", "", "", ""},
		{"1.2.3-rc.1", "1.2.2", digestOne, ""},
		{"1.2.3", "1.2.3-rc.1", "", ""},
		{"v1.2.3", "", "", "VERSION=v1.2.3 is no version"},
		{"1.2", "", "", "VERSION=1.2 is no version"},
		{"1.2.3+build", "", "", "build metadata"},
		{"", "", "", "--version is missing"},
		{"1.2.3", "latest", "", "REPLACES=latest is no version"},
		{"1.2.3", "1.2.3", "", "not older"},
		{"1.2.3-rc.1", "1.2.3", "", "not older"},
		{"1.2.3", "", "v2.1.20", "ZOT_DIGEST=v2.1.20 is no digest"},
	} {
		err := run([]string{"check", "--version", tc.version, "--replaces", tc.replaces, "--zot-digest", tc.digest}, io.Discard)
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%+v: got %v", tc, err)
		}
	}
}

// templated is the template of the repository, with a release.
func templated(t *testing.T, version, replaces string) (catalog, error) {
	t.Helper()
	out := &bytes.Buffer{}
	err := run([]string{
		"template", "--template", "../../catalog/template.yaml", "--version", version, "--replaces", replaces, "--image", bundleOne,
	}, out)
	all := catalog{}
	if err == nil {
		err = yaml.UnmarshalStrict(out.Bytes(), &all)
	}
	return all, err
}

// A release that the template has already keeps its channels, and its bundle is named by digest instead of by tag.
func TestTemplateOfAReleaseThatIsThere(t *testing.T) {
	all, err := templated(t, "0.1.0", "")
	if err != nil {
		t.Fatal(err)
	}
	channels, images := 0, []string{}
	for _, one := range all.Entries {
		if one.Schema == channelSchema {
			channels++
			if len(one.Entries) != 1 || one.Entries[0].Name != csvName("0.1.0") || one.Entries[0].Replaces != "" {
				t.Errorf("channel %s has %+v", one.Name, one.Entries)
			}
		}
		if one.Schema == bundleSchema {
			images = append(images, one.Image)
		}
	}
	if channels != 2 || !slices.Equal(images, []string{bundleOne}) {
		t.Errorf("%d channels, bundles %v", channels, images)
	}
}

// A new release comes into candidate alone, on top of the one that it replaces.
func TestTemplateOfANewRelease(t *testing.T) {
	all, err := templated(t, "0.2.0", "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all.Entries {
		if one.Schema != channelSchema {
			continue
		}
		want := []channelEntry{{Name: csvName("0.1.0"), SkipRange: "<0.1.0"}}
		if one.Name == candidate {
			want = append(want, channelEntry{Name: csvName("0.2.0"), Replaces: csvName("0.1.0"), SkipRange: "<0.2.0"})
		}
		if len(one.Entries) != len(want) || one.Entries[len(want)-1].Name != want[len(want)-1].Name ||
			one.Entries[len(want)-1].Replaces != want[len(want)-1].Replaces || one.Entries[len(want)-1].SkipRange != want[len(want)-1].SkipRange {
			t.Errorf("channel %s has %+v, want %+v", one.Name, one.Entries, want)
		}
	}
	if last := all.Entries[len(all.Entries)-1]; last.Image != bundleOne {
		t.Errorf("the last entry is %+v", last)
	}
}

func TestTemplateRefuses(t *testing.T) {
	for _, tc := range []struct{ version, replaces, want string }{
		{"0.2.0", "", "say with REPLACES"},
		{"0.2.0", "0.0.9", "channel candidate has 0.1.0"},
	} {
		if _, err := templated(t, tc.version, tc.replaces); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: got %v", tc, err)
		}
	}
	other := catalog{Entries: []blob{{Schema: channelSchema, Name: candidate, Entries: []channelEntry{
		{Name: csvName("0.2.0"), Replaces: csvName("0.1.0")},
	}}}}
	for _, replaced := range []string{"0.1.1", ""} {
		err := other.add(inputs{version: "0.2.0", replaces: replaced, image: bundleOne})
		if err == nil || !strings.Contains(err.Error(), "REPLACES says") {
			t.Errorf("another replaced release, %q: %v", replaced, err)
		}
	}
	if err := other.add(inputs{version: "0.2.0", image: "operator-bundle:v0.2.0"}); err == nil || !strings.Contains(err.Error(), "digest") {
		t.Errorf("a bundle by tag: %v", err)
	}
	if err := (&catalog{}).add(inputs{version: "0.2.0", image: bundleOne}); err == nil || !strings.Contains(err.Error(), "no channel") {
		t.Errorf("no channel: %v", err)
	}
}

// What is packed depends on names and contents, and on nothing else of the files.
func TestPack(t *testing.T) {
	var packed [][]byte
	for _, mode := range []os.FileMode{0o600, 0o755} {
		folder, out := t.TempDir(), filepath.Join(t.TempDir(), "out.tar.gz")
		for _, name := range []string{"b.yaml", "a/c.yaml"} {
			if err := os.Chmod(put(t, "content of "+name, folder, "bundle", name), mode); err != nil {
				t.Fatal(err)
			}
		}
		if err := run([]string{"pack", "--folder", filepath.Join(folder, "bundle"), "--output", out}, io.Discard); err != nil {
			t.Fatal(err)
		}
		packed = append(packed, read(t, out))
	}
	if !bytes.Equal(packed[0], packed[1]) {
		t.Error("modes and times count")
	}
	files := unpacked(t, packed[0])
	if len(files) != 2 || string(files["bundle/a/c.yaml"]) != "content of a/c.yaml" {
		t.Errorf("it holds %q", files)
	}
}

// unpacked gives the files of a tar.gz.
func unpacked(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	content, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	reader := tar.NewReader(content)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if out[header.Name], err = io.ReadAll(reader); err != nil {
			t.Fatal(err)
		}
	}
}

// Provenance and sums are the same each time, and are written anew over what is there.
func TestSeal(t *testing.T) {
	folder := t.TempDir()
	put(t, "one", folder, "a.tar")
	put(t, "two", folder, "b.yaml")
	args := []string{"seal", "--folder", folder, "--version", "1.2.3", "--commit", commitOne, "--go-version", "1.26.0", "--zot-digest", digestOne}
	if err := run(args, io.Discard); err != nil {
		t.Fatal(err)
	}
	sums, statement := read(t, folder, sumsFile), read(t, folder, provenanceFile)
	if err := run(args, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(sums, read(t, folder, sumsFile)) || !bytes.Equal(statement, read(t, folder, provenanceFile)) {
		t.Error("the second time it is another one")
	}
	checkSums(t, folder)
	checkProvenance(t, folder, commitOne)

	put(t, "other", folder, "b.yaml")
	if err := sumsHold(folder); err == nil || !strings.Contains(err.Error(), "b.yaml") {
		t.Errorf("b.yaml has changed: %v", err)
	}
	for want, args := range map[string][]string{
		"40 hexadecimal": {"seal", "--folder", folder, "--version", "1.2.3", "--commit", "main", "--go-version", "1.26.0"},
		"nothing":        {"seal", "--folder", t.TempDir(), "--version", "1.2.3", "--commit", commitOne, "--go-version", "1.26.0"},
	} {
		if err := run(args, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v", args, err)
		}
	}
	put(t, "", folder, "sub", "file")
	if err := run(args, io.Discard); err == nil || !strings.Contains(err.Error(), "sub is no file") {
		t.Errorf("a folder among them: %v", err)
	}
}

// The script refuses sources that are in no commit, and sources that say not which they are.
func TestReleaseRefusesSources(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"release.sh", "step.sh"} {
		put(t, string(read(t, "..", name)), root, "hack", name)
	}
	released := func(environment ...string) string {
		command := exec.Command("bash", filepath.Join(root, "hack", "release.sh")) // #nosec G204 -- a test
		command.Env = append(os.Environ(), "VERSION=1.2.3", "SOURCE_COMMIT=", "SOURCE_DATE_EPOCH=", "ALLOW_DIRTY=")
		command.Env = append(command.Env, environment...)
		out, err := command.CombinedOutput()
		if err == nil {
			t.Errorf("it has made a release:\n%s", out)
		}
		return string(out)
	}
	if out := released(); !strings.Contains(out, "SOURCE_COMMIT: there is no git here") {
		t.Errorf("without git:\n%s", out)
	}
	if out := released("SOURCE_COMMIT=" + commitOne); !strings.Contains(out, "SOURCE_DATE_EPOCH: there is no git here") {
		t.Errorf("without a time:\n%s", out)
	}
	git := func(args ...string) {
		command := exec.Command("git", append([]string{"-C", root, "-c", "user.name=test", "-c", "user.email=test@example.com"}, args...)...)
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q")
	git("add", "hack")
	git("commit", "-q", "-m", "first")
	put(t, "", root, "new.go")
	if out := released(); !strings.Contains(out, "in no commit") || !strings.Contains(out, "?? new.go") {
		t.Errorf("a file that is in no commit:\n%s", out)
	}
	if out := released("ALLOW_DIRTY=1"); !strings.Contains(out, "NOT A RELEASE") {
		t.Errorf("what is not committed was taken, and not said:\n%s", out)
	}
}
