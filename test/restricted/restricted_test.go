package restricted_test

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/test/restricted"
)

// fit is a pod that restricted-v2 lets in as it is.
func fit() *corev1.PodSpec {
	return &corev1.PodSpec{
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot:        new(true),
			SeccompProfile:      &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
			FSGroupChangePolicy: new(corev1.FSGroupChangeOnRootMismatch),
		},
		ShareProcessNamespace: new(true),
		Volumes: []corev1.Volume{
			{Name: "a", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
			{Name: "b", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{}}},
		},
		Containers: []corev1.Container{{
			Name: "c",
			SecurityContext: &corev1.SecurityContext{
				AllowPrivilegeEscalation: new(false), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			},
		}},
	}
}

func TestFit(t *testing.T) {
	if got := restricted.Refusals(*fit()); len(got) > 0 {
		t.Errorf("refused: %v", got)
	}
}

func TestRefusals(t *testing.T) {
	local := &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeLocalhost}
	for want, change := range map[string]func(*corev1.PodSpec){
		"in the node's network":           func(p *corev1.PodSpec) { p.HostNetwork = true },
		"the node's processes":            func(p *corev1.PodSpec) { p.HostPID = true },
		"the node's memory":               func(p *corev1.PodSpec) { p.HostIPC = true },
		"it fixes a user":                 func(p *corev1.PodSpec) { p.SecurityContext.RunAsUser = new(int64(1000)) },
		"the group of its volumes":        func(p *corev1.PodSpec) { p.SecurityContext.FSGroup = new(int64(1000)) },
		"it fixes a label":                func(p *corev1.PodSpec) { p.SecurityContext.SELinuxOptions = &corev1.SELinuxOptions{Level: "s0"} },
		"the node's parameters":           func(p *corev1.PodSpec) { p.SecurityContext.Sysctls = []corev1.Sysctl{{Name: "a"}} },
		"not the runtime's":               func(p *corev1.PodSpec) { p.SecurityContext.SeccompProfile = local },
		"c has not the runtime's seccomp": func(p *corev1.PodSpec) { p.SecurityContext.SeccompProfile = nil },
		"a is of a kind that is not allowed: HostPath": func(p *corev1.PodSpec) {
			p.Volumes[0].VolumeSource = corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{}}
		},
		"ephemeral containers": func(p *corev1.PodSpec) { p.EphemeralContainers = make([]corev1.EphemeralContainer, 1) },
		"c has a port of the node": func(p *corev1.PodSpec) {
			p.Containers[0].Ports = []corev1.ContainerPort{{HostPort: 80}}
		},
		"c may be root":           func(p *corev1.PodSpec) { p.SecurityContext.RunAsNonRoot = nil },
		"container c may be root": func(p *corev1.PodSpec) { p.Containers[0].SecurityContext.RunAsNonRoot = new(false) },
		"c fixes a user":          func(p *corev1.PodSpec) { p.Containers[0].SecurityContext.RunAsUser = new(int64(1000)) },
		"c fixes a label": func(p *corev1.PodSpec) {
			p.Containers[0].SecurityContext.SELinuxOptions = &corev1.SELinuxOptions{Level: "s0"}
		},
		"c is privileged":       func(p *corev1.PodSpec) { p.Containers[0].SecurityContext.Privileged = new(true) },
		"c sees more of /proc":  func(p *corev1.PodSpec) { p.Containers[0].SecurityContext.ProcMount = new(corev1.UnmaskedProcMount) },
		"c may gain privileges": func(p *corev1.PodSpec) { p.Containers[0].SecurityContext.AllowPrivilegeEscalation = nil },
		"c keeps capabilities":  func(p *corev1.PodSpec) { p.Containers[0].SecurityContext.Capabilities = nil },
		"c adds capabilities": func(p *corev1.PodSpec) {
			p.Containers[0].SecurityContext.Capabilities.Add = []corev1.Capability{"SYS_ADMIN"}
		},
		"container init may gain privileges": func(p *corev1.PodSpec) { p.InitContainers = []corev1.Container{{Name: "init"}} },
	} {
		t.Run(want, func(t *testing.T) {
			pod := fit()
			change(pod)
			got := restricted.Refusals(*pod)
			if !slices.ContainsFunc(got, func(text string) bool { return strings.Contains(text, want) }) {
				t.Errorf("found %v", got)
			}
		})
	}
}
