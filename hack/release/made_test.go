package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"sigs.k8s.io/yaml"
)

const operatorRepository = "ghcr.io/zot-artifact-store/operator"

// withPrograms are the images that have programs, by the last part of their names. Each has archives and bills for each architecture.
var withPrograms = map[string]contents{
	"operator": {dockerfile: "Dockerfile", programs: map[string]string{
		"manager": "manager", "config-agent": "config-agent", "s3-gateway": "s3-gateway",
	}},
	"operator-must-gather": {dockerfile: "cmd/must-gather/Dockerfile", shell: true, programs: map[string]string{
		"usr/bin/gather": "gather", "bin/bash": "shell", "bin/sh": "shell", "usr/bin/tar": "shell",
	}},
}

// contents are what is in an image: its programs by their paths, and what they are called in the bill of materials. One image alone has a
// shell.
type contents struct {
	dockerfile string
	shell      bool
	programs   map[string]string
}

// arguments are those by which hack/image checks it.
func (c contents) arguments(t *testing.T, version string) []string {
	t.Helper()
	dockerfile, err := filepath.Abs(filepath.Join("../..", c.dockerfile))
	if err != nil {
		t.Fatal(err)
	}
	out := []string{"--dockerfile", dockerfile, "--build-arg", "VERSION=" + version}
	if c.shell {
		out = append(out, "--shell")
	}
	return out
}

// made is a release that hack/release.sh has written, and what it was told.
type made struct {
	folder, version, zotDigest, replaces string
	archs                                []string
}

// TestMade looks at a release as a user does, who has its files and nothing else: `make test-release`.
func TestMade(t *testing.T) {
	m := made{
		folder: os.Getenv("RELEASE_FOLDER"), version: os.Getenv("RELEASE_VERSION"),
		archs: strings.Fields(os.Getenv("ARCHITECTURES")),
	}
	if m.folder == "" {
		t.Skip("RELEASE_FOLDER names no release: make test-release makes one")
	}
	told := inputs{
		version: m.version, replaces: os.Getenv("REPLACES"), zotDigest: os.Getenv("ZOT_DIGEST"),
		template: "../../catalog/template.yaml", images: "../../config/olm/images.yaml",
	}
	if err := told.complete(); err != nil {
		t.Fatal(err)
	}
	m.replaces, m.zotDigest = told.replaces, told.zotDigest
	if len(m.archs) == 0 {
		m.archs = []string{"amd64", "arm64"}
	}
	t.Run("Files", m.files)
	t.Run("Sums", func(t *testing.T) { checkSums(t, m.folder) })
	t.Run("Provenance", func(t *testing.T) {
		told := checkProvenance(t, m.folder, os.Getenv("SOURCE_COMMIT"))
		if told["version"] != m.version || told["replaces"] != m.replaces || told["zotDigest"] != m.zotDigest {
			t.Errorf("it was told %v, want %+v", told, m)
		}
		if _, err := strconv.ParseInt(fmt.Sprint(told["sourceDateEpoch"]), 10, 64); err != nil {
			t.Errorf("the time that it was told: %v", err)
		}
	})
	t.Run("Images", m.images)
	t.Run("Installation", m.installation)
	t.Run("Bundle", m.bundle)
	t.Run("Catalog", m.catalog)
	t.Run("Architectures", m.architectures)
	t.Run("BillsOfMaterials", m.bills)
}

func (m made) archive(name string) string {
	return filepath.Join(m.folder, name+"-"+m.version+".oci.tar")
}

func (m made) files(t *testing.T) {
	want := []string{
		"SHA256SUMS", "provenance.intoto.json", "install.yaml", "catalog.yaml", "bundle-" + m.version + ".tar.gz",
		"operator-bundle-" + m.version + ".oci.tar", "operator-catalog-" + m.version + ".oci.tar",
	}
	for name := range withPrograms {
		want = append(want, name+"-"+m.version+".oci.tar")
		for _, arch := range m.archs {
			want = append(want, name+"-"+m.version+"-linux-"+arch+".oci.tar", name+"-"+m.version+"-linux-"+arch+".cdx.json")
		}
	}
	slices.Sort(want)
	sums, err := sumsOf(m.folder)
	if err != nil {
		t.Fatal(err)
	}
	if got := sorted(sums); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// checkSums wants each file in the list, sorted as `sort` does, with its sum; sha256sum -c is what users do.
func checkSums(t *testing.T, folder string) {
	t.Helper()
	if err := sumsHold(folder); err != nil {
		t.Error(err)
	}
	names := []string{}
	for line := range strings.Lines(string(read(t, folder, sumsFile))) {
		names = append(names, strings.Fields(line)[1])
	}
	sums, err := sumsOf(folder)
	if err != nil {
		t.Fatal(err)
	}
	delete(sums, sumsFile)
	if !slices.Equal(names, sorted(sums)) {
		t.Errorf("%s names %v, there are %v", sumsFile, names, sorted(sums))
	}
}

func sumsHold(folder string) error {
	command := exec.Command("sha256sum", "--check", "--strict", "--quiet", sumsFile)
	command.Dir = folder
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("sha256sum: %w\n%s", err, out)
	}
	return nil
}

