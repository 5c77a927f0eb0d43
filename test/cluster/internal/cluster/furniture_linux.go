package cluster

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/zot-artifact-store/operator/test/cluster/internal/image"
	"github.com/zot-artifact-store/operator/test/cluster/internal/node"
)

//go:embed manifests/*.yaml
var manifests embed.FS

// tailLines is how much of a log shows with an error.
const tailLines = 20

// dnsImage and dnsPod are named in manifests/dns.yaml.
const (
	dnsImage = "registry.local/coredns:v1.14.0"
	dnsPod   = "coredns"
)

// pushImages puts the images of the node's own pods into the registry.
func (c *Cluster) pushImages(ctx context.Context, record Record) error {
	for name, binary := range map[string]string{node.PauseImage: "pause", dnsImage: "coredns"} {
		built, err := image.Static{
			Files: map[string]string{"/" + binary: c.Cache.Binary(binary)}, Entrypoint: []string{"/" + binary}, User: "65532:65532",
		}.Build()
		if err != nil {
			return fmt.Errorf("build image %s: %w", name, err)
		}
		if _, err := image.Push(ctx, record.Registry, name, built); err != nil {
			return &componentError{component: "registry", err: err}
		}
	}
	return nil
}

// apply creates the objects that every cluster has.
func (c *Cluster) apply(ctx context.Context) error {
	names, err := fs.Glob(manifests, "manifests/*.yaml")
	if err != nil {
		return fmt.Errorf("list manifests: %w", err)
	}
	var all bytes.Buffer
	for _, name := range names {
		content, err := manifests.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read manifest: %w", err)
		}
		all.WriteString("---\n")
		all.Write(content)
	}
	cmd := exec.CommandContext(ctx, c.Cache.Binary("kubectl"), "--kubeconfig="+c.Run.Kubeconfig(), "--cache-dir="+c.Run.Path("kubectl"),
		"apply", "--server-side", "--field-manager=zot-cluster", "-f", "-")
	cmd.Stdin = &all
	if output, err := cmd.CombinedOutput(); err != nil {
		return &componentError{component: "kube-apiserver", err: fmt.Errorf("kubectl apply: %w: %s", err, output)}
	}
	return nil
}

// Load puts an image from a file into the registry under its production name and returns its digest.
func (c *Cluster) Load(ctx context.Context, source, name string) (string, error) {
	record, err := readRecord(c.Run)
	if err != nil {
		return "", err
	}
	opened, err := image.Open(source)
	if err != nil {
		return "", err
	}
	return image.Push(ctx, record.Registry, name, opened)
}

// logs returns the logs that tell about a component: its own, or those of its pods and of the kubelet that runs them.
func (c *Cluster) logs(component string) []string {
	if component != dnsPod {
		return []string{c.Run.Log(component)}
	}
	pods, err := filepath.Glob(c.Run.Path("log", "pods", "kube-system_"+dnsPod+"-*", "*", "*.log"))
	if err != nil {
		pods = nil // the pattern is a constant but for the path of the cache
	}
	return append([]string{c.Run.Log("kubelet")}, pods...)
}

// logTail returns the end of a log with its path.
func logTail(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Sprintf("(no log: %v)", err)
	}
	lines := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	if len(lines) > tailLines {
		lines = lines[len(lines)-tailLines:]
	}
	return fmt.Sprintf("--- the end of %s\n%s\n---", path, strings.Join(lines, "\n"))
}
