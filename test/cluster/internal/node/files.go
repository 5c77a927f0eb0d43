package node

import (
	"bytes"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
)

//go:embed files
var files embed.FS

// fileNames maps the embedded configuration files to their places in the folder of the cluster.
var fileNames = map[string]string{
	"audit.yaml":      "etc/audit.yaml",
	"containerd.toml": "etc/containerd.toml",
	"cni.json":        "etc/cni/10-pods.conflist",
	"hosts.toml":      "etc/hosts/_default/hosts.toml",
	"kubelet.yaml":    "etc/kubelet.yaml",
	"resolv.conf":     "etc/resolv.conf",
}

// values are what the configuration files refer to.
type values struct {
	Config
	Socket, PauseImage, Registry, DNSAddress, PodNetwork string
}

// writeFiles writes the configuration files of the components.
func writeFiles(c Config) error {
	v := values{
		Config: c, Socket: Socket, PauseImage: PauseImage, Registry: Registry, DNSAddress: DNSAddress, PodNetwork: podNetwork,
	}
	for name, place := range fileNames {
		parsed, err := template.ParseFS(files, "files/"+name)
		if err != nil {
			return fmt.Errorf("parse %s: %w", name, err)
		}
		var content bytes.Buffer
		if err := parsed.Execute(&content, v); err != nil {
			return fmt.Errorf("fill in %s: %w", name, err)
		}
		path := c.Run.Path(place)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("create configuration folder: %w", err)
		}
		if err := os.WriteFile(path, content.Bytes(), 0o644); err != nil {
			return fmt.Errorf("write configuration: %w", err)
		}
	}
	for _, dir := range []string{"volumes", "flexvolume", "log/pods", "log/audit", "registry"} {
		if err := os.MkdirAll(c.Run.Path(dir), 0o755); err != nil {
			return fmt.Errorf("create folder of the node: %w", err)
		}
	}
	return nil
}
