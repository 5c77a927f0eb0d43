package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

const (
	template  = "testdata/template.yaml"
	digestOne = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	digestTwo = "sha256:2222222222222222222222222222222222222222222222222222222222222222"
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

// sources names the files from which a release takes what it is not told.
func sources(t *testing.T, zotDigest string) []string {
	t.Helper()
	images := put(t, "operatorDigest: \"\"\nzotDigest: \""+zotDigest+"\"\n", t.TempDir(), "images.yaml")
	return []string{"--template", template, "--images", images}
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
		{"0.2.0", "0.0.9", "", "0.2.0 replaces 0.1.0, but REPLACES says 0.0.9"},
	} {
		args := append([]string{"check", "--version", tc.version, "--replaces", tc.replaces, "--zot-digest", tc.digest}, sources(t, "")...)
		err := run(args, io.Discard)
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%+v: got %v", tc, err)
		}
	}
}

// A release takes from the sources what it is not told.
func TestCheckPrintsWhatTheReleaseIsTold(t *testing.T) {
	for _, tc := range []struct{ version, replaces, digest, inSources, want string }{
		{"0.1.0", "", "", "", "REPLACES=\nZOT_DIGEST=\n"},
		{"0.2.0", "", "", digestOne, "REPLACES=0.1.0\nZOT_DIGEST=" + digestOne + "\n"},
		{"0.2.0", "0.1.0", digestTwo, digestOne, "REPLACES=0.1.0\nZOT_DIGEST=" + digestTwo + "\n"},
		{"0.3.0", "0.2.0", "", "", "REPLACES=0.2.0\nZOT_DIGEST=\n"},
	} {
		out := &bytes.Buffer{}
		args := append([]string{"check", "--version", tc.version, "--replaces", tc.replaces, "--zot-digest", tc.digest}, sources(t, tc.inSources)...)
		if err := run(args, out); err != nil || out.String() != tc.want {
			t.Errorf("%+v: got %q, %v", tc, out, err)
		}
	}
	err := run(append([]string{"check", "--version", "0.1.0"}, sources(t, "v2.1.20")...), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "ZOT_DIGEST=v2.1.20 is no digest") {
		t.Errorf("sources with a tag for a digest: %v", err)
	}
}

// templated is the template of testdata, with a release.
func templated(t *testing.T, version, replaces string) (catalog, error) {
	t.Helper()
	out := &bytes.Buffer{}
	err := run([]string{
		"template", "--template", template, "--version", version, "--replaces", replaces, "--image", bundleOne,
	}, out)
	all := catalog{}
	if err == nil {
		err = yaml.UnmarshalStrict(out.Bytes(), &all)
	}
	return all, err
}

// candidates are the releases of channel candidate, and the bundles of the catalog.
func candidates(t *testing.T, all catalog) (entries []channelEntry, bundles []string) {
	t.Helper()
	for _, one := range all.Entries {
		switch {
		case one.Schema == bundleSchema:
			bundles = append(bundles, one.Image)
		case one.Schema == channelSchema && one.Name == candidate:
			entries = one.Entries
		// No release moves the channel of those that have proven themselves.
		case one.Schema == channelSchema && (len(one.Entries) != 1 || one.Entries[0].Name != csvName("0.1.0")):
			t.Errorf("channel %s has %+v", one.Name, one.Entries)
		}
	}
	return entries, bundles
}

// A release that the template has already keeps its channels and what it replaces, and its bundle is named by digest instead of by tag.
func TestTemplateOfAReleaseThatIsThere(t *testing.T) {
	for _, tc := range []struct{ version, replaces string }{{"0.2.0", ""}, {"0.2.0", "0.1.0"}, {"0.1.0", ""}} {
		all, err := templated(t, tc.version, tc.replaces)
		if err != nil {
			t.Fatal(err)
		}
		entries, bundles := candidates(t, all)
		if len(entries) != 2 || entries[0].Name != csvName("0.1.0") || entries[0].Replaces != "" ||
			entries[1].Name != csvName("0.2.0") || entries[1].Replaces != csvName("0.1.0") {
			t.Errorf("%+v: channel candidate has %+v", tc, entries)
		}
		tagged := slices.Contains(bundles, "ghcr.io/zot-artifact-store/operator-bundle:v0.2.0")
		if bundles[len(bundles)-1] != bundleOne || tagged == (tc.version == "0.2.0") {
			t.Errorf("%+v: bundles %v", tc, bundles)
		}
	}
}

