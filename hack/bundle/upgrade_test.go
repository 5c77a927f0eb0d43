package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/blang/semver/v4"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/crdify/pkg/config"
	"sigs.k8s.io/crdify/pkg/runner"
	"sigs.k8s.io/crdify/pkg/validations"
	"sigs.k8s.io/crdify/pkg/validations/property"
)

// releasedCRDs is the folder with the CRD of each release, as <version>.yaml. A release adds its own, as a copy of
// config/crd/zotartifactstore_crd.yaml.
var releasedCRDs = []string{"config", "crd", "released"}

// OLM v1 refuses an upgrade whose CRD could break stores that are there, by the rules of crdify. So today's CRD must be fit to follow that of
// the newest release, and those before it: OLM goes past those between.
func TestCRDFollowsTheReleased(t *testing.T) {
	released := released(t, filepath.Join(append([]string{root}, releasedCRDs...)...))
	if len(released) == 0 {
		t.Skipf("skipped: %s holds no CRD yet, as nothing was released: there is none to compare with", filepath.Join(releasedCRDs...))
	}
	for version, crd := range released {
		if err := upgrade(crd, today(t)); err != nil {
			t.Errorf("OLM would refuse the upgrade from %s: %v", version, err)
		}
	}
}

// A CRD of a release is one whose file is named by its version, and holds what it should.
func TestReleasedCRDs(t *testing.T) {
	dir := t.TempDir()
	if got := released(t, filepath.Join(dir, "none")); len(got) != 0 {
		t.Errorf("no folder has %v", got)
	}
	data, err := os.ReadFile(filepath.Join(root, "config", "crd", "zotartifactstore_crd.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "0.1.0.yaml"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	got := released(t, dir)
	if len(got) != 1 || got["0.1.0"].Name != crdName {
		t.Fatalf("one file gives %v", got)
	}
	if err := upgrade(got["0.1.0"], today(t)); err != nil {
		t.Errorf("a CRD cannot follow itself: %v", err)
	}
}

// What was released, and does not keep its CRD, is compared with nothing: TestCRDFollowsTheReleased would not notice. CHANGELOG.md dates each
// release; that of the Makefile's VERSION is being made.
func TestEachReleaseKeepsItsCRD(t *testing.T) {
	text := map[string]string{}
	for _, file := range []string{"CHANGELOG.md", "Makefile"} {
		data, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		text[file] = string(data)
	}
	current := makefileVersion.FindStringSubmatch(text["Makefile"])
	if current == nil {
		t.Fatal("the Makefile has no VERSION")
	}
	kept := released(t, filepath.Join(append([]string{root}, releasedCRDs...)...))
	if missing := withoutCRD(text["CHANGELOG.md"], current[1], kept); len(missing) > 0 {
		t.Errorf("%s lacks the CRDs of releases %v: docs/releases.md", filepath.Join(releasedCRDs...), missing)
	}

	const changelog = "## [Unreleased]\n\n## [0.3.0] - 2027-02-01\n\n## [0.2.0] - 2027-01-01\n\n## [0.1.0] - 2026-12-01\n\n## [0.0.9]\n"
	kept = map[string]*apiextensionsv1.CustomResourceDefinition{"0.1.0": nil}
	if missing := withoutCRD(changelog, "0.3.0", kept); !slices.Equal(missing, []string{"0.2.0"}) {
		t.Errorf("releases without a CRD: %v, want 0.2.0", missing)
	}
}

var (
	makefileVersion = regexp.MustCompile(`(?m)^VERSION \?= (\S+)$`)
	datedSection    = regexp.MustCompile(`(?m)^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$`)
)

// withoutCRD lists the releases of a changelog whose CRD is not kept.
func withoutCRD(changelog, current string, kept map[string]*apiextensionsv1.CustomResourceDefinition) []string {
	var missing []string
	for _, section := range datedSection.FindAllStringSubmatch(changelog, -1) {
		if _, found := kept[section[1]]; !found && section[1] != current {
			missing = append(missing, section[1])
		}
	}
	return missing
}

// released reads the CRDs of a folder by their versions.
func released(t *testing.T, dir string) map[string]*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	out := map[string]*apiextensionsv1.CustomResourceDefinition{}
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, entry := range entries {
		version, isYAML := strings.CutSuffix(entry.Name(), ".yaml")
		if _, err := semver.Parse(version); err != nil || !isYAML {
			t.Fatalf("%s: a released CRD is called <version>.yaml", filepath.Join(dir, entry.Name()))
		}
		out[version] = readCRD(t, filepath.Join(dir, entry.Name()))
	}
	return out
}

func today(t *testing.T) *apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	return readCRD(t, filepath.Join(root, "config", "crd", "zotartifactstore_crd.yaml"))
}

func readCRD(t *testing.T, file string) *apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	crd := &apiextensionsv1.CustomResourceDefinition{}
	decode(t, file, crd)
	if crd.Name != crdName {
		t.Fatalf("%s holds %q", file, crd.Name)
	}
	for _, version := range crd.Spec.Versions {
		if version.Storage {
			crd.Status.StoredVersions = []string{version.Name} // As a cluster has it.
		}
	}
	return crd
}

// upgrade says what OLM v1 has against it. The settings are those of its operator-controller: descriptions may change, an enum may grow, and
// what no rule knows is refused.
func upgrade(from, to *apiextensionsv1.CustomResourceDefinition) error {
	checks, err := runner.New(&config.Config{
		Conversion:           config.ConversionPolicyIgnore,
		UnhandledEnforcement: config.EnforcementPolicyError,
		Validations: []config.ValidationConfig{
			{Name: "description", Enforcement: config.EnforcementPolicyNone},
			{
				Name: "enum", Enforcement: config.EnforcementPolicyError,
				Configuration: map[string]any{"additionPolicy": property.AdditionPolicyAllow},
			},
		},
	}, runner.DefaultRegistry())
	if err != nil {
		return fmt.Errorf("set the rules up: %w", err)
	}
	results := checks.Run(from, to)
	all := findings("the CRD", results.CRDValidation)
	for _, versions := range []map[string]map[string][]validations.ComparisonResult{
		results.SameVersionValidation, results.ServedVersionValidation,
	} {
		for _, properties := range versions {
			for path, result := range properties {
				all = append(all, findings(path, result)...)
			}
		}
	}
	return errors.Join(all...)
}

func findings(where string, results []validations.ComparisonResult) []error {
	var out []error
	for _, result := range results {
		for _, text := range result.Errors {
			out = append(out, fmt.Errorf("%s: %s: %s", where, result.Name, text))
		}
	}
	return out
}
