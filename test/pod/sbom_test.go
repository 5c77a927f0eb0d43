package pod

import (
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Bills of materials: zot takes the settings and begins by asking for its database of vulnerabilities, without which it makes none; so
// far a test goes that has no such database. Bills that somebody pushes beside an image are served, of every format.
func TestBillsOfMaterials(t *testing.T) {
	p := New(t, "sbom")
	p.Apply(Spec(t, `extensions:
  supplychain: {sbom: {formats: [spdx, cyclonedx]}}
  search: {cve: {dbRepository: 127.0.0.1:1/mirror/trivy-db, javaDBRepository: 127.0.0.1:1/mirror/trivy-java-db}}`))
	p.Eventually("zot asks for its database where the spec says", func() bool {
		return strings.Contains(p.Log(), "127.0.0.1:1/mirror/trivy-db") && strings.Contains(p.Log(), "failed to download trivy-db")
	})
	digest, err := p.Push(User{}, "app", "v1")
	p.must(err)
	for _, kind := range []types.MediaType{"application/spdx+json", "application/vnd.cyclonedx+json"} {
		p.attach(digest, kind)
	}
	target, err := name.NewDigest(p.Address()+"/app@"+digest.String(), name.Insecure)
	p.must(err)
	index, err := remote.Referrers(target)
	p.must(err)
	manifest, err := index.IndexManifest()
	p.must(err)
	found := map[string]bool{}
	for i := range manifest.Manifests {
		found[manifest.Manifests[i].ArtifactType] = true
	}
	if !found["application/spdx+json"] || !found["application/vnd.cyclonedx+json"] {
		t.Errorf("serves bills %v", found)
	}
	p.Serving()
}

// attach pushes something about an image.
func (p *Pod) attach(subject v1.Hash, kind types.MediaType) {
	p.t.Helper()
	target, err := name.NewDigest(p.Address()+"/app@"+subject.String(), name.Insecure)
	p.must(err)
	described, err := remote.Head(target)
	p.must(err)
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), kind)
	image, err = mutate.AppendLayers(image, static.NewLayer([]byte(`{"bill": "`+string(kind)+`"}`), kind))
	p.must(err)
	attached, ok := mutate.Subject(image, *described).(v1.Image)
	if !ok {
		p.t.Fatal("what is attached is no image")
	}
	digest, err := attached.Digest()
	p.must(err)
	p.must(remote.Write(target.Context().Digest(digest.String()), attached))
}
