package types

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// objectsEnv names the folder of what the controllers render: server/case/file.yaml.
const objectsEnv = "OBJECTS_FOR_OLDEST"

func TestServersTakeWhatTheOperatorMakes(t *testing.T) {
	folder := os.Getenv(objectsEnv)
	if folder == "" {
		t.Skipf("skipped: %s names no folder of rendered objects; `hack/test.sh unit` makes it and runs this test", objectsEnv)
	}
	for _, server := range servers(t) {
		t.Run(server.Name, func(t *testing.T) {
			var kinds []string
			for _, file := range rendered(t, filepath.Join(folder, server.Name)) {
				kinds = append(kinds, decoded(t, server, file)...)
			}
			for _, kind := range []string{
				"StatefulSet", "Service", "NetworkPolicy", "ServiceAccount", "ConfigMap", "PersistentVolumeClaim", "Deployment", "Role",
			} {
				if !slices.Contains(kinds, kind) {
					t.Errorf("there is no %s among the objects, so this shows nothing about it", kind)
				}
			}
		})
	}
}

// rendered finds what was rendered for a server: what config/legacy installs, and every case of the fixtures with all its goldens of
// objects.
func rendered(t *testing.T, folder string) []string {
	t.Helper()
	goldens, err := filepath.Glob(filepath.Join("..", "..", "fixtures", "*", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	out := []string{filepath.Join(folder, "installation", "legacy.yaml")}
	for _, golden := range goldens {
		if name := filepath.Base(golden); name != "cr.yaml" && name != "cluster.yaml" {
			out = append(out, filepath.Join(folder, filepath.Base(filepath.Dir(golden)), name))
		}
	}
	if len(out) == 1 {
		t.Fatal("the repository has no goldens of objects: has their folder moved?")
	}
	return out
}

func decoded(t *testing.T, server Server, file string) []string {
	t.Helper()
	var kinds []string
	name := filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(file)
	t.Run(name, func(t *testing.T) {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("nothing was rendered where the repository has a golden: %v", err)
		}
		objects, err := server.Decode(content)
		if err != nil {
			t.Error(err)
		}
		for _, object := range objects {
			kinds = append(kinds, object.GetObjectKind().GroupVersionKind().Kind)
		}
	})
	return kinds
}

func servers(t *testing.T) []Server {
	t.Helper()
	out, err := Servers()
	if err != nil {
		t.Fatal(err)
	}
	return out
}
