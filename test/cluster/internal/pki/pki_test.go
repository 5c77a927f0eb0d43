package pki

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var endpoints = Endpoints{
	Node: "10.88.0.1", NodeName: "node1", Service: "10.96.0.1", Inside: "https://127.0.0.1:16443", Outside: "https://127.0.0.1:40000",
}

func write(t *testing.T) (dir, kubeconfig string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "pki")
	kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	if err := Write(dir, kubeconfig, "zot-cluster", endpoints); err != nil {
		t.Fatal(err)
	}
	return dir, kubeconfig
}

func load(t *testing.T, dir, name string) *x509.Certificate {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, name+".crt"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(content)
	if block == nil {
		t.Fatalf("%s.crt is not PEM", name)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func pool(certs ...*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certs {
		p.AddCert(c)
	}
	return p
}

func TestServersHoldTheirNames(t *testing.T) {
	dir, _ := write(t)
	roots := pool(load(t, dir, "ca"))
	for name, hosts := range map[string][]string{
		"apiserver": {"127.0.0.1", "10.88.0.1", "10.96.0.1", "localhost", "kubernetes.default.svc"},
		"kubelet":   {"node1", "10.88.0.1"},
	} {
		for _, host := range hosts {
			if _, err := load(t, dir, name).Verify(x509.VerifyOptions{Roots: roots, DNSName: host}); err != nil {
				t.Errorf("%s as %s: %v", name, host, err)
			}
		}
	}
}

func TestClientsHoldTheirIdentity(t *testing.T) {
	dir, _ := write(t)
	options := x509.VerifyOptions{Roots: pool(load(t, dir, "ca")), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	for name, identity := range map[string]string{
		"admin": "zot-cluster:admin/system:masters", "kubelet": "system:node:node1/system:nodes",
		"controller-manager": "system:kube-controller-manager/", "scheduler": "system:kube-scheduler/",
		"proxy": "system:kube-proxy/", "provisioner": "zot-cluster:provisioner/",
	} {
		cert := load(t, dir, name)
		if _, err := cert.Verify(options); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := cert.Subject.CommonName + "/" + strings.Join(cert.Subject.Organization, ","); got != identity {
			t.Errorf("%s is %s, want %s", name, got, identity)
		}
		if _, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClientsAreNoFrontProxies(t *testing.T) {
	dir, _ := write(t)
	front := x509.VerifyOptions{Roots: pool(load(t, dir, "front-proxy-ca")), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	if _, err := load(t, dir, "front-proxy").Verify(front); err != nil {
		t.Error(err)
	}
	if _, err := load(t, dir, "admin").Verify(front); err == nil {
		t.Error("a client certificate passes as the front proxy")
	}
}

func TestKubeconfigs(t *testing.T) {
	dir, kubeconfig := write(t)
	for path, server := range map[string]string{kubeconfig: endpoints.Outside, filepath.Join(dir, "admin.kubeconfig"): endpoints.Inside} {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"server: " + server, "current-context: zot-cluster\n"} {
			if !strings.Contains(string(content), want) {
				t.Errorf("%s lacks %q", path, want)
			}
		}
		if strings.Contains(string(content), "namespace:") {
			t.Errorf("%s sets a namespace", path)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %s: it holds a key", path, info.Mode())
		}
	}
}
