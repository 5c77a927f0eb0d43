package resources

import (
	"fmt"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// startPeriod (seconds) and startBudget say how often the kubelet asks for a sign of life before it gives up on a start: for half
// an hour, as zot listens only after it has walked its storage (zot #2413, #3302), and often, as most stores are there at once.
const (
	startPeriod = 2
	startBudget = 900
)

func zot(in Pods) *coreac.ContainerApplyConfiguration {
	container := coreac.Container().
		WithName(handover.ZotContainer).
		WithImage(in.Image).
		WithImagePullPolicy(corev1.PullPolicy(in.Spec.Image.PullPolicy)).
		// No command: the path of zot's binary differs between its images.
		WithArgs(handover.ZotArgs()...).
		WithPorts(coreac.ContainerPort().WithName(HTTPPort).WithContainerPort(*in.Spec.HTTP.Port).WithProtocol(corev1.ProtocolTCP)).
		WithResources(zotResources(in.Spec.Resources)).
		WithSecurityContext(containerSecurity()).
		WithStartupProbe(probe("/startupz", HTTPPort).WithPeriodSeconds(startPeriod).WithFailureThreshold(startBudget)).
		WithReadinessProbe(probe("/readyz", HTTPPort).WithPeriodSeconds(5)).
		WithLivenessProbe(probe("/livez", HTTPPort).WithPeriodSeconds(10)).
		WithVolumeMounts(
			mount("data", handover.DataDir), mount("run", handover.RunDir).WithReadOnly(true), mount("tmp", "/tmp"))
	if limit := memoryLimit(in.Spec.Resources); limit != nil {
		// Nine tenths: room for what the Go runtime does not count (zot #2137).
		container.WithEnv(coreac.EnvVar().WithName("GOMEMLIMIT").WithValue(strconv.FormatInt(limit.Value()/10*9, 10)))
	}
	for _, credential := range in.Documents.Credentials {
		if credential.Kind == handover.KindAWS {
			container.WithEnv(coreac.EnvVar().WithName(handover.AWSFileEnv).WithValue(handover.AWSPath))
		}
	}
	return container
}

func agentInit(in Pods) *coreac.ContainerApplyConfiguration {
	return agent(in, handover.InitContainer, handover.InitArg)
}

func agentSidecar(in Pods) *coreac.ContainerApplyConfiguration {
	return agent(in, handover.AgentContainer, handover.RunArg).
		WithPorts(coreac.ContainerPort().
			WithName(handover.PortName).WithContainerPort(handover.Port).WithProtocol(corev1.ProtocolTCP)).
		WithLivenessProbe(probe(handover.HealthPath, handover.PortName).WithPeriodSeconds(10))
}

func agent(in Pods, name, arg string) *coreac.ContainerApplyConfiguration {
	container := coreac.Container().
		WithName(name).
		WithImage(in.AgentImage).
		WithImagePullPolicy(corev1.PullIfNotPresent).
		WithCommand(handover.AgentCommand).
		WithArgs(arg).
		WithResources(coreac.ResourceRequirements().
			WithRequests(corev1.ResourceList{
				corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("24Mi"),
			}).
			WithLimits(corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("64Mi")})).
		WithSecurityContext(containerSecurity()).
		WithVolumeMounts(
			mount("boot", handover.BootDir).WithReadOnly(true),
			mount("live", handover.LiveDir).WithReadOnly(true),
			mount("run", handover.RunDir))
	for i, secret := range secrets(in.Documents.Credentials) {
		container.WithVolumeMounts(mount(secretVolume(i), handover.SecretDir(secret)).WithReadOnly(true))
	}
	return container
}

func probe(path, port string) *coreac.ProbeApplyConfiguration {
	return coreac.Probe().WithTimeoutSeconds(5).WithHTTPGet(
		coreac.HTTPGetAction().WithPath(path).WithPort(intstr.FromString(port)).WithScheme(corev1.URISchemeHTTP))
}

func mount(volume, path string) *coreac.VolumeMountApplyConfiguration {
	return coreac.VolumeMount().WithName(volume).WithMountPath(path)
}

func containerSecurity() *coreac.SecurityContextApplyConfiguration {
	return coreac.SecurityContext().
		WithAllowPrivilegeEscalation(false).
		WithReadOnlyRootFilesystem(true).
		WithCapabilities(coreac.Capabilities().WithDrop("ALL"))
}

func zotResources(spec *v1alpha1.ResourceRequirements) *coreac.ResourceRequirementsApplyConfiguration {
	out := coreac.ResourceRequirements().WithRequests(amounts(spec.Requests))
	if limits := amounts(spec.Limits); len(limits) > 0 {
		out.WithLimits(limits)
	}
	return out
}

func amounts(spec *v1alpha1.ResourceAmounts) corev1.ResourceList {
	out := corev1.ResourceList{}
	if spec != nil && spec.CPU != nil {
		out[corev1.ResourceCPU] = *spec.CPU
	}
	if spec != nil && spec.Memory != nil {
		out[corev1.ResourceMemory] = *spec.Memory
	}
	return out
}

func memoryLimit(spec *v1alpha1.ResourceRequirements) *resource.Quantity {
	if spec.Limits == nil {
		return nil
	}
	return spec.Limits.Memory
}

// secrets lists the Secrets of the credentials, each once, in a stable order.
func secrets(credentials []handover.Credential) []string {
	var out []string
	for _, credential := range credentials {
		for _, source := range credential.Sources {
			out = append(out, source.Secret)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func secretVolume(i int) string { return fmt.Sprintf("secret-%d", i) }