// checkProvenance wants as subjects all files that were there before it, and the commit and Go as what they were made of. It gives what the
// release was told.
func checkProvenance(t *testing.T, folder, commit string) map[string]any {
	t.Helper()
	if !gitCommit.MatchString(commit) {
		t.Fatalf("the commit to look for is %q: SOURCE_COMMIT names it", commit)
	}
	statement := &intoto.Statement{}
	if err := protojson.Unmarshal(read(t, folder, provenanceFile), statement); err != nil {
		t.Fatal(err)
	}
	if err := statement.Validate(); err != nil || statement.GetType() != "https://in-toto.io/Statement/v1" {
		t.Errorf("the statement is none: %v, %s", err, statement.GetType())
	}
	if statement.GetPredicateType() != predicateType {
		t.Errorf("the predicate is of type %s", statement.GetPredicateType())
	}
	sums, err := sumsOf(folder)
	if err != nil {
		t.Fatal(err)
	}
	delete(sums, sumsFile)
	delete(sums, provenanceFile)
	subjects := map[string]string{}
	for _, one := range statement.GetSubject() {
		subjects[one.GetName()] = one.GetDigest()["sha256"]
	}
	if len(subjects) != len(sums) {
		t.Errorf("subjects are %v, files are %v", sorted(subjects), sorted(sums))
	}
	for name, sum := range sums {
		if subjects[name] != sum {
			t.Errorf("of %s it says %s, it is %s", name, subjects[name], sum)
		}
	}
	predicate, err := json.Marshal(statement.GetPredicate().AsMap())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"gitCommit":"` + commit + `"`, `"uri":"pkg:generic/go@1.`, `"buildType":"https://`, `"id":"https://`} {
		if !bytes.Contains(predicate, []byte(want)) {
			t.Errorf("the predicate lacks %s: %s", want, predicate)
		}
	}
	if regexp.MustCompile(`(started|finished)On|\d\d:\d\d:\d\d`).Match(predicate) {
		t.Errorf("it holds a time: %s", predicate)
	}
	definition, _ := statement.GetPredicate().AsMap()["buildDefinition"].(map[string]any)
	told, _ := definition["externalParameters"].(map[string]any)
	return told
}

// operatorImage is the operator's image by digest.
func (m made) operatorImage(t *testing.T) string {
	t.Helper()
	return operatorRepository + "@" + imageOf(t, m.archive("operator"))
}

// named wants the operator's image by digest as often as it is named, and zot by digest where the release was told of one.
func (m made) named(t *testing.T, text string, times int) {
	t.Helper()
	operator := m.operatorImage(t)
	all := regexp.MustCompile(operatorRepository+`[:@][^\s"',]+`).FindAllString(text, -1)
	if len(all) != times {
		t.Errorf("the operator's image is named %d times, want %d", len(all), times)
	}
	for _, one := range all {
		if one != operator {
			t.Errorf("%s is named, not %s", one, operator)
		}
	}
	zots := regexp.MustCompile(`ghcr\.io/project-zot/zot[:@][^\s"',]+`).FindAllString(text, -1)
	if len(zots) == 0 {
		t.Error("no zot is named")
	}
	for _, one := range zots {
		if m.zotDigest != "" && !strings.HasSuffix(one, "@"+m.zotDigest) || m.zotDigest == "" && strings.Contains(one, "@") {
			t.Errorf("zot is named %s, the digest is %q", one, m.zotDigest)
		}
	}
}

// The Deployment runs the image, and tells the config agent the same one.
func (m made) installation(t *testing.T) { m.named(t, string(read(t, m.folder, "install.yaml")), 2) }

// csv is the ClusterServiceVersion, as far as it counts here.
type csv struct {
	Metadata struct {
		Name                string
		Labels, Annotations map[string]string
	}
	Spec struct {
		Version, Replaces string
		RelatedImages     []struct{ Name, Image string }
	}
}

func (m made) csv(t *testing.T) (out csv, text string) {
	t.Helper()
	files := unpacked(t, read(t, m.folder, "bundle-"+m.version+".tar.gz"))
	text = string(files["bundle/manifests/"+packageName+".clusterserviceversion.yaml"])
	if err := yaml.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out, text
}

