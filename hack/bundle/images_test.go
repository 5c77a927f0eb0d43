package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	olm "github.com/operator-framework/api/pkg/operators/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// A bundle is fit for disconnected clusters only if nodes pull every image by its digest.
func TestDisconnected(t *testing.T) {
	operatorDigest, zotDigest := "sha256:"+strings.Repeat("a", 64), "sha256:"+strings.Repeat("b", 64)
	for name, row := range map[string]struct{ operator, zot, disconnected, older string }{
		"both by tag":        {"", "", "false", `["proxy-aware"]`},
		"zot by tag":         {operatorDigest, "", "false", `["proxy-aware"]`},
		"operator by tag":    {"", zotDigest, "false", `["proxy-aware"]`},
		"both by digest":     {operatorDigest, zotDigest, "true", `["disconnected", "proxy-aware"]`},
		"no digest of these": {"sha256:abc", zotDigest, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			csv := &olm.ClusterServiceVersion{}
			csv.Annotations = map[string]string{features + "proxy-aware": "true"}
			file := filepath.Join(t.TempDir(), "images.yaml")
			content := "operatorDigest: \"" + row.operator + "\"\nzotDigest: \"" + row.zot + "\"\ncreatedAt: \"2026-01-01T00:00:00Z\"\n"
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			err := pinImages(inputs{version: "1.2.3", images: file}, csv, installationOf("registry.example/operator:1.2.3"))
			if (err != nil) != (row.disconnected == "") {
				t.Fatalf("found: %v", err)
			}
			if got := csv.Annotations[features+"disconnected"]; got != row.disconnected {
				t.Errorf("disconnected is %q", got)
			}
			if got := csv.Annotations[olderFeatures]; got != row.older {
				t.Errorf("the older list is %s", got)
			}
		})
	}
}

// installationOf is one whose manager has that image.
func installationOf(image string) *installation {
	manager := corev1.Container{Image: image, Env: []corev1.EnvVar{
		{Name: agentImageVariable, Value: image}, {Name: zotImageVariable, Value: "registry.example/zot:v2.1.20"},
	}}
	pod := corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{manager}}}
	return &installation{deployment: appsv1.Deployment{Spec: appsv1.DeploymentSpec{Template: pod}}}
}
