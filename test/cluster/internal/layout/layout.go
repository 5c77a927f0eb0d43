package layout

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// DefaultName is the name of the cluster when CLUSTER_NAME is not set.
const DefaultName = "zot-cluster"

// modulePath is the first line of the go.mod that marks the source folder.
const modulePath = "module github.com/zot-artifact-store/operator/test/cluster\n"

var validName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)

// Cache is the folder that holds the binaries and the running clusters.
type Cache string

// OpenCache returns the cache of $ZOT_CLUSTER_CACHE, or the one in the user's cache folder.
func OpenCache() (Cache, error) {
	dir := os.Getenv("ZOT_CLUSTER_CACHE")
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("no cache folder: %w: set ZOT_CLUSTER_CACHE", err)
		}
		dir = filepath.Join(base, "zot-artifact-store", "cluster")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("cache folder %s: %w", dir, err)
	}
	for _, folder := range []string{"run", "lock"} {
		if err := os.MkdirAll(filepath.Join(abs, folder), 0o755); err != nil {
			return "", fmt.Errorf("create cache folder: %w", err)
		}
	}
	// The node compares paths with what the kernel tells of mounts: no symbolic links.
	resolved, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", fmt.Errorf("cache folder %s: %w", abs, err)
	}
	return Cache(resolved), nil
}

// Bin is the folder of the built binaries.
func (c Cache) Bin() string { return filepath.Join(string(c), "bin") }

// Binary is the path of one built binary.
func (c Cache) Binary(name string) string { return filepath.Join(c.Bin(), name) }

// Stamps is the folder of the build stamps.
func (c Cache) Stamps() string { return filepath.Join(string(c), "stamps") }

// BuildLock is held while binaries are built.
func (c Cache) BuildLock() string { return filepath.Join(string(c), "lock", "build") }

// Envtest is the folder with the names that envtest looks for.
func (c Cache) Envtest() string { return filepath.Join(string(c), "envtest") }

// Run returns the folder of the cluster with the given name.
func (c Cache) Run(name string) (Run, error) {
	if !validName.MatchString(name) {
		return Run{}, fmt.Errorf("cluster name %q: want at most 40 lower-case letters, digits and dashes", name)
	}
	return Run{
		Name: name, Dir: filepath.Join(string(c), "run", name), Lock: filepath.Join(string(c), "lock", "cluster-"+name),
	}, nil
}

// Run is the folder of one cluster.
type Run struct {
	// Name of the cluster.
	Name string
	// Dir holds everything that belongs to the cluster.
	Dir string
	// Lock is held by commands that change the cluster. It lies apart from the folder, which comes and goes.
	Lock string
}

// Path joins elements to the folder.
func (r Run) Path(elements ...string) string {
	return filepath.Join(append([]string{r.Dir}, elements...)...)
}

// Record is the file that names the cluster's first process and its ports.
func (r Run) Record() string { return r.Path("node.json") }

// Kubeconfig is the administrator's kubeconfig for clients on the host.
func (r Run) Kubeconfig() string { return r.Path("kubeconfig") }

// PKI is the path of a file with a key, a certificate or a component's kubeconfig.
func (r Run) PKI(file string) string { return r.Path("pki", file) }

// Log is the path of the log of a component.
func (r Run) Log(component string) string { return r.Path("log", component+".log") }

// AuditLog is the file to which the apiserver writes its audit events.
func (r Run) AuditLog() string { return r.Path("log", "audit", "audit.log") }

// Cgroup is the parent of all pods of the cluster, below the root of each cgroup hierarchy.
func (r Run) Cgroup() string { return filepath.Join("/zot-clusters", r.Name) }

// FindSource returns the source folder of the test cluster: the working directory, one of its parents, or test/cluster in
// one of them.
func FindSource() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("working directory: %w", err)
	}
	for dir := wd; ; dir = filepath.Dir(dir) {
		for _, candidate := range []string{dir, filepath.Join(dir, "test", "cluster")} {
			content, err := os.ReadFile(filepath.Join(candidate, "go.mod"))
			if err == nil && strings.HasPrefix(string(content), modulePath) {
				return candidate, nil
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", fmt.Errorf("look for the source of the test cluster: %w", err)
			}
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("the source of the test cluster is not in %s or above it: run this in the repository", wd)
		}
	}
}
