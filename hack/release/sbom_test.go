package main

import (
	"os"
	"slices"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// The bill tells scanners which image it is of, and where the sources of each program are, also of one whose module is in a folder: this
// test's is.
func TestBillSaysWhereThingsAre(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bom, err := bill(inputs{version: "1.2.3", image: "ghcr.io/zot-artifact-store/operator@" + digestOne, programs: []string{program}})
	if err != nil {
		t.Fatal(err)
	}
	want := "pkg:oci/operator@sha256%3A1111111111111111111111111111111111111111111111111111111111111111" +
		"?repository_url=ghcr.io/zot-artifact-store/operator"
	if got := bom.Metadata.Component.PackageURL; got != want {
		t.Errorf("the image is %s, want %s", got, want)
	}
	programs := 0
	for _, one := range *bom.Components {
		if one.Type != cdx.ComponentTypeApplication {
			continue
		}
		programs++
		sources := []cdx.ExternalReference{{Type: cdx.ERTypeVCS, URL: "https://github.com/zot-artifact-store/operator"}}
		if one.ExternalReferences == nil || !slices.Equal(*one.ExternalReferences, sources) {
			t.Errorf("%s has %+v", one.Name, one.ExternalReferences)
		}
	}
	if programs != 1 {
		t.Errorf("%d programs", programs)
	}
}
