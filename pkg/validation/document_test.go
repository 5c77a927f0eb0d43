package validation

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	strict "sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// mustValidate judges a store as the webhook does when it is created.
func mustValidate(t *testing.T, store *v1alpha1.ZotArtifactStore) {
	t.Helper()
	if errs := Validate(Input{New: store}); len(errs) > 0 {
		t.Errorf("refused: %v", errs)
	}
}

// TestDocument holds the spec blocks of the user's document, as written there: each is accepted by itself.
func TestDocument(t *testing.T) {
	files, err := filepath.Glob("testdata/document/*.yaml")
	if err != nil || len(files) != 7 {
		t.Fatalf("found %d blocks (%v), the document has 7", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			store := &v1alpha1.ZotArtifactStore{ObjectMeta: metav1.ObjectMeta{Name: "zot-artifact-store-sample"}}
			if err := strict.UnmarshalStrict(raw, store); err != nil {
				t.Fatalf("a field of the document is unknown or has another type: %v", err)
			}
			mustValidate(t, store)
		})
	}
}

func TestSamples(t *testing.T) {
	for file, name := range map[string]string{
		"zotartifactstore_minimal.yaml":          "zot-artifact-store-minimal",
		"zotartifactstore_openshift.yaml":        "zot-artifact-store-openshift",
		"zotartifactstore_s3.yaml":               "zot-artifact-store-s3",
		"zotartifactstore_azure.yaml":            "zot-artifact-store-azure",
		"zotartifactstore_gcp.yaml":              "zot-artifact-store-gcp",
		"zotartifactstore_highavailability.yaml": "zot-artifact-store-highavailability",
		"zotartifactstore_sample.yaml":           "zot-artifact-store-sample",
		"zotartifactstore_s3api.yaml":            "zot-artifact-store-s3api",
		"zotartifactstore_mirror.yaml":           "zot-artifact-store-mirror",
		"zotartifactstore_supplychain.yaml":      "zot-artifact-store-signed",
		"zotartifactstore_tls.yaml":              "zot-artifact-store-tls",
		"zotartifactstore_keycloak.yaml":         "zot-artifact-store-keycloak",
	} {
		t.Run(file, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("..", "..", "config", "samples", file))
			if err != nil {
				t.Fatal(err)
			}
			reader := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(raw)))
			var namespace corev1.Namespace
			var store v1alpha1.ZotArtifactStore
			decodeDocument(t, reader, &namespace)
			if file == "zotartifactstore_supplychain.yaml" {
				var keys corev1.ConfigMap
				decodeDocument(t, reader, &keys)
				if keys.Kind != "ConfigMap" || keys.Namespace != namespace.Name {
					t.Errorf("between them is %s %s/%s", keys.Kind, keys.Namespace, keys.Name)
				}
			}
			decodeDocument(t, reader, &store)
			if _, err := reader.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("there is more than a namespace and a store: %v", err)
			}
			if namespace.Kind != "Namespace" || namespace.Name != "zot-system" || store.Namespace != namespace.Name {
				t.Errorf("the store's namespace is %q, the file brings %s %q", store.Namespace, namespace.Kind, namespace.Name)
			}
			if store.GroupVersionKind() != v1alpha1.GroupVersion.WithKind("ZotArtifactStore") || store.Name != name {
				t.Errorf("the file holds %s %q, want a ZotArtifactStore %q", store.GroupVersionKind(), store.Name, name)
			}
			mustValidate(t, &store)
		})
	}
}

func decodeDocument(t *testing.T, reader io.Reader, into any) {
	t.Helper()
	buffer := make([]byte, 64<<10)
	n, err := reader.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	if err := strict.UnmarshalStrict(buffer[:n], into); err != nil {
		t.Fatal(err)
	}
}
