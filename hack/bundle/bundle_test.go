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

// committed is the bundle of the repository; `make verify` holds that it is what the sources give.
func committed(t *testing.T) *manifests.Bundle {
	t.Helper()
	bundle, err := manifests.GetBundleFromDir(filepath.Join(root, "bundle"))
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

// load decodes a YAML file of the repository.
func load(t *testing.T, into any, path ...string) {
	t.Helper()
	decode(t, filepath.Join(append([]string{root}, path...)...), into)
}

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
	load(t, &crd, "bundle", "manifests", "artifacts.zot.io_zotartifactstores.yaml")
	return *crd.Spec.Versions[0].Schema.OpenAPIV3Schema
}
