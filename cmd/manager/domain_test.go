package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestClusterDomain(t *testing.T) {
	for name, tc := range map[string]struct{ config, want string }{
		"as the kubelet writes it": {"search zot-operator-system.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\n", "cluster.local"},
		"of another name":          {"nameserver 10.0.0.1\nsearch ns.svc.K8S.example.com svc.K8S.example.com. k8s.example.com", "k8s.example.com"},
		"of a machine":             {"# search svc.example.com\nsearch example.com lan\n", ""},
		"without any":              {"nameserver 10.0.0.1\n", ""},
		"empty":                    {"", ""},
	} {
		file := filepath.Join(t.TempDir(), "resolv.conf")
		if err := os.WriteFile(file, []byte(tc.config), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := clusterDomain(file); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
	if got := clusterDomain(filepath.Join(t.TempDir(), "missing")); got != "" {
		t.Errorf("no file: %q", got)
	}
}
