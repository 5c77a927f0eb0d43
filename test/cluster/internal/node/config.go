package node

import (
	"time"

	"github.com/zot-artifact-store/operator/test/cluster/internal/layout"
)

// Name of the only node.
const Name = "node1"

// Addresses within the network namespace. Every cluster has its own namespace, so all clusters use the same.
const (
	// Address of the node.
	Address = "10.88.0.1"
	// ServiceAddress of the kubernetes Service.
	ServiceAddress = "10.96.0.1"
	// DNSAddress of the cluster DNS.
	DNSAddress = "10.96.0.10"
	// Registry from which all images are pulled.
	Registry = "10.88.0.1:5000"
	// PauseImage holds the namespaces of a pod.
	PauseImage = "registry.local/pause:1"
	// Socket of containerd, in the node's mount namespace.
	Socket = "/run/containerd/containerd.sock"

	podNetwork     = "10.244.0.0/24"
	serviceNetwork = "10.96.0.0/16"
	gateway        = "10.88.0.2"
	apiserver      = "127.0.0.1:16443"
	etcd           = "http://127.0.0.1:12379"
)

// APIServer is the apiserver's URL within the network namespace.
const APIServer = "https://" + apiserver

// Config is what the node is told on its standard input.
type Config struct {
	// Run is the folder of the cluster.
	Run layout.Run `json:"run"`
	// Bin is the folder of the binaries.
	Bin string `json:"bin"`
	// KubeletSync is how often the kubelet looks at all pods, which bounds how late a changed ConfigMap or Secret arrives.
	KubeletSync time.Duration `json:"kubeletSync"`
	// EtcdFsync makes etcd wait for the disk, as in production.
	EtcdFsync bool `json:"etcdFsync"`
}

// Event is what the node reports while it starts, one JSON object per line.
type Event struct {
	// Step that has ended.
	Step string `json:"step"`
	// Took is its duration.
	Took time.Duration `json:"took"`
	// Component that failed, empty when the step succeeded.
	Component string `json:"component,omitempty"`
	// Error that ended the start.
	Error string `json:"error,omitempty"`
	// Ready is set on the last event: every component answers.
	Ready bool `json:"ready,omitempty"`
}

// Files that the node inherits, by descriptor.
const (
	// ProgressFD is a pipe for events.
	ProgressFD = 3
	// APIServerFD listens on the loopback of the host for clients of the apiserver.
	APIServerFD = 4
	// RegistryFD listens on the loopback of the host for clients of the registry.
	RegistryFD = 5
)
