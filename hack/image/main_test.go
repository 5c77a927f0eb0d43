package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

var binaryOrder = binary.LittleEndian

const operatorImage = "ghcr.io/zot-artifact-store/operator:v0.1.0"

// image runs the command and gives what it prints as its result.
func image(t *testing.T, args ...string) (string, error) {
	t.Helper()
	result := &bytes.Buffer{}
	err := run(t.Context(), args, output{result: result, progress: io.Discard})
	return strings.TrimSpace(result.String()), err
}

func must(t *testing.T, args ...string) string {
	t.Helper()
	result, err := image(t, args...)
	if err != nil {
		t.Fatalf("image %v: %v", args, err)
	}
	return result
}

// program builds a static binary.
func program(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	source, binary := filepath.Join(dir, "main.go"), filepath.Join(dir, "program")
	put(t, source, "package main\n\nfunc main() {}\n", 0o600)
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, source) // #nosec G204 -- a test
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building a program: %v\n%s", err, out)
	}
	return binary
}

// programFor is that program with the mark of another architecture: to compile it would compile Go's runtime once more.
func programFor(t *testing.T, arch string) string {
	t.Helper()
	binary := program(t)
	data := read(t, binary)
	binary += "-" + arch
	binaryOrder.PutUint16(data[18:], uint16(machines[arch])) // e_machine
	put(t, binary, string(data), 0o700)
	return binary
}

// dynamic is that program with a segment that names a loader: its note becomes one.
func dynamic(t *testing.T) []byte {
	t.Helper()
	data := read(t, program(t))
	const headers, size = 64, 56
	for at := headers; at < headers+10*size; at += size {
		if elf.ProgType(binaryOrder.Uint32(data[at:])) == elf.PT_NOTE {
			binaryOrder.PutUint32(data[at:], uint32(elf.PT_INTERP))
			return data
		}
	}
	t.Fatal("the program has no note")
	return nil
}