func (m made) bundle(t *testing.T) {
	got, text := m.csv(t)
	// containerImage, the container, AGENT_IMAGE, relatedImages
	m.named(t, text, 4)
	replaces := ""
	if m.replaces != "" {
		replaces = csvName(m.replaces)
	}
	if got.Metadata.Name != csvName(m.version) || got.Spec.Version != m.version || got.Spec.Replaces != replaces {
		t.Errorf("it is %s, version %s, and replaces %q", got.Metadata.Name, got.Spec.Version, got.Spec.Replaces)
	}
	if len(got.Spec.RelatedImages) != 3 {
		t.Errorf("related images: %+v", got.Spec.RelatedImages)
	}
	gatherer := operatorRepository + "-must-gather@" + imageOf(t, m.archive("operator-must-gather"))
	if named := got.Metadata.Annotations["operators.openshift.io/must-gather-image"]; named != gatherer {
		t.Errorf("must-gather is to take %s, want %s", named, gatherer)
	}
	for _, one := range got.Spec.RelatedImages {
		if name, _, pinned := strings.Cut(one.Image, "@"); pinned && strings.Contains(name, ":") {
			t.Errorf("%s has a tag beside its digest, which programs that copy images refuse", one.Image)
		}
	}
}

// The catalog has this release, by the digest of its bundle, in a channel.
func (m made) catalog(t *testing.T) {
	text := read(t, m.folder, "catalog.yaml")
	channels, bundles := []string{}, 0
	for document := range strings.SplitSeq(string(text), "---\n") {
		one := struct {
			blob
			RelatedImages []struct{ Image string } `json:"relatedImages"`
		}{}
		if err := yaml.Unmarshal([]byte(document), &one); err != nil {
			t.Fatal(err)
		}
		for _, entry := range one.Entries {
			if entry.Name == csvName(m.version) {
				channels = append(channels, one.Name)
				if m.replaces != "" && entry.Replaces != csvName(m.replaces) {
					t.Errorf("channel %s: it replaces %q", one.Name, entry.Replaces)
				}
			}
		}
		if one.Schema != bundleSchema || one.Name != csvName(m.version) {
			continue
		}
		bundles++
		want := []string{
			operatorRepository + "-bundle@" + imageOf(t, m.archive("operator-bundle")), m.operatorImage(t),
			operatorRepository + "-must-gather@" + imageOf(t, m.archive("operator-must-gather")),
		}
		if one.Image != want[0] {
			t.Errorf("the bundle is %s, want %s", one.Image, want[0])
		}
		for _, image := range want {
			if !slices.ContainsFunc(one.RelatedImages, func(r struct{ Image string }) bool { return r.Image == image }) {
				t.Errorf("the catalog does not list %s: %+v", image, one.RelatedImages)
			}
		}
	}
	if bundles != 1 || !slices.Contains(channels, candidate) {
		t.Errorf("%d bundles of this release, in channels %v", bundles, channels)
	}
}

// What operator-framework's validator of architectures asks a container engine, which is not here: the images of ours that the CSV names are
// for the architectures that its labels promise, and for no other one.
func (m made) architectures(t *testing.T) {
	got, _ := m.csv(t)
	promised := []string{}
	for _, key := range sorted(got.Metadata.Labels) {
		if arch, found := strings.CutPrefix(key, "operatorframework.io/arch."); found && got.Metadata.Labels[key] == "supported" {
			promised = append(promised, arch)
		}
	}
	if got.Metadata.Labels["operatorframework.io/os.linux"] != "supported" {
		t.Errorf("labels: %v", got.Metadata.Labels)
	}
	if len(m.archs) < 2 {
		t.Skip("the release is of one architecture, so that labels and images differ: make test-full")
	}
	judged := 0
	for _, one := range got.Spec.RelatedImages {
		name, digest, _ := strings.Cut(one.Image, "@")
		if !strings.HasPrefix(name, operatorRepository) {
			continue
		}
		archive := m.archive(strings.TrimPrefix(name, "ghcr.io/zot-artifact-store/"))
		images, platforms := inspect(t, archive, withPrograms[path.Base(name)].arguments(t, m.version)...), []string{}
		for _, image := range images.Images {
			platforms = append(platforms, strings.TrimPrefix(image.Platform, "linux/"))
		}
		slices.Sort(platforms)
		if images.Digest != digest || !slices.Equal(platforms, promised) {
			t.Errorf("%s: promised for %v; the archive has %s for %v", one.Image, promised, images.Digest, platforms)
		}
		judged++
	}
	if judged != len(withPrograms) || len(promised) == 0 {
		t.Errorf("%d images of ours are named, promised are %v", judged, promised)
	}
}
