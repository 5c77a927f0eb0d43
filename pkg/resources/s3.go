package resources

import (
	"encoding/json"
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
	appsac "k8s.io/client-go/applyconfigurations/apps/v1"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// s3Requests are what a gateway takes from a node at least. Parts for a container of Azure go through its memory, so that it has no limit.
var s3Requests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("50m"), corev1.ResourceMemory: resource.MustParse("128Mi")}

// s3Kept says whether the gateway keeps objects on a volume of its own.
func s3Kept(in Input) bool { return in.Spec.Extensions.S3API.Storage.Type == v1alpha1.S3APIFilesystem }

// S3Config is what the gateway is told.
func S3Config(in Input) s3gateway.Config {
	api := in.Spec.Extensions.S3API
	config := s3gateway.Config{
		Format: s3gateway.Format, MaxUploadSize: api.MaxUploadSize.Value(),
		Region: defaults.S3Region, RootSecret: names.S3RootKeys(in.Name),
	}
	switch storage := api.Storage; {
	case storage.S3 != nil:
		config.S3 = &s3gateway.S3{
			Endpoint: s3Endpoint(*storage.S3), Region: storage.S3.Region, Bucket: storage.S3.Bucket,
			AccessKeySecret: storage.S3.AccessKeySecret, SecretKeySecret: storage.S3.SecretKeySecret,
		}
	case storage.Azure != nil:
		config.Azure = &s3gateway.Azure{
			Account: storage.Azure.AccountName, Container: storage.Azure.Container, ServiceURL: storage.Azure.ServiceURL,
			CredentialsSecret: storage.Azure.CredentialsSecret,
		}
	default:
		config.Filesystem = &s3gateway.Filesystem{}
	}
	if defaults.TLSOn(in.Spec) {
		certificate, key := defaults.CertificateSecrets(in.Name, in.Spec)
		if defaults.ServiceCAOn(in.Spec) {
			// It makes a certificate for a Service, so that this one gets its own.
			certificate, key = names.S3ServingCertificate(in.Name), names.S3ServingCertificate(in.Name)
		}
		config.TLS = &s3gateway.TLS{CertSecret: certificate, KeySecret: key}
	}
	if bundle := in.Spec.CABundle; bundle != nil {
		config.CA = &s3gateway.CA{Secret: bundle.SecretName, ConfigMap: bundle.ConfigMapName}
	}
	config.SignIn = s3SignIn(in)
	return config
}

// s3Endpoint is the URL of a server, empty for Amazon's own of the region.
func s3Endpoint(bucket v1alpha1.S3APIBucketSpec) string {
	parsed, err := defaults.S3Endpoint(bucket.Endpoint)
	amazon := v1alpha1.S3StorageSpec{Region: bucket.Region}
	if bucket.Endpoint == "" || err != nil || defaults.AmazonByRegion(amazon, parsed.Host) {
		return ""
	}
	return parsed.String()
}

// S3Endpoint is the address of the S3 API inside of the cluster.
func S3Endpoint(in Input) string {
	return fmt.Sprintf("%s://%s:%d", Scheme(in), names.S3Host(in.Namespace, in.Name), s3gateway.Port)
}

