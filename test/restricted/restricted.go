package restricted

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// volumeKinds are those that restricted-v2 allows, as fields of a volume's source.
var volumeKinds = []string{"ConfigMap", "CSI", "DownwardAPI", "EmptyDir", "Ephemeral", "PersistentVolumeClaim", "Projected", "Secret"}

// Refusals are what restricted-v2 has against the pod, or what it would have to change to let it in: pods are to be what the operator has
// written. None: it runs as it is, as a user of the namespace's range.
func Refusals(pod corev1.PodSpec) []string {
	var out []string
	refuse := func(when bool, format string, args ...any) {
		if when {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	refuse(pod.HostNetwork, "it is in the node's network")
	refuse(pod.HostPID, "it sees the node's processes")
	refuse(pod.HostIPC, "it shares the node's memory")
	if security := pod.SecurityContext; security != nil {
		refuse(security.RunAsUser != nil, "it fixes a user: the namespace has a range of its own")
		refuse(security.FSGroup != nil, "it fixes the group of its volumes: the namespace has its own")
		refuse(security.SELinuxOptions != nil, "it fixes a label of SELinux: the namespace has its own")
		refuse(len(security.Sysctls) > 0, "it sets the node's parameters")
		refuse(!runtimeDefault(security.SeccompProfile), "it names a seccomp profile that is not the runtime's")
	}
	for _, volume := range pod.Volumes {
		kind := kindOf(volume.VolumeSource)
		refuse(!slices.Contains(volumeKinds, kind), "volume %s is of a kind that is not allowed: %s", volume.Name, kind)
	}
	for _, container := range slices.Concat(pod.InitContainers, pod.Containers) {
		for _, problem := range ofContainer(pod.SecurityContext, container) {
			refuse(true, "container %s %s", container.Name, problem)
		}
	}
	refuse(len(pod.EphemeralContainers) > 0, "it has ephemeral containers, which nobody looked at")
	return out
}

// ofContainer is about one container. What it does not say, the pod says for it.
func ofContainer(pod *corev1.PodSecurityContext, container corev1.Container) []string {
	var out []string
	refuse := func(when bool, text string) {
		if when {
			out = append(out, text)
		}
	}
	ofNode := func(port corev1.ContainerPort) bool { return port.HostPort != 0 }
	refuse(slices.ContainsFunc(container.Ports, ofNode), "has a port of the node")
	security := container.SecurityContext
	if security == nil {
		security = &corev1.SecurityContext{}
	}
	nonRoot := security.RunAsNonRoot
	profile := security.SeccompProfile
	if pod != nil {
		if nonRoot == nil {
			nonRoot = pod.RunAsNonRoot
		}
		if profile == nil {
			profile = pod.SeccompProfile
		}
	}
	refuse(nonRoot == nil || !*nonRoot, "may be root")
	refuse(profile == nil || !runtimeDefault(profile), "has not the runtime's seccomp profile")
	refuse(security.RunAsUser != nil, "fixes a user: the namespace has a range of its own")
	refuse(security.SELinuxOptions != nil, "fixes a label of SELinux: the namespace has its own")
	refuse(security.Privileged != nil && *security.Privileged, "is privileged")
	refuse(security.ProcMount != nil && *security.ProcMount != corev1.DefaultProcMount, "sees more of /proc")
	refuse(security.AllowPrivilegeEscalation == nil || *security.AllowPrivilegeEscalation, "may gain privileges")
	capabilities := security.Capabilities
	if capabilities == nil {
		capabilities = &corev1.Capabilities{}
	}
	refuse(!slices.Contains(capabilities.Drop, "ALL"), "keeps capabilities")
	refuse(slices.ContainsFunc(capabilities.Add, func(c corev1.Capability) bool { return c != "NET_BIND_SERVICE" }), "adds capabilities")
	return out
}

func runtimeDefault(profile *corev1.SeccompProfile) bool {
	return profile == nil || profile.Type == corev1.SeccompProfileTypeRuntimeDefault
}

// kindOf names the source that is set.
func kindOf(source corev1.VolumeSource) string {
	value := reflect.ValueOf(source)
	var set []string
	for i := range value.NumField() {
		if !value.Field(i).IsNil() {
			set = append(set, value.Type().Field(i).Name)
		}
	}
	return strings.Join(set, " and ")
}