func put(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func mirror(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func TestBuildPushInspect(t *testing.T) {
	binary, dir := program(t), t.TempDir()
	first, second := filepath.Join(dir, "a.tar"), filepath.Join(dir, "sub", "b.tar")
	args := []string{
		"build", "--name", operatorImage, "--entrypoint", "/manager", "--arch", "amd64", "--label", "a=b",
		"--file", "/manager=" + binary, "--file", "/config-agent=" + binary, "--output",
	}
	built := must(t, append(args, first)...)
	touched := filepath.Join(dir, "touched")
	data, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	put(t, touched, string(data), 0o700)
	args[len(args)-4] = "/manager=" + touched
	if again := must(t, append(args, second)...); again != built {
		t.Errorf("a second build gives %s, the first gave %s", again, built)
	}
	a, errA := os.ReadFile(first)
	b, errB := os.ReadFile(second)
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("two builds give different bytes (%v, %v)", errA, errB)
	}

	host := mirror(t)
	pushed := must(t, "push", "--archive", first, "--to", host, "--as", operatorImage)
	if pushed != built || !strings.HasPrefix(pushed, "ghcr.io/zot-artifact-store/operator@sha256:") {
		t.Errorf("push prints %s, build printed %s", pushed, built)
	}
	pulled := host + "/zot-artifact-store/operator:v0.1.0"
	ref, err := name.ParseReference(pulled)
	if err != nil {
		t.Fatal(err)
	}
	remoteImage, err := remote.Image(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Image(remoteImage); err != nil {
		t.Errorf("the image is not sound: %v", err)
	}
	_, digest, _ := strings.Cut(built, "@")
	for _, from := range [][]string{{"--archive", first}, {"--reference", pulled}} {
		if got := must(t, append([]string{"inspect", "--digest"}, from...)...); got != digest {
			t.Errorf("inspect --digest %v prints %s, want %s", from, got, digest)
		}
	}
	local := must(t, "inspect", "--archive", first, "--json", "--check")
	if got := must(t, "inspect", "--reference", pulled, "--json", "--check"); got != local {
		t.Errorf("pulled:\n%s\nin the archive:\n%s", got, local)
	}
	var r report
	if err := json.Unmarshal([]byte(local), &r); err != nil {
		t.Fatal(err)
	}
	if r.User != "65532:65532" || r.Platform != "linux/amd64" || len(r.Layers) != 2 || r.Labels["a"] != "b" {
		t.Errorf("the image is %s", local)
	}
	for i, want := range []string{"/config-agent", "/manager"} {
		files := r.Layers[i].Files
		if len(files) != 1 || files[0].Path != want || files[0].Mode != "0755" || files[0].Owner != "0:0" || files[0].Size != int64(len(data)) {
			t.Errorf("layer %d holds %+v, want only %s", i, files, want)
		}
	}
	if text := must(t, "inspect", "--archive", first); !strings.Contains(text, "/manager") || !strings.Contains(text, "65532:65532") {
		t.Errorf("inspect prints\n%s", text)
	}
}

// The archive must be of use to docker load, podman load and crane push too, which read manifest.json.
func TestArchiveIsADockerArchiveToo(t *testing.T) {
	binary, archive := program(t), filepath.Join(t.TempDir(), "x.tar")
	must(t, "build", "--name", "demo/x:1", "--entrypoint", "/usr/bin/x", "--arch", "amd64",
		"--file", "/usr/bin/x="+binary, "--output", archive)
	tag, err := name.NewTag("docker.io/demo/x:1")
	if err != nil {
		t.Fatal(err)
	}
	image, err := tarball.ImageFromPath(archive, &tag)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Image(image); err != nil {
		t.Errorf("the image is not sound: %v", err)
	}
	var r report
	if err := json.Unmarshal([]byte(must(t, "inspect", "--archive", archive, "--json")), &r); err != nil {
		t.Fatal(err)
	}
	paths := []string{}
	for _, f := range r.Layers[0].Files {
		paths = append(paths, f.Path)
	}
	if got := strings.Join(paths, " "); got != "/usr /usr/bin /usr/bin/x" {
		t.Errorf("the layer holds %s", got)
	}
}

func TestBuildRefuses(t *testing.T) {
	binary, dir := program(t), t.TempDir()
	script := filepath.Join(dir, "script")
	put(t, script, "#!/bin/sh\n", 0o700)
	good := map[string]string{
		"--name": "demo/x:1", "--entrypoint": "/x", "--arch": "amd64", "--file": "/x=" + binary,
		"--output": filepath.Join(dir, "x.tar"),
	}
	for _, tc := range []struct{ flag, value, want string }{
		{"--user", "root", "not numeric"},
		{"--user", "0:0", "not numeric"},
		{"--entrypoint", "/y", "none of the files"},
		{"--arch", "arm64", "the image for arm64"},
		{"--file", "x=" + binary, "none of the files"},
		{"--file", "/x=" + script, "no Linux binary"},
		{"--file", "/x=" + dir, "no regular file"},
		{"--file", "/x=" + dir + "/none", "no such file"},
		{"--name", "Not A Name", "--name"},
		{"--name", "", "--name is missing"},
		{"--label", "x", "is not KEY=VALUE"},
	} {
		args := []string{"build"}
		for flag, value := range good {
			if flag != tc.flag {
				args = append(args, flag, value)
			}
		}
		if _, err := image(t, append(args, tc.flag, tc.value)...); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s %s: %v, want %q", tc.flag, tc.value, err, tc.want)
		}
	}
}

func TestPushTakesADockerArchive(t *testing.T) {
	img, err := randomImage(true, randomLayers, randomLayerSize)
	if err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag("ghcr.io/project-zot/zot:v2.1.20")
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "zot.tar")
	if err := tarball.WriteToFile(archive, tag, img); err != nil {
		t.Fatal(err)
	}
	host := mirror(t)
	pushed := must(t, "push", "--archive", archive, "--to", host, "--as", tag.Name())
	_, digest, _ := strings.Cut(pushed, "@")
	ref, err := name.ParseReference(host + "/project-zot/zot@" + digest)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := remote.Head(ref); err != nil {
		t.Errorf("it is not where containerd asks for it: %v", err)
	}
}

func TestRoundtrip(t *testing.T) {
	host := mirror(t)
	for _, args := range [][]string{{}, {"--docker"}, {"--insecure", "--tag", "v1"}} {
		result := must(t, append([]string{"roundtrip", "--registry", host, "--repository", "demo/hello"}, args...)...)
		lines := strings.Split(result, "\n")
		if len(lines) != 2 || digestOf(lines[0]) == "" || digestOf(lines[0]) != digestOf(lines[1]) {
			t.Errorf("%v prints\n%s", args, result)
		}
	}
	if _, err := image(t, "roundtrip", "--registry", "127.0.0.1:1", "--repository", "demo/hello"); err == nil {
		t.Error("no registry listens there")
	}
}

func digestOf(line string) string {
	_, rest, _ := strings.Cut(line, "@")
	digest, _, _ := strings.Cut(rest, " ")
	return digest
}

func TestCompareSeesADifference(t *testing.T) {
	one, errOne := randomImage(false, randomLayers, randomLayerSize)
	other, errOther := randomImage(false, randomLayers, randomLayerSize)
	if errOne != nil || errOther != nil {
		t.Fatal(errOne, errOther)
	}
	if _, _, err := compare(one, one); err != nil {
		t.Errorf("an image differs from itself: %v", err)
	}
	if _, _, err := compare(one, other); err == nil {
		t.Error("two random images are the same")
	}
}
