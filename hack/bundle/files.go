package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	olm "github.com/operator-framework/api/pkg/operators/v1alpha1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const notice = "# Written by `make bundle` from config/ and the Go types; changes belong there.\n"

// files are contents by the path under the output folder.
type files map[string][]byte

// write replaces bundle/ and bundle.Dockerfile.
func (f files) write(output string) error {
	if err := os.RemoveAll(filepath.Join(output, "bundle")); err != nil {
		return err
	}
	for _, name := range sorted(f) {
		file := filepath.Join(output, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil { // #nosec G301 -- part of the sources
			return err
		}
		if err := os.WriteFile(file, f[name], 0o644); err != nil { // #nosec G306 -- part of the sources
			return err
		}
	}
	return nil
}

// bundle counts what is in the bundle itself, and its bytes.
func (f files) bundle() (count, size int) {
	for name, content := range f {
		if strings.HasPrefix(name, "bundle/") {
			count, size = count+1, size+len(content)
		}
	}
	return count, size
}

// manifestFiles gives bundle/manifests: the CSV, the CRD and what stands beside them.
func manifestFiles(in inputs, from *installation, csv *olm.ClusterServiceVersion) (files, error) {
	out := files{}
	printed, err := clean(csv)
	if err != nil {
		return nil, err
	}
	out.manifest(packageName+".clusterserviceversion", printed)
	crd, err := os.ReadFile(filepath.Join(in.root, "config", "crd", "zotartifactstore_crd.yaml"))
	if err != nil {
		return nil, err
	}
	out.manifest("artifacts.zot.io_zotartifactstores", bytes.TrimPrefix(crd, []byte("---\n")))
	for _, object := range from.rest {
		printed, err := clean(object)
		if err != nil {
			return nil, err
		}
		out.manifest(fmt.Sprintf("%s_%s", object.GetName(), strings.ToLower(object.GetKind())), printed)
	}
	return out, nil
}

func (f files) manifest(name string, content []byte) {
	f["bundle/manifests/"+name+".yaml"] = append([]byte(notice), content...)
}

// clean prints an object without what only a server writes.
func clean(object any) ([]byte, error) {
	encoded, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	plain := map[string]any{}
	if err := json.Unmarshal(encoded, &plain); err != nil {
		return nil, err
	}
	delete(plain, "status")
	for _, path := range [][]string{
		{"metadata", "creationTimestamp"}, {"spec", "cleanup"}, {"spec", "apiservicedefinitions"}, {"spec", "release"},
	} {
		unstructured.RemoveNestedField(plain, path...)
	}
	return yaml.Marshal(plain)
}
