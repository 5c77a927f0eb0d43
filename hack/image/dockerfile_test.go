package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheDockerfile builds what the repository's own Dockerfile describes.
func TestTheDockerfile(t *testing.T) {
	binary, archive := program(t), filepath.Join(t.TempDir(), "operator.tar")
	args := []string{
		"build", "--name", operatorImage, "--dockerfile", "../../Dockerfile", "--build-arg", "VERSION=v0.1.0",
		"--arch", "amd64", "--output", archive, "--file", "/manager=" + binary,
	}
	_, err := image(t, args...)
	if err == nil || !strings.Contains(err.Error(), "/config-agent") {
		t.Errorf("a file that the Dockerfile copies is missing, but: %v", err)
	}
	args = append(args, "--file", "/config-agent="+binary, "--file", "/s3-gateway="+binary)
	must(t, args...)
	var r report
	if err := json.Unmarshal([]byte(must(t, "inspect", "--archive", archive, "--json", "--check")), &r); err != nil {
		t.Fatal(err)
	}
	if r.User != "65532:65532" || strings.Join(r.Entrypoint, " ") != "/manager" {
		t.Errorf("user %s, entrypoint %v", r.User, r.Entrypoint)
	}
	if got := r.Labels["org.opencontainers.image.version"]; got != "v0.1.0" {
		t.Errorf("the version label is %q", got)
	}
	if got := r.Labels["org.opencontainers.image.title"]; got != "Zot Artifact Store Operator" {
		t.Errorf("the title label is %q", got)
	}
	if _, err := image(t, append(args, "--user", "1:1")...); err == nil {
		t.Error("--user beside --dockerfile would make another image than the Dockerfile")
	}
}

// TestTheDockerfileOfMustGather builds the one image that has a shell, which only who asks for it lets pass.
func TestTheDockerfileOfMustGather(t *testing.T) {
	const file = "../../cmd/must-gather/Dockerfile"
	binary, archive := program(t), filepath.Join(t.TempDir(), "must-gather.tar")
	build := []string{"build", "--name", operatorImage, "--dockerfile", file, "--arch", "amd64", "--output", archive}
	for _, path := range []string{"/usr/bin/gather", "/bin/bash", "/bin/sh", "/usr/bin/tar"} {
		build = append(build, "--file", path+"="+binary)
	}
	must(t, build...)
	inspected := []string{"inspect", "--archive", archive, "--check"}
	must(t, append(inspected, "--dockerfile", file, "--shell")...)
	if _, err := image(t, append(inspected, "--dockerfile", file)...); err == nil || !strings.Contains(err.Error(), "/bin/bash is a shell") {
		t.Errorf("without --shell: %v", err)
	}
	if _, err := image(t, append(inspected, "--shell")...); err == nil || !strings.Contains(err.Error(), "--dockerfile alone") {
		t.Errorf("without what says which: %v", err)
	}
	if _, err := image(t, append(inspected, "--dockerfile", "../../Dockerfile", "--shell")...); err == nil || !strings.Contains(err.Error(), "files") {
		t.Errorf("a shell that the Dockerfile does not have: %v", err)
	}
}

func TestDockerfileRefuses(t *testing.T) {
	for content, want := range map[string]string{
		"FROM busybox\n":                             "from scratch",
		"FROM scratch\nRUN true\n":                   "no counterpart",
		"FROM scratch\nCOPY manager /manager\n":      "COPY FOLDER TARGET/",
		"FROM scratch\nCOPY --chown=1 a /a\n":        "no counterpart",
		"FROM scratch\nENTRYPOINT /manager\n":        "without a shell",
		"FROM scratch\nUSER ${WHO}\n":                "no ARG",
		"FROM scratch\nCOPY --from=build /o/a /b/\n": "/b/a",
	} {
		file := filepath.Join(t.TempDir(), "Dockerfile")
		put(t, file, "# comment\nFROM golang AS build\nRUN make \\\n  all\n"+content, 0o600)
		r := recipe{files: map[string]string{"/manager": "x"}}
		if err := r.follow(file, ".", nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
}

// TestFolders builds an image of data, as bundles and catalogs are.
func TestFolders(t *testing.T) {
	context := t.TempDir()
	if err := os.MkdirAll(filepath.Join(context, "data", "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"data/b.yaml", "data/a/a.yaml"} {
		put(t, filepath.Join(context, name), "content of "+name, 0o600)
	}
	file, archive := filepath.Join(context, "Dockerfile"), filepath.Join(t.TempDir(), "data.tar")
	put(t, file, "FROM scratch\nLABEL about=data\nCOPY data /content/\n", 0o600)
	build := []string{"build", "--name", operatorImage, "--dockerfile", file, "--output", archive, "--context"}
	must(t, append(build, context)...)
	printed := must(t, "inspect", "--archive", archive)
	for _, want := range []string{"content/a/a.yaml", "content/b.yaml"} {
		if !strings.Contains(printed, want) {
			t.Errorf("%s is not in the image:\n%s", want, printed)
		}
	}
	if _, err := image(t, append(build, t.TempDir())...); err == nil {
		t.Error("the folder is not there, and the image was built")
	}
}