// A new release comes into candidate alone, on top of the one that it replaces.
func TestTemplateOfANewRelease(t *testing.T) {
	all, err := templated(t, "0.3.0", "0.2.0")
	if err != nil {
		t.Fatal(err)
	}
	entries, bundles := candidates(t, all)
	if len(entries) != 3 || entries[2].Name != csvName("0.3.0") || entries[2].Replaces != csvName("0.2.0") || entries[2].SkipRange != "<0.3.0" {
		t.Errorf("channel candidate has %+v", entries)
	}
	if bundles[len(bundles)-1] != bundleOne {
		t.Errorf("bundles %v", bundles)
	}
}

func TestTemplateRefuses(t *testing.T) {
	for _, tc := range []struct{ version, replaces, want string }{
		{"0.3.0", "", "say with REPLACES"},
		{"0.3.0", "0.0.9", "channel candidate has 0.1.0, 0.2.0"},
		{"0.2.0", "0.1.1", `REPLACES says "zot-artifact-store-operator.v0.1.1"`},
	} {
		if _, err := templated(t, tc.version, tc.replaces); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: got %v", tc, err)
		}
	}
	other := &catalog{}
	if err := other.add(inputs{version: "0.2.0", image: "operator-bundle:v0.2.0"}); err == nil || !strings.Contains(err.Error(), "digest") {
		t.Errorf("a bundle by tag: %v", err)
	}
	early := &catalog{Entries: []blob{{Schema: channelSchema, Name: "stable", Entries: []channelEntry{{Name: csvName("0.3.0-rc.1")}}}}}
	if err := early.add(inputs{version: "0.3.0-rc.1", image: bundleOne}); err == nil || !strings.Contains(err.Error(), "yet to prove itself") {
		t.Errorf("a candidate in stable: %v", err)
	}
	if err := other.add(inputs{version: "0.2.0", image: bundleOne}); err == nil || !strings.Contains(err.Error(), "no channel") {
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
	args := []string{
		"seal", "--folder", folder, "--version", "1.2.3", "--commit", commitOne, "--go-version", "1.26.0", "--zot-digest", digestOne,
		"--replaces", "1.2.2", "--epoch", "1700000000",
	}
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
	want := map[string]any{"version": "1.2.3", "replaces": "1.2.2", "zotDigest": digestOne, "sourceDateEpoch": "1700000000"}
	if told := checkProvenance(t, folder, commitOne); !maps.Equal(told, want) {
		t.Errorf("it was told %v, want %v", told, want)
	}
	if err := run(append(args, "--dirty"), io.Discard); err != nil {
		t.Fatal(err)
	}
	want["dirty"] = true
	if told := checkProvenance(t, folder, commitOne); !maps.Equal(told, want) {
		t.Errorf("of sources that are in no commit it says %v, want %v", told, want)
	}

	put(t, "other", folder, "b.yaml")
	if err := sumsHold(folder); err == nil || !strings.Contains(err.Error(), "b.yaml") {
		t.Errorf("b.yaml has changed: %v", err)
	}
	for want, args := range map[string][]string{
		"40 hexadecimal": {"seal", "--folder", folder, "--version", "1.2.3", "--commit", "main", "--go-version", "1.26.0", "--epoch", "1"},
		"nothing":        {"seal", "--folder", t.TempDir(), "--version", "1.2.3", "--commit", commitOne, "--go-version", "1.26.0", "--epoch", "1"},
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
