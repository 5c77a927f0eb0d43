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
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// startPeriod (seconds) and startBudget say how often the kubelet asks for a sign of life before it gives up on a start: for half
// an hour, as zot listens only after it has walked its storage (zot #2413, #3302), and often, as most stores are there at once.
const (
	startPeriod = 2
	startBudget = 900
)

// variables tell zot where the agent puts what no setting of zot names.
var variables = map[handover.Kind]struct{ name, value string }{
	handover.KindAWS: {handover.AWSFileEnv, handover.AWSPath},
	handover.KindCA:  {handover.CAEnv, handover.CADirs},

	handover.KindObjectBucketClaim: {handover.AWSFileEnv, handover.AWSPath},
}

func zot(in Pods) *coreac.ContainerApplyConfiguration {
	scheme := corev1.URISchemeHTTP
	if defaults.TLSOn(in.Spec) {
		// The kubelet does not look at the certificate.
		scheme = corev1.URISchemeHTTPS
	}
	container := coreac.Container().
		WithName(handover.ZotContainer).
		WithImage(in.Image).
		WithImagePullPolicy(corev1.PullPolicy(in.Spec.Image.PullPolicy)).
		// No command: the path of zot's binary differs between its images.
		WithArgs(handover.ZotArgs()...).
		WithPorts(coreac.ContainerPort().WithName(HTTPPort).WithContainerPort(*in.Spec.HTTP.Port).WithProtocol(corev1.ProtocolTCP)).
		WithResources(zotResources(in.Spec.Resources)).
		WithSecurityContext(containerSecurity()).
		WithStartupProbe(probe("/startupz", HTTPPort, scheme).WithPeriodSeconds(startPeriod).WithFailureThreshold(startBudget)).
		WithReadinessProbe(probe("/readyz", HTTPPort, scheme).WithPeriodSeconds(5)).
		WithLivenessProbe(probe("/livez", HTTPPort, scheme).WithPeriodSeconds(10)).
		WithVolumeMounts(
			mount("data", handover.DataDir), mount("run", handover.RunDir).WithReadOnly(true), mount("tmp", "/tmp"))
	if limit := memoryLimit(in.Spec.Resources); limit != nil {
		// Nine tenths: room for what the Go runtime does not count (zot #2137).
		container.WithEnv(coreac.EnvVar().WithName("GOMEMLIMIT").WithValue(strconv.FormatInt(limit.Value()/10*9, 10)))
	}
	for _, credential := range in.Documents.Credentials {
		if variable, ok := variables[credential.Kind]; ok {
			container.WithEnv(coreac.EnvVar().WithName(variable.name).WithValue(variable.value))
		}
	}
	if azure := in.Spec.Storage.Azure; azure != nil && azure.CredentialsSecret != "" && handover.AzureAuthority(azure.Realm) != "" {
		// Azure's library asks the public cloud else, and zot has no setting for it. Workload identity brings its own.
		container.WithEnv(coreac.EnvVar().WithName("AZURE_AUTHORITY_HOST").WithValue(handover.AzureAuthority(azure.Realm)))
	}
	return container.WithEnv(in.proxyVariables(Destinations(in.Spec))...)
}

func agentInit(in Pods) *coreac.ContainerApplyConfiguration {
	return agent(in, handover.InitContainer, handover.InitArg)
}

func agentSidecar(in Pods) *coreac.ContainerApplyConfiguration {
	return agent(in, handover.AgentContainer, handover.RunArg).
		WithPorts(coreac.ContainerPort().
			WithName(handover.PortName).WithContainerPort(handover.Port).WithProtocol(corev1.ProtocolTCP)).
		WithLivenessProbe(probe(handover.HealthPath, handover.PortName, corev1.URISchemeHTTP).WithPeriodSeconds(10))
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
	if slices.ContainsFunc(in.Documents.Credentials, func(c handover.Credential) bool { return c.Kind == handover.KindTrust }) {
		// zot looks for what it trusts beside its artifacts.
		container.WithVolumeMounts(mount("data", handover.DataDir))
	}
	if defaults.Clustered(in.Spec) {
		container.WithEnv(coreac.EnvVar().WithName(handover.PodEnv).WithValueFrom(
			coreac.EnvVarSource().WithFieldRef(coreac.ObjectFieldSelector().WithFieldPath("metadata.name"))))
	}
	// The agent asks whom zot asks.
	container.WithEnv(in.proxyVariables(Destinations(in.Spec))...)
	for i, secret := range secrets(in.Documents.Credentials) {
		container.WithVolumeMounts(mount(secretVolume(i), handover.SecretDir(secret)).WithReadOnly(true))
	}
	for i, config := range configMaps(in.Documents.Credentials) {
		container.WithVolumeMounts(mount(configVolume(i), handover.ConfigMapDir(config)).WithReadOnly(true))
	}
	return container
}

func probe(path, port string, scheme corev1.URIScheme) *coreac.ProbeApplyConfiguration {
	return coreac.Probe().WithTimeoutSeconds(5).WithHTTPGet(
		coreac.HTTPGetAction().WithPath(path).WithPort(intstr.FromString(port)).WithScheme(scheme))
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
	return sources(credentials, func(source handover.Source) string { return source.Secret })
}

// configMaps lists the user's ConfigMaps of the credentials, as secrets.
func configMaps(credentials []handover.Credential) []string {
	return sources(credentials, func(source handover.Source) string { return source.ConfigMap })
}

func sources(credentials []handover.Credential, name func(handover.Source) string) []string {
	var out []string
	for _, credential := range credentials {
		for _, source := range credential.Sources {
			if name(source) != "" {
				out = append(out, name(source))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func secretVolume(i int) string { return fmt.Sprintf("secret-%d", i) }

func configVolume(i int) string { return fmt.Sprintf("configmap-%d", i) }
