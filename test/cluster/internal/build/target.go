package build

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// Target is one run of the Go compiler.
type Target struct {
	// Name of the target; its binary has this name unless the target has several packages.
	Name string
	// Group is what --only selects.
	Group string
	// Note tells what is built.
	Note string
	// Module is the folder of the Go module, relative to the source folder.
	Module string
	// Packages to build.
	Packages []string
	// Subfolder of the folder of binaries.
	Subfolder string
	// Outputs are the names of the binaries.
	Outputs []string
	// Links are further names of the first binary.
	Links []string
	// Tags are build tags.
	Tags string
	// LDFlags are added to those of every target.
	LDFlags string
}

// Groups of targets.
const (
	GroupKubernetes = "kubernetes"
	GroupNode       = "node"
	GroupDNS        = "dns"
	GroupStorage    = "storage"
	GroupTool       = "tool"
)

const (
	containerd = "github.com/containerd/containerd/v2/cmd/"
	cni        = "github.com/containernetworking/plugins/plugins/"
)

// Targets returns all targets of the source folder.
func Targets(source string) ([]Target, error) {
	kubernetes, err := kubernetesTargets(source)
	if err != nil {
		return nil, err
	}
	return append(kubernetes,
		Target{
			Name: "containerd", Group: GroupNode, Note: "containerd", Module: "node", Tags: "no_btrfs,no_devmapper,no_zfs",
			Packages: []string{containerd + "containerd", containerd + "containerd-shim-runc-v2", containerd + "ctr"},
			Outputs:  []string{"containerd", "containerd-shim-runc-v2", "ctr"},
		},
		Target{
			Name: "cni", Group: GroupNode, Note: "CNI plugins", Module: "node", Subfolder: "cni",
			Packages: []string{cni + "main/bridge", cni + "main/loopback", cni + "ipam/host-local"},
			Outputs:  []string{"bridge", "loopback", "host-local"},
		},
		Target{
			Name: "coredns", Group: GroupDNS, Note: "CoreDNS", Module: "dns",
			Packages: []string{"./cmd/coredns"}, Outputs: []string{"coredns"},
		},
		Target{
			Name: "provisioner", Group: GroupStorage, Note: "volume provisioner", Module: "provisioner",
			Packages: []string{"."}, Outputs: []string{"provisioner"},
		},
		Target{Name: "pause", Group: GroupTool, Note: "pause", Module: ".", Packages: []string{"./cmd/pause"}, Outputs: []string{"pause"}},
		Target{
			Name: "zot-cluster", Group: GroupTool, Note: "this program", Module: ".",
			Packages: []string{"./cmd/zot-cluster"}, Outputs: []string{"zot-cluster"},
		},
	), nil
}

func kubernetesTargets(source string) ([]Target, error) {
	version, err := KubernetesVersion(source)
	if err != nil {
		return nil, err
	}
	const variables = "k8s.io/component-base/version"
	return []Target{
		{
			Name: "kube", Group: GroupKubernetes, Note: "Kubernetes " + version.full, Module: "kubernetes",
			Packages: []string{"./cmd/kube"}, Outputs: []string{"kube"},
			Links: []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet", "kubectl"},
			LDFlags: fmt.Sprintf("-X %[1]s.gitVersion=%[2]s -X %[1]s.gitMajor=%[3]s -X %[1]s.gitMinor=%[4]s",
				variables, version.full, version.major, version.minor),
		},
		{
			Name: "etcd", Group: GroupKubernetes, Note: "etcd", Module: "kubernetes",
			Packages: []string{"./cmd/etcd"}, Outputs: []string{"etcd"},
		},
	}, nil
}

// Version is a release of Kubernetes.
type Version struct {
	full, major, minor string
}

// String returns the version as in v1.37.2.
func (v Version) String() string { return v.full }

var requiredKubernetes = regexp.MustCompile(`(?m)^\s*k8s\.io/kubernetes (v(\d+)\.(\d+)\.\S+)`)

// KubernetesVersion reads the release that the kubernetes module requires.
func KubernetesVersion(source string) (Version, error) {
	path := filepath.Join(source, "kubernetes", "go.mod")
	content, err := os.ReadFile(path)
	if err != nil {
		return Version{}, fmt.Errorf("version of Kubernetes: %w", err)
	}
	match := requiredKubernetes.FindSubmatch(content)
	if match == nil {
		return Version{}, fmt.Errorf("%s does not require k8s.io/kubernetes", path)
	}
	return Version{full: string(match[1]), major: string(match[2]), minor: string(match[3])}, nil
}
