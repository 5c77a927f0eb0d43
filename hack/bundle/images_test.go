package main

import (
	"fmt"
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
	one, two, three := "sha256:"+strings.Repeat("a", 64), "sha256:"+strings.Repeat("b", 64), "sha256:"+strings.Repeat("c", 64)
	for name, row := range map[string]struct{ operator, gatherer, zot, disconnected, older string }{
		"all by tag":         {"", "", "", "false", `["proxy-aware"]`},
		"zot by tag":         {one, two, "", "false", `["proxy-aware"]`},
		"must-gather by tag": {one, "", three, "false", `["proxy-aware"]`},
		"operator by tag":    {"", two, three, "false", `["proxy-aware"]`},
		"all by digest":      {one, two, three, "true", `["disconnected", "proxy-aware"]`},
		"no digest, one":     {"sha256:abc", two, three, "", ""},
		"no digest, another": {one, "sha256:abc", three, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			csv := &olm.ClusterServiceVersion{}
			csv.Annotations = map[string]string{features + "proxy-aware": "true"}
			file := filepath.Join(t.TempDir(), "images.yaml")
			content := fmt.Sprintf("operatorDigest: %q\nmustGatherDigest: %q\nzotDigest: %q\ncreatedAt: \"2026-01-01T00:00:00Z\"\n",
				row.operator, row.gatherer, row.zot)
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
