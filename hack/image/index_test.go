package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// built is the archive of an image of one program for an architecture.
func built(t *testing.T, arch string) string {
	t.Helper()
	archive := filepath.Join(t.TempDir(), arch+".tar")
	must(t, "build", "--name", operatorImage, "--entrypoint", "/x", "--arch", arch, "--file", "/x="+programFor(t, arch),
		"--output", archive)
	return archive
}

// An index is made of archives, pushed whole, and is the same everywhere: its digest is what manifests name.
func TestIndex(t *testing.T) {
	amd, arm, dir := built(t, "amd64"), built(t, "arm64"), t.TempDir()
	archive, again := filepath.Join(dir, "index.tar"), filepath.Join(dir, "again.tar")
	printed := must(t, "index", "--name", operatorImage, "--archive", amd, "--archive", arm, "--output", archive)
	if other := must(t, "index", "--name", operatorImage, "--archive", arm, "--archive", amd, "--output", again); other != printed {
		t.Errorf("the order of the archives counts: %s, %s", printed, other)
	}
	if !bytes.Equal(read(t, archive), read(t, again)) {
		t.Error("two runs give different bytes")
	}
	var all reports
	local := must(t, "inspect", "--archive", archive, "--json", "--check")
	if err := json.Unmarshal([]byte(local), &all); err != nil {
		t.Fatal(err)
	}
	if digestOf(printed) != all.Digest || len(all.Images) != 2 || all.Images[0].Platform != "linux/amd64" || all.Images[1].Platform != "linux/arm64" {
		t.Errorf("index printed %s, the archive holds %s", printed, local)
	}

	host := mirror(t)
	if pushed := must(t, "push", "--archive", archive, "--to", host, "--as", operatorImage); pushed != printed {
		t.Errorf("push prints %s, index printed %s", pushed, printed)
	}
	pulled := host + "/zot-artifact-store/operator:v0.1.0"
	ref, err := name.ParseReference(pulled)
	if err != nil {
		t.Fatal(err)
	}
	index, err := remote.Index(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Errorf("the index is not sound: %v", err)
	}
	if got := must(t, "inspect", "--reference", pulled, "--json", "--check"); got != local {
		t.Errorf("pulled:\n%s\nin the archive:\n%s", got, local)
	}
	if text := must(t, "inspect", "--archive", archive); !strings.Contains(text, all.Digest) || strings.Count(text, "entrypoint  /x") != 2 {
		t.Errorf("inspect prints\n%s", text)
	}
}

func TestIndexRefuses(t *testing.T) {
	amd, arm, out := built(t, "amd64"), built(t, "arm64"), filepath.Join(t.TempDir(), "out.tar")
	index := filepath.Join(t.TempDir(), "index.tar")
	must(t, "index", "--name", operatorImage, "--archive", amd, "--archive", arm, "--output", index)
	for want, archives := range map[string][]string{
		"two images are for linux/amd64": {amd, amd},
		"holds an index":                 {index},
		"--archive is missing":           nil,
		"no such file":                   {amd + ".none"},
	} {
		args := []string{"index", "--name", operatorImage, "--output", out}
		for _, one := range archives {
			args = append(args, "--archive", one)
		}
		if _, err := image(t, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", archives, err, want)
		}
	}
}

