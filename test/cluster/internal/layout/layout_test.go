package layout

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRunNames(t *testing.T) {
	for name, valid := range map[string]bool{
		"zot-cluster": true, "a": true, "dev1": true,
		"": false, "..": false, "a/b": false, "Upper": false, "-dash": false, "dash-": false,
	} {
		if _, err := Cache("/cache").Run(name); (err == nil) != valid {
			t.Errorf("name %q: %v, want valid = %v", name, err, valid)
		}
	}
}

func TestFindSourceFromAnywhereInTheRepository(t *testing.T) {
	repository, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(repository, "test", "cluster")
	for _, dir := range []string{filepath.Join(source, "internal"), filepath.Join(repository, "docs")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(source, "go.mod"), []byte(modulePath), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{repository, source, filepath.Join(source, "internal"), filepath.Join(repository, "docs")} {
		t.Chdir(dir)
		if found, err := FindSource(); err != nil || found != source {
			t.Errorf("from %s: %s, %v", dir, found, err)
		}
	}
	t.Chdir(t.TempDir())
	if found, err := FindSource(); err == nil {
		t.Errorf("outside of the repository: %s", found)
	}
}

func TestOpenCacheResolvesLinks(t *testing.T) {
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ZOT_CLUSTER_CACHE", link)
	if cache, err := OpenCache(); err != nil || string(cache) != folder {
		t.Errorf("cache %s, %v", cache, err)
	}
}
