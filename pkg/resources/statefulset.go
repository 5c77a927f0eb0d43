package resources

import (
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	appsac "k8s.io/client-go/applyconfigurations/apps/v1"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"

	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
)

// podUser is zot's user, group and group of the volume where the platform assigns none. zot writes files for their owner
// alone, so it must never change (zot #1760, #2567).
const podUser int64 = 1000

// identityAnnotation holds, on pods, the hash of their ServiceAccount's annotations.
const identityAnnotation = "artifacts.zot.io/identity"

// Pods says how the pods of a store are to be.
type Pods struct {
	Input
	// Image is zot's image, AgentImage the config agent's.
	Image, AgentImage string
	// Documents are what the pods are configured with.
	Documents zotconfig.Documents
	// AssignedUID means that the platform gives each namespace its own user IDs, as OpenShift does.
	AssignedUID bool
	// NoSeccomp means that the platform refuses pods that name a seccomp profile, as OpenShift before 4.11 does.
	NoSeccomp bool
	// Stopped means that no pod is to run yet, as pods of another ring are still there.
	Stopped bool
}

// StatefulSet runs zot, with the config agent beside it.
func StatefulSet(in Pods) *appsac.StatefulSetApplyConfiguration {
	out := appsac.StatefulSet(names.Workload(in.Name), in.Namespace).
		WithLabels(in.labels()).
		WithOwnerReferences(in.owner())
	replicas := *in.Spec.Replicas
	if in.Stopped {
		out.WithAnnotations(map[string]string{labels.Stopped: "true"})
		replicas = 0
	}
	return out.
		WithSpec(appsac.StatefulSetSpec().
			WithReplicas(replicas).
			WithServiceName(names.Members(in.Name)).
			WithSelector(metaac.LabelSelector().WithMatchLabels(labels.Selector(in.Name))).
			// With OrderedReady a pod of a bad image stays in place after the image was mended.
			WithPodManagementPolicy(appsv1.ParallelPodManagement).
			WithUpdateStrategy(appsac.StatefulSetUpdateStrategy().WithType(appsv1.RollingUpdateStatefulSetStrategyType)).
			WithTemplate(coreac.PodTemplateSpec().
				WithLabels(in.templateLabels()).
				WithAnnotations(templateAnnotations(in)).
				WithSpec(pod(in))))
}

// templateLabels join the labels of every pod with those by which a platform gives a pod what it needs.
func (in Pods) templateLabels() map[string]string {
	out := in.podLabels()
	if azure := in.Spec.Storage.Azure; azure != nil && azure.CredentialsSecret == "" {
		// Azure's webhook gives its tokens only to pods that ask for them so.
		out["azure.workload.identity/use"] = "true"
	}
	return out
}

func templateAnnotations(in Pods) map[string]string {
	out := map[string]string{
		labels.DefaultContainer: handover.ZotContainer,
		labels.ConfigHash:       in.Documents.Hash,
	}
	if in.Documents.Ring != "" {
		out[labels.Ring] = in.Documents.Ring
	}
	if annotations := identity(in.Input); len(annotations) > 0 {
		// Clouds look at the ServiceAccount when a pod is made: with another identity the pods must be made anew. A map of strings
		// can always be written as JSON.
		data, _ := json.Marshal(annotations)
		out[identityAnnotation] = handover.ShortHash(data)
	}
	return out
}

// TemplateHash identifies the pods apart from the agent's image: while it stays, a new agent image is no reason for a restart.
func TemplateHash(in Pods) (string, error) {
	in.AgentImage = ""
	data, err := json.Marshal(StatefulSet(in).Spec.Template)
	if err != nil {
		return "", fmt.Errorf("hash the pod template: %w", err)
	}
	return handover.ShortHash(data), nil
}

func pod(in Pods) *coreac.PodSpecApplyConfiguration {
	spec := coreac.PodSpec().
		WithServiceAccountName(names.ServiceAccount(in.Name)).
		WithAutomountServiceAccountToken(false).
		WithEnableServiceLinks(false).
		// The agent ends zot when a credential changes that zot cannot reload.
		WithShareProcessNamespace(true).
		WithTerminationGracePeriodSeconds(30).
		WithSecurityContext(podSecurity(in)).
		WithInitContainers(agentInit(in)).
		WithContainers(zot(in), agentSidecar(in)).
		WithVolumes(volumes(in)...)
	for _, secret := range in.Spec.Image.PullSecrets {
		spec.WithImagePullSecrets(coreac.LocalObjectReference().WithName(secret))
	}
	schedule(spec, in.Name, in.Spec.Scheduling)
	return spec
}

func podSecurity(in Pods) *coreac.PodSecurityContextApplyConfiguration {
	security := coreac.PodSecurityContext().
		WithRunAsNonRoot(true).
		WithFSGroupChangePolicy(corev1.FSGroupChangeOnRootMismatch)
	if !in.NoSeccomp {
		security.WithSeccompProfile(coreac.SeccompProfile().WithType(corev1.SeccompProfileTypeRuntimeDefault))
	}
	if !in.AssignedUID {
		security.WithRunAsUser(podUser).WithRunAsGroup(podUser).WithFSGroup(podUser)
	}
	return security
}

func volumes(in Pods) []*coreac.VolumeApplyConfiguration {
	config := func(name, object string) *coreac.VolumeApplyConfiguration {
		return coreac.Volume().WithName(name).WithConfigMap(coreac.ConfigMapVolumeSource().WithName(object))
	}
	out := []*coreac.VolumeApplyConfiguration{
		data(in.Input),
		config("boot", names.BootConfig(in.Name, in.Documents.Hash)),
		config("live", names.LiveConfig(in.Name, in.Documents.Hash)),
		coreac.Volume().WithName("run").WithEmptyDir(coreac.EmptyDirVolumeSource().WithMedium(corev1.StorageMediumMemory)),
		coreac.Volume().WithName("tmp").WithEmptyDir(coreac.EmptyDirVolumeSource()),
	}
	for i, secret := range secrets(in.Documents.Credentials) {
		out = append(out, coreac.Volume().WithName(secretVolume(i)).WithSecret(
			// A missing Secret is told by the agent, by name, and not by a pod that hangs in its mounts.
			coreac.SecretVolumeSource().WithSecretName(secret).WithOptional(true)))
	}
	for i, name := range configMaps(in.Documents.Credentials) {
		out = append(out, coreac.Volume().WithName(configVolume(i)).WithConfigMap(
			coreac.ConfigMapVolumeSource().WithName(name).WithOptional(true)))
	}
	return out
}

// data is the volume of the artifacts: the operator's claim, the user's, or none. Several pods keep nothing there.
func data(in Input) *coreac.VolumeApplyConfiguration {
	volume, storage := coreac.Volume().WithName("data"), in.Spec.Storage
	if defaults.Clustered(in.Spec) {
		return volume.WithEmptyDir(coreac.EmptyDirVolumeSource())
	}
	if defaults.Ephemeral(*storage) {
		source := coreac.EmptyDirVolumeSource()
		if storage.Size != nil {
			source.WithSizeLimit(*storage.Size)
		}
		return volume.WithEmptyDir(source)
	}
	return volume.WithPersistentVolumeClaim(
		coreac.PersistentVolumeClaimVolumeSource().WithClaimName(ClaimName(in.Name, storage)))
}