// A fault in one image of an index is found, and said of which.
func TestIndexIsCheckedWhole(t *testing.T) {
	amd, err := readArchive(built(t, "amd64"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := inspectAll(amd)
	if err != nil {
		t.Fatal(err)
	}
	broken := *all.Images[0]
	broken.Platform = "linux/arm64"
	all.Images = append(all.Images, &broken)
	if err := all.check(false); err == nil || !strings.HasPrefix(err.Error(), "linux/arm64: /x is for EM_X86_64") {
		t.Errorf("got %v", err)
	}
}

// A damaged blob of an index is no image.
func TestDamagedIndex(t *testing.T) {
	amd, arm, archive := built(t, "amd64"), built(t, "arm64"), filepath.Join(t.TempDir(), "index.tar")
	must(t, "index", "--name", operatorImage, "--archive", amd, "--archive", arm, "--output", archive)
	content := strings.Replace(string(read(t, archive)), `"architecture":"arm64"`, `"architecture":"arm65"`, 1)
	put(t, archive, content, 0o600)
	if _, err := image(t, "inspect", "--archive", archive); err == nil {
		t.Error("the archive is damaged, and was read")
	}
}

// Of an index, pull takes the image for one platform, under the name that is wanted.
func TestPull(t *testing.T) {
	amd, arm, dir := built(t, "amd64"), built(t, "arm64"), t.TempDir()
	archive, pulled := filepath.Join(dir, "index.tar"), filepath.Join(dir, "pulled.tar")
	printed := must(t, "index", "--name", operatorImage, "--archive", amd, "--archive", arm, "--output", archive)
	host := mirror(t)
	must(t, "push", "--archive", archive, "--to", host, "--as", operatorImage)
	reference := host + "/zot-artifact-store/operator"
	for _, from := range []string{reference + ":v0.1.0", reference + "@" + digestOf(printed)} {
		got := must(t, "pull", "--reference", from, "--name", operatorImage, "--arch", "arm64", "--output", pulled)
		if !bytes.Equal(read(t, pulled), read(t, arm)) || !strings.HasPrefix(got, "ghcr.io/zot-artifact-store/operator@sha256:") {
			t.Errorf("of %s came %s, and not the archive for arm64", from, got)
		}
	}
	if _, err := image(t, "pull", "--reference", reference+":none", "--output", pulled); err == nil {
		t.Error("there is no such tag")
	}
	if _, err := image(t, "pull", "--reference", reference+"@"+digestOf(printed), "--output", pulled); err == nil || !strings.Contains(err.Error(), "--name") {
		t.Errorf("a digest is no name for an archive, but: %v", err)
	}
}

// An image of Docker's media types, as zot's are on some registries, comes as it is.
func TestPullOfADockerImage(t *testing.T) {
	img, err := randomImage(true, randomLayers, randomLayerSize)
	if err != nil {
		t.Fatal(err)
	}
	reference := mirror(t) + "/project-zot/zot:v1"
	tag, err := name.NewTag(reference)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(tag, img); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "zot.tar")
	must(t, "pull", "--reference", reference, "--output", archive)
	content, err := readArchive(archive)
	if err != nil {
		t.Fatal(err)
	}
	if mediaType, err := content.image.MediaType(); err != nil || mediaType != types.DockerManifestSchema2 {
		t.Errorf("it is %s (%v)", mediaType, err)
	}
	if _, _, err := compare(img, content.image); err != nil {
		t.Error(err)
	}
	layers, err := content.image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for _, layer := range layers {
		if mediaType, err := layer.MediaType(); err != nil || mediaType != types.DockerLayer {
			t.Errorf("a layer is %s (%v)", mediaType, err)
		}
	}
}

// ZOT_IMAGE=<a name that can be pulled here>: the operand comes into the cluster's registry under the name that stores take.
func TestOperandByItsName(t *testing.T) {
	if testing.Short() {
		t.Skip("short: hack/images.sh builds this program once more")
	}
	host := mirror(t)
	must(t, "push", "--archive", built(t, runtime.GOARCH), "--to", host, "--as", "example.com/mine/zot:v9")
	script := exec.Command("bash", "-euo", "pipefail", "-c", ". hack/images.sh && out=$OUT && build_tools && push_operand") // #nosec G204 -- a test
	script.Dir = "../.."
	script.Env = append(os.Environ(), "OUT="+t.TempDir(), "ZOT_BIN=", "ZOT_IMAGE="+host+"/mine/zot:v9",
		"OPERAND_IMAGE=ghcr.io/project-zot/zot:v1", "CLUSTER_REGISTRY="+host)
	if out, err := script.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	one, other := host+"/mine/zot:v9", host+"/project-zot/zot:v1"
	if a, b := must(t, "inspect", "--reference", one, "--json"), must(t, "inspect", "--reference", other, "--json"); a != b {
		t.Errorf("pushed was\n%s\nstores pull\n%s", a, b)
	}
}
