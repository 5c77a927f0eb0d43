package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/operator-framework/api/pkg/manifests"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

const root = "../.."

// folder is that of the bundle which is judged: BUNDLE, or that of the repository.
func folder() string {
	if given := os.Getenv("BUNDLE"); given != "" {
		return given
	}
	return filepath.Join(root, "bundle")
}

// committed is the bundle of the repository, of which `make verify` holds that it is what the sources give; or that of a release.
func committed(t *testing.T) *manifests.Bundle {
	t.Helper()
	bundle, err := manifests.GetBundleFromDir(folder())
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

// decode reads a YAML file.
func decode(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func loadSchema(t *testing.T) apiextensionsv1.JSONSchemaProps {
	t.Helper()
	crd := apiextensionsv1.CustomResourceDefinition{}
	decode(t, filepath.Join(folder(), "manifests", "artifacts.zot.io_zotartifactstores.yaml"), &crd)
	return *crd.Spec.Versions[0].Schema.OpenAPIV3Schema
}
