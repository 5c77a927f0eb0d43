package pki

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
)

// Endpoints are the addresses that certificates and kubeconfigs name.
type Endpoints struct {
	// Node is the address of the node.
	Node string
	// NodeName is the name of the node.
	NodeName string
	// Service is the cluster IP of the kubernetes Service.
	Service string
	// Inside is the apiserver's URL for the components of the node.
	Inside string
	// Outside is the apiserver's URL for clients on the host.
	Outside string
}

// client is a component that talks to the apiserver: it gets a kubeconfig of its own.
type client struct {
	file    string
	subject Subject
}

// Write creates the authorities, certificates and kubeconfigs of a cluster in dir, and the administrator's kubeconfig for the
// host at the given path. Its context has the name of the cluster.
func Write(dir, kubeconfig, cluster string, e Endpoints) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("create folder of certificates: %w", err)
	}
	ca, err := NewAuthority(cluster + "-ca")
	if err != nil {
		return err
	}
	if err := writeServers(dir, ca, e); err != nil {
		return err
	}
	for _, c := range []client{
		{"controller-manager", Subject{CommonName: "system:kube-controller-manager"}},
		{"scheduler", Subject{CommonName: "system:kube-scheduler"}},
		{"proxy", Subject{CommonName: "system:kube-proxy"}},
		{"provisioner", Subject{CommonName: "zot-cluster:provisioner"}},
		{"kubelet", Subject{
			CommonName: "system:node:" + e.NodeName, Organization: []string{"system:nodes"}, Hosts: []string{e.NodeName, e.Node},
		}},
		{"admin", Subject{CommonName: "zot-cluster:admin", Organization: []string{"system:masters"}}},
	} {
		pair, err := ca.Issue(c.subject)
		if err != nil {
			return err
		}
		if err := writePair(dir, c.file, pair); err != nil {
			return err
		}
		path := filepath.Join(dir, c.file+".kubeconfig")
		if err := writeKubeconfig(path, cluster, e.Inside, ca.Cert, pair); err != nil {
			return err
		}
		if c.file == "admin" {
			if err := writeKubeconfig(kubeconfig, cluster, e.Outside, ca.Cert, pair); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeServers writes the authorities and what the apiserver itself needs.
func writeServers(dir string, ca *Authority, e Endpoints) error {
	// Apart from the client authority: a client certificate must not pass as the front proxy.
	frontCA, err := NewAuthority("front-proxy-ca")
	if err != nil {
		return err
	}
	front, err := frontCA.Issue(Subject{CommonName: "front-proxy"})
	if err != nil {
		return err
	}
	server, err := ca.Issue(Subject{CommonName: "kube-apiserver", Hosts: []string{
		"127.0.0.1", "localhost", e.Node, e.Service,
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
	}})
	if err != nil {
		return err
	}
	signing, err := NewSigningKey()
	if err != nil {
		return err
	}
	for name, pair := range map[string]Pair{
		"ca": ca.Pair, "front-proxy-ca": frontCA.Pair, "front-proxy": front, "apiserver": server, "service-account": signing,
	} {
		if err := writePair(dir, name, pair); err != nil {
			return err
		}
	}
	return nil
}

func writePair(dir, name string, pair Pair) error {
	for suffix, content := range map[string][]byte{".crt": pair.Cert, ".key": pair.Key} {
		if err := os.WriteFile(filepath.Join(dir, name+suffix), content, 0o600); err != nil {
			return fmt.Errorf("write certificate: %w", err)
		}
	}
	return nil
}

func writeKubeconfig(path, cluster, server string, ca []byte, pair Pair) error {
	encode := base64.StdEncoding.EncodeToString
	content := fmt.Sprintf(`apiVersion: v1
kind: Config
clusters:
- name: %[1]s
  cluster:
    server: %[2]s
    certificate-authority-data: %[3]s
users:
- name: %[1]s
  user:
    client-certificate-data: %[4]s
    client-key-data: %[5]s
contexts:
- name: %[1]s
  context:
    cluster: %[1]s
    user: %[1]s
current-context: %[1]s
`, cluster, server, encode(ca), encode(pair.Cert), encode(pair.Key))
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		return fmt.Errorf("write kubeconfig: %w", err)
	}
	return nil
}
