package node

import (
	"path/filepath"
	"time"
)

// Component is a process of the node.
type Component struct {
	// Name of the component and of its log.
	Name string
	// Args are the command line; the first one is a name in the folder of binaries.
	Args []string
	// Ready tells whether it serves; nil when running suffices.
	Ready probe
	// Inherits are descriptors of the node that it gets as 3, 4, ...
	Inherits []int
}

// Phase is a group of components that start together, when all of the phases before are ready.
type Phase []Component

// Phases returns the components in the order in which they start.
func Phases(c Config) []Phase {
	return []Phase{
		{etcdServer(c), containerdDaemon(c), imageRegistry(c)},
		{kubeAPIServer(c)},
		{controllerManager(c), scheduler(c), kubelet(c), kubeProxy(c), provisioner(c)},
	}
}

func etcdServer(c Config) Component {
	const peer = "http://127.0.0.1:12380"
	args := []string{
		"etcd", "--data-dir=" + c.Run.Path("etcd"), "--listen-client-urls=" + etcd, "--advertise-client-urls=" + etcd,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer, "--initial-cluster=default=" + peer,
	}
	if !c.EtcdFsync {
		args = append(args, "--unsafe-no-fsync")
	}
	return Component{Name: "etcd", Args: args, Ready: answers(etcd + "/readyz")}
}

func containerdDaemon(c Config) Component {
	return Component{Name: "containerd", Args: []string{"containerd", "-c", c.Run.Path("etc", "containerd.toml")}, Ready: accepts(Socket)}
}

func imageRegistry(c Config) Component {
	return Component{
		Name: "registry", Args: []string{"zot-cluster", "serve-registry", c.Run.Path("registry")},
		Ready: answers("http://" + Registry + "/v2/"), Inherits: []int{RegistryFD},
	}
}

func kubeAPIServer(c Config) Component {
	p := c.Run.PKI
	return Component{Name: "kube-apiserver", Ready: answers(APIServer + "/readyz"), Args: []string{
		"kube-apiserver", "--etcd-servers=" + etcd,
		"--bind-address=0.0.0.0", "--secure-port=16443", "--advertise-address=" + Address,
		"--tls-cert-file=" + p("apiserver.crt"), "--tls-private-key-file=" + p("apiserver.key"), "--client-ca-file=" + p("ca.crt"),
		"--service-account-key-file=" + p("service-account.crt"), "--service-account-signing-key-file=" + p("service-account.key"),
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-cluster-ip-range=" + serviceNetwork, "--allow-privileged", "--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction,OwnerReferencesPermissionEnforcement",
		"--kubelet-client-certificate=" + p("admin.crt"), "--kubelet-client-key=" + p("admin.key"),
		"--kubelet-preferred-address-types=InternalIP",
		"--requestheader-client-ca-file=" + p("front-proxy-ca.crt"), "--requestheader-allowed-names=front-proxy",
		"--proxy-client-cert-file=" + p("front-proxy.crt"), "--proxy-client-key-file=" + p("front-proxy.key"),
		"--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--audit-policy-file=" + c.Run.Path("etc", "audit.yaml"), "--audit-log-path=" + c.Run.AuditLog(),
		"--audit-log-maxsize=100", "--audit-log-maxbackup=2",
	}}
}

func controllerManager(c Config) Component {
	p, kubeconfig := c.Run.PKI, c.Run.PKI("controller-manager.kubeconfig")
	return Component{Name: "kube-controller-manager", Ready: answers("https://127.0.0.1:10257/healthz"), Args: []string{
		"kube-controller-manager",
		"--kubeconfig=" + kubeconfig, "--authentication-kubeconfig=" + kubeconfig, "--authorization-kubeconfig=" + kubeconfig,
		"--bind-address=127.0.0.1", "--leader-elect=false", "--use-service-account-credentials",
		"--service-account-private-key-file=" + p("service-account.key"), "--root-ca-file=" + p("ca.crt"),
		"--cluster-signing-cert-file=" + p("ca.crt"), "--cluster-signing-key-file=" + p("ca.key"),
		"--flex-volume-plugin-dir=" + c.Run.Path("flexvolume"),
	}}
}

func scheduler(c Config) Component {
	kubeconfig := c.Run.PKI("scheduler.kubeconfig")
	return Component{Name: "kube-scheduler", Ready: answers("https://127.0.0.1:10259/healthz"), Args: []string{
		"kube-scheduler",
		"--kubeconfig=" + kubeconfig, "--authentication-kubeconfig=" + kubeconfig, "--authorization-kubeconfig=" + kubeconfig,
		"--bind-address=127.0.0.1", "--leader-elect=false",
	}}
}

func kubelet(c Config) Component {
	return Component{Name: "kubelet", Ready: answers("http://127.0.0.1:10248/healthz"), Args: []string{
		"kubelet", "--config=" + c.Run.Path("etc", "kubelet.yaml"), "--kubeconfig=" + c.Run.PKI("kubelet.kubeconfig"),
		"--hostname-override=" + Name, "--node-ip=" + Address, "--root-dir=" + c.Run.Path("kubelet"),
	}}
}

func kubeProxy(c Config) Component {
	return Component{Name: "kube-proxy", Ready: answers("http://127.0.0.1:10256/healthz"), Args: []string{
		"kube-proxy", "--kubeconfig=" + c.Run.PKI("proxy.kubeconfig"), "--hostname-override=" + Name,
		"--proxy-mode=nftables", "--cluster-cidr=" + podNetwork, "--healthz-bind-address=127.0.0.1:10256",
		// The connection tracking limits belong to the host.
		"--conntrack-max-per-core=0", "--conntrack-tcp-timeout-established=0s", "--conntrack-tcp-timeout-close-wait=0s",
	}}
}

func provisioner(c Config) Component {
	return Component{Name: "provisioner", Args: []string{
		"provisioner", "--kubeconfig=" + c.Run.PKI("provisioner.kubeconfig"), "--root=" + c.Run.Path("volumes"),
	}}
}

// path is where the binary of a component lies.
func (c Component) path(bin string) string { return filepath.Join(bin, c.Args[0]) }

// startTimeout is how long a phase may take on a busy machine.
const startTimeout = 3 * time.Minute
