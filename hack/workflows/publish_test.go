package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

const ours = "zot-artifact-store/operator"

// released makes the images of a release and the list of their sums. They are images of one platform: what an archive with an index becomes
// in a registry is shown by the tests of hack/image.
func released(t *testing.T, version string) (folder string, digests map[string]string) {
	t.Helper()
	folder, digests = t.TempDir(), map[string]string{}
	var sums strings.Builder
	for key, file := range map[string]string{
		"operator": "operator-" + version, "bundle": "operator-bundle-" + version, "catalog": "operator-catalog-" + version,
		"operator_amd64": "operator-" + version + "-linux-amd64", "operator_arm64": "operator-" + version + "-linux-arm64",
		"gatherer":       "operator-must-gather-" + version,
		"gatherer_amd64": "operator-must-gather-" + version + "-linux-amd64", "gatherer_arm64": "operator-must-gather-" + version + "-linux-arm64",
	} {
		image, err := random.Image(512, 1)
		if err != nil {
			t.Fatal(err)
		}
		archive := filepath.Join(folder, file+".oci.tar")
		if err := tarball.WriteToFile(archive, name.MustParseReference("example.com/image"), image); err != nil {
			t.Fatal(err)
		}
		digest, err := image.Digest()
		if err != nil {
			t.Fatal(err)
		}
		digests[key] = digest.String()
		data, err := os.ReadFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), filepath.Base(archive))
	}
	write(t, filepath.Join(folder, "SHA256SUMS"), sums.String(), 0o600)
	return folder, digests
}

// toRegistry gives the script, and the registry to which it pushes.
func toRegistry(t *testing.T) (script, host string) {
	t.Helper()
	script, err := filepath.Abs("../publish.sh")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(registry.New())
	t.Cleanup(server.Close)
	host = strings.TrimPrefix(server.URL, "http://")
	t.Setenv("REGISTRY", host)
	return script, host
}

func TestPublish(t *testing.T) {
	for _, version := range []string{"1.2.3", "1.2.4-rc.1"} {
		t.Run(version, func(t *testing.T) {
			script, host := toRegistry(t)
			folder, digests := released(t, version)
			output, err := started(folder, script, version, ".")
			if err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			told := map[string]string{}
			for line := range strings.SplitSeq(output, "\n") {
				if key, digest, found := strings.Cut(line, "="); found {
					told[key] = digest
				}
			}
			if !maps.Equal(told, digests) {
				t.Errorf("told %v, want %v", told, digests)
			}
			for key, tag := range map[string]string{
				"operator": ":" + version, "gatherer": "-must-gather:v" + version,
				"bundle": "-bundle:v" + version, "catalog": "-catalog:v" + version,
			} {
				if got := digestOf(t, host+"/"+ours+tag); got != digests[key] {
					t.Errorf("%s is there as %q, want %q", tag, got, digests[key])
				}
			}
			if got := digestOf(t, host+"/"+ours+"-catalog:latest"); got != digests["catalog"] {
				t.Errorf("latest is %q, want %q", got, digests["catalog"])
			}
		})
	}
}

// Once there, a version stays what it is: the same may be pushed again, anything else is refused before any tag has moved.
func TestPublishMovesNoVersion(t *testing.T) {
	script, host := toRegistry(t)
	first, digests := released(t, "1.2.3")
	for range 2 {
		if output, err := started(first, script, "1.2.3", "."); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
	}
	second, _ := released(t, "1.2.3")
	if output, err := started(second, script, "1.2.3", "."); err == nil || !strings.Contains(output, "is there as "+digests["operator"]) {
		t.Errorf("other images of the same version: %v\n%s", err, output)
	}
	for tag, want := range map[string]string{
		":1.2.3": digests["operator"], "-must-gather:v1.2.3": digests["gatherer"], "-bundle:v1.2.3": digests["bundle"], "-catalog:v1.2.3": digests["catalog"], "-catalog:latest": digests["catalog"],
	} {
		if got := digestOf(t, host+"/"+ours+tag); got != want {
			t.Errorf("%s has become %s", tag, got)
		}
	}
}

func TestPublishTakesOnlyWhatIsInTheList(t *testing.T) {
	script, host := toRegistry(t)
	folder, _ := released(t, "1.2.3")
	changed, err := os.ReadFile(filepath.Join(folder, "operator-bundle-1.2.3.oci.tar"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "operator-1.2.3.oci.tar"), string(changed), 0o600)
	if output, err := started(folder, script, "1.2.3", "."); err == nil || !strings.Contains(output, "operator-1.2.3.oci.tar: FAILED") {
		t.Fatalf("%v\n%s", err, output)
	}
	if got := digestOf(t, host+"/"+ours+":1.2.3"); got != "" {
		t.Errorf("%s was pushed", got)
	}
}

// digestOf asks the registry; empty if it has no such image.
func digestOf(t *testing.T, image string) string {
	t.Helper()
	reference, err := name.ParseReference(image)
	if err != nil {
		t.Fatal(err)
	}
	descriptor, err := remote.Head(reference)
	if err != nil {
		return ""
	}
	return descriptor.Digest.String()
}