// S3RootKeys is the Secret with the keys that may do everything, without the keys: they are random, and made where the Secret is.
func S3RootKeys(in Input) *coreac.SecretApplyConfiguration {
	return coreac.Secret(names.S3RootKeys(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner())
}

// S3ServiceAccount is the identity of the gateway's pods, by which a cloud may know them.
func S3ServiceAccount(in Input) *coreac.ServiceAccountApplyConfiguration {
	return account(in, names.S3(in.Name))
}

// S3Service is how the S3 API is reached inside of the cluster.
func S3Service(in Input) *coreac.ServiceApplyConfiguration {
	service := coreac.Service(names.S3(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner()).
		WithSpec(coreac.ServiceSpec().
			WithType(corev1.ServiceTypeClusterIP).
			WithSelector(labels.S3Selector(in.Name)).
			WithPorts(coreac.ServicePort().
				WithName(s3gateway.PortName).
				WithProtocol(corev1.ProtocolTCP).
				WithPort(s3gateway.Port).
				WithTargetPort(intstr.FromString(s3gateway.PortName))))
	if defaults.ServiceCAOn(in.Spec) {
		service.WithAnnotations(map[string]string{servingCertificate: names.S3ServingCertificate(in.Name)})
	}
	return service
}

// S3Deployment runs the gateway. One with a volume ends before the next one starts: two of them on one volume would not know of each
// other's locks.
func S3Deployment(in Pods) (*appsac.DeploymentApplyConfiguration, error) {
	config, err := S3Config(in.Input).Encode()
	if err != nil {
		return nil, fmt.Errorf("write the S3 gateway's configuration: %w", err)
	}
	strategy := appsv1.RollingUpdateDeploymentStrategyType
	if s3Kept(in.Input) {
		strategy = appsv1.RecreateDeploymentStrategyType
	}
	podLabels := labels.S3Pod(in.Name, in.Component)
	if azure := in.Spec.Extensions.S3API.Storage.Azure; azure != nil && azure.CredentialsSecret == "" {
		podLabels["azure.workload.identity/use"] = "true"
	}
	template := coreac.PodTemplateSpec().WithLabels(podLabels).WithSpec(s3Pod(in, config))
	if annotations := identity(in.Input); len(annotations) > 0 {
		data, _ := json.Marshal(annotations) // A map of strings can always be written as JSON.
		template.WithAnnotations(map[string]string{identityAnnotation: handover.ShortHash(data)})
	}
	return appsac.Deployment(names.S3(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner()).
		WithSpec(appsac.DeploymentSpec().
			WithReplicas(1).
			WithRevisionHistoryLimit(1).
			WithSelector(metaac.LabelSelector().WithMatchLabels(labels.S3Selector(in.Name))).
			WithStrategy(appsac.DeploymentStrategy().WithType(strategy)).
			WithTemplate(template)), nil
}

// S3TemplateHash identifies the gateway's pods apart from their image, as TemplateHash does the registry's.
func S3TemplateHash(in Pods) (string, error) {
	in.AgentImage = ""
	deployment, err := S3Deployment(in)
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(deployment.Spec.Template)
	if err != nil {
		return "", fmt.Errorf("hash the S3 gateway's pod template: %w", err)
	}
	return handover.ShortHash(data), nil
}

func s3Pod(in Pods, config string) *coreac.PodSpecApplyConfiguration {
	volumes, mounts := s3Volumes(in.Input)
	container := coreac.Container().
		WithName(s3gateway.Container).
		WithImage(in.AgentImage).
		WithImagePullPolicy(corev1.PullIfNotPresent).
		WithCommand(s3gateway.Command).
		WithEnv(coreac.EnvVar().WithName(s3gateway.ConfigEnv).WithValue(config)).
		WithEnv(in.proxyVariables(S3Destinations(in.Input))...).
		WithPorts(s3Port(s3gateway.PortName, s3gateway.Port), s3Port(s3gateway.StatusPortName, s3gateway.StatusPort)).
		WithResources(coreac.ResourceRequirements().WithRequests(s3Requests)).
		WithSecurityContext(containerSecurity()).
		WithReadinessProbe(probe(s3gateway.ReadyPath, s3gateway.StatusPortName, corev1.URISchemeHTTP).WithPeriodSeconds(5)).
		WithLivenessProbe(probe(s3gateway.LivePath, s3gateway.StatusPortName, corev1.URISchemeHTTP).WithPeriodSeconds(10)).
		WithVolumeMounts(mounts...)
	spec := coreac.PodSpec().
		WithServiceAccountName(names.S3(in.Name)).
		WithAutomountServiceAccountToken(false).
		WithEnableServiceLinks(false).
		WithTerminationGracePeriodSeconds(30).
		WithSecurityContext(podSecurity(in)).
		WithContainers(container).
		WithVolumes(volumes...)
	for _, secret := range in.Spec.Image.PullSecrets {
		spec.WithImagePullSecrets(coreac.LocalObjectReference().WithName(secret))
	}
	if wanted := in.Spec.Scheduling; wanted != nil {
		// Affinity and spreading are among the registry's pods.
		schedule(spec, in.Name, &v1alpha1.SchedulingSpec{
			NodeSelector: wanted.NodeSelector, Tolerations: wanted.Tolerations, PriorityClassName: wanted.PriorityClassName,
		})
	}
	return spec
}

func s3Port(name string, number int32) *coreac.ContainerPortApplyConfiguration {
	return coreac.ContainerPort().WithName(name).WithContainerPort(number).WithProtocol(corev1.ProtocolTCP)
}

// s3Volumes are what the gateway's pod has, and where.
func s3Volumes(in Input) ([]*coreac.VolumeApplyConfiguration, []*coreac.VolumeMountApplyConfiguration) {
	volumes := []*coreac.VolumeApplyConfiguration{
		coreac.Volume().WithName("run").WithEmptyDir(coreac.EmptyDirVolumeSource().WithMedium(corev1.StorageMediumMemory)),
		coreac.Volume().WithName("tmp").WithEmptyDir(coreac.EmptyDirVolumeSource()),
	}
	mounts := []*coreac.VolumeMountApplyConfiguration{mount("run", s3gateway.RunDir), mount("tmp", "/tmp")}
	if s3Kept(in) {
		volumes = append(volumes, coreac.Volume().WithName("data").WithPersistentVolumeClaim(
			coreac.PersistentVolumeClaimVolumeSource().WithClaimName(names.S3Claim(in.Name))))
		mounts = append(mounts, mount("data", s3gateway.DataDir))
	}
	credentials := S3Config(in).Credentials()
	for i, secret := range secrets(credentials) {
		volumes = append(volumes, coreac.Volume().WithName(secretVolume(i)).WithSecret(
			coreac.SecretVolumeSource().WithSecretName(secret).WithOptional(true)))
		mounts = append(mounts, mount(secretVolume(i), s3gateway.SecretDir(secret)).WithReadOnly(true))
	}
	for i, name := range configMaps(credentials) {
		volumes = append(volumes, coreac.Volume().WithName(configVolume(i)).WithConfigMap(
			coreac.ConfigMapVolumeSource().WithName(name).WithOptional(true)))
		mounts = append(mounts, mount(configVolume(i), s3gateway.ConfigMapDir(name)).WithReadOnly(true))
	}
	return slices.Clip(volumes), mounts
}
