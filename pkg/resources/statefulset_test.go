package resources_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func pods(t *testing.T, c fixtures.Case) resources.Pods {
	t.Helper()
	documents, err := zotconfig.Render(zotconfig.Store{Namespace: c.Store.Namespace, Name: c.Store.Name, UID: c.Store.UID}, c.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return resources.Pods{
		Input: resources.Input{
			Name: c.Store.Name, Namespace: c.Store.Namespace, UID: c.Store.UID, Component: "workload", Spec: c.Spec,
		},
		Image:       c.Spec.Image.Repository + ":" + c.Spec.Image.Tag,
		AgentImage:  fixtures.AgentImage,
		Documents:   documents,
		AssignedUID: c.Cluster.AssignedUID,
	}
}

func containers(spec *coreac.PodSpecApplyConfiguration) []coreac.ContainerApplyConfiguration {
	return append(slices.Clone(spec.InitContainers), spec.Containers...)
}

// A pod restarts when this hash changes, so it must change with everything that a pod is made of, and with nothing else.
func TestTemplateHash(t *testing.T) {
	yes, port := true, int32(5000)
	two, quantity := int32(2), resource.MustParse("2Gi")
	hash := func(t *testing.T, change func(*resources.Pods)) string {
		t.Helper()
		in := pods(t, fixtures.Load(t, "s3"))
		change(&in)
		got, err := resources.TemplateHash(in)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	before := hash(t, func(*resources.Pods) {})
	for name, tc := range map[string]struct {
		change  func(*resources.Pods)
		restart bool
	}{
		"agent image":  {func(in *resources.Pods) { in.AgentImage = "ghcr.io/zot-artifact-store/operator:v9" }, false},
		"live config":  {func(in *resources.Pods) { in.Documents.Live = []byte("{}") }, false},
		"route":        {func(in *resources.Pods) { in.Spec.Networking.Route = &v1alpha1.RouteSpec{Enabled: &yes} }, false},
		"volume size":  {func(in *resources.Pods) { in.Spec.Storage.Size = &quantity }, false},
		"access rules": {func(in *resources.Pods) { in.Spec.AccessControl = &v1alpha1.AccessControlSpec{} }, false},

		"zot image":           {func(in *resources.Pods) { in.Image = "ghcr.io/project-zot/zot:v2.1.21" }, true},
		"pull policy":         {func(in *resources.Pods) { in.Spec.Image.PullPolicy = "Always" }, true},
		"pull secrets":        {func(in *resources.Pods) { in.Spec.Image.PullSecrets = []string{"mirror"} }, true},
		"port":                {func(in *resources.Pods) { in.Spec.HTTP.Port = &port }, true},
		"boot config":         {func(in *resources.Pods) { in.Documents.Hash = "0000000000" }, true},
		"credentials":         {func(in *resources.Pods) { in.Documents.Credentials = nil }, true},
		"credentials' Secret": {func(in *resources.Pods) { in.Documents.Credentials = []handover.Credential{handover.AWS("a", "a")} }, true},
		"memory limit":        {func(in *resources.Pods) { in.Spec.Resources.Limits = &v1alpha1.ResourceAmounts{Memory: &quantity} }, true},
		"CPU limit":           {func(in *resources.Pods) { in.Spec.Resources.Limits = &v1alpha1.ResourceAmounts{CPU: &quantity} }, true},
		"memory request":      {func(in *resources.Pods) { in.Spec.Resources.Requests.Memory = &quantity }, true},
		"user IDs":            {func(in *resources.Pods) { in.AssignedUID = true }, true},
		"seccomp profile":     {func(in *resources.Pods) { in.NoSeccomp = true }, true},
		"TLS":                 {func(in *resources.Pods) { in.Spec.HTTP.TLS = &v1alpha1.TLSSpec{Enabled: &yes} }, true},
		"claim":               {func(in *resources.Pods) { in.Spec.Storage.ExistingClaim = "mine" }, true},
		"no claim":            {func(in *resources.Pods) { in.Spec.Storage.Ephemeral = &yes }, true},
		"nodes": {func(in *resources.Pods) {
			in.Spec.Scheduling = &v1alpha1.SchedulingSpec{NodeSelector: map[string]string{"disk": "ssd"}}
		}, true},
		"several pods":      {func(in *resources.Pods) { in.Spec.Replicas, in.Documents.Ring = &two, "2-0123456789" }, true},
		"another number":    {func(in *resources.Pods) { in.Documents.Ring = "3-0123456789" }, true},
		"no pod yet":        {func(in *resources.Pods) { in.Stopped = true }, false},
		"no wish for nodes": {func(in *resources.Pods) { in.Spec.Scheduling = &v1alpha1.SchedulingSpec{} }, false},
		// Clouds give an identity to a pod when it is made.
		"identity": {func(in *resources.Pods) {
			in.Spec.ServiceAccount = &v1alpha1.ServiceAccountSpec{Annotations: map[string]string{"role": "reader"}}
		}, true},
		"proxy":       {func(in *resources.Pods) { in.Proxy.HTTPS = "http://proxy:3128" }, true},
		"no identity": {func(in *resources.Pods) { in.Spec.ServiceAccount = &v1alpha1.ServiceAccountSpec{} }, false},
	} {
		if changed := hash(t, tc.change) != before; changed != tc.restart {
			t.Errorf("%s: pods restart: %v, want %v", name, changed, tc.restart)
		}
	}
}

func TestPodsAreSelected(t *testing.T) {
	fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
		set := resources.StatefulSet(pods(t, c))
		if diff := cmp.Diff(labels.Selector(c.Store.Name), set.Spec.Selector.MatchLabels); diff != "" {
			t.Errorf("selector: %s", diff)
		}
		carried := maps.Clone(set.Spec.Template.Labels)
		maps.DeleteFunc(carried, func(key, _ string) bool { return labels.Selector(c.Store.Name)[key] == "" })
		if diff := cmp.Diff(labels.Selector(c.Store.Name), carried); diff != "" {
			t.Errorf("pods lack a label of the selector: %s", diff)
		}
	})
}

// Every mount has its volume and every volume a mount; nothing is mounted twice at one place.
func TestMountsAndVolumesMatch(t *testing.T) {
	fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
		spec := resources.StatefulSet(pods(t, c)).Spec.Template.Spec
		unused := map[string]bool{}
		for _, volume := range spec.Volumes {
			if _, twice := unused[*volume.Name]; twice {
				t.Errorf("two volumes are called %s", *volume.Name)
			}
			unused[*volume.Name] = true
		}
		for _, container := range containers(spec) {
			paths := map[string]bool{}
			for _, mount := range container.VolumeMounts {
				if _, known := unused[*mount.Name]; !known {
					t.Errorf("container %s mounts %s, which is no volume", *container.Name, *mount.Name)
				}
				unused[*mount.Name] = false
				if paths[*mount.MountPath] {
					t.Errorf("container %s has two mounts at %s", *container.Name, *mount.MountPath)
				}
				paths[*mount.MountPath] = true
			}
		}
		for volume, still := range unused {
			if still {
				t.Errorf("volume %s is mounted by no container", volume)
			}
		}
	})
}

// The restricted profile of the pod security standards, and what zot and the agent can do without.
func TestPodsAreRestricted(t *testing.T) {
	fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
		spec := resources.StatefulSet(pods(t, c)).Spec.Template.Spec
		if !*spec.SecurityContext.RunAsNonRoot || *spec.SecurityContext.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
			t.Error("the pod may run as root, or without the runtime's seccomp profile")
		}
		if *spec.AutomountServiceAccountToken {
			t.Error("the pod gets a token of the API server")
		}
		for _, container := range containers(spec) {
			security := container.SecurityContext
			if *security.AllowPrivilegeEscalation || !*security.ReadOnlyRootFilesystem ||
				!slices.Equal(security.Capabilities.Drop, []corev1.Capability{"ALL"}) {
				t.Errorf("container %s is not restricted: %+v", *container.Name, security)
			}
			if len(*container.Resources.Requests) == 0 {
				t.Errorf("container %s requests nothing", *container.Name)
			}
		}
	})
}

func TestSeccompIsLeftOutWhereItIsRefused(t *testing.T) {
	in := pods(t, fixtures.Load(t, "minimal"))
	in.NoSeccomp = true
	spec := resources.StatefulSet(in).Spec.Template.Spec
	if profile := spec.SecurityContext.SeccompProfile; profile != nil || !*spec.SecurityContext.RunAsNonRoot {
		t.Errorf("profile %v, or the rest is left out with it", profile)
	}
}

func TestUserIDs(t *testing.T) {
	in := pods(t, fixtures.Load(t, "minimal"))
	own := resources.StatefulSet(in).Spec.Template.Spec.SecurityContext
	// Frozen: another user could not read what zot has written.
	if *own.RunAsUser != 1000 || *own.RunAsGroup != 1000 || *own.FSGroup != 1000 {
		t.Errorf("user %d, group %d, volume's group %d; want 1000 for all", *own.RunAsUser, *own.RunAsGroup, *own.FSGroup)
	}
	in.AssignedUID = true
	assigned := resources.StatefulSet(in).Spec.Template.Spec.SecurityContext
	if assigned.RunAsUser != nil || assigned.RunAsGroup != nil || assigned.FSGroup != nil {
		t.Error("IDs are fixed where the platform assigns them: it would refuse the pod")
	}
}

// Only the agent sees the user's Secrets; zot gets what the agent makes of them.
func TestSecretsReachTheAgentOnly(t *testing.T) {
	for name, want := range map[string][]string{
		"minimal": nil, "s3-identity": nil,
		"s3": {"aws-credentials"}, "s3-compatible": {"minio-password", "minio-user"},
		"azure": {"azure-credentials"}, "gcp": {"gcp-credentials"},
		"htpasswd": {"htpasswd-session-keys", "registry-users"}, "tls-two-secrets": {"registry-cert", "registry-key"}, "ca-bundle": nil,
	} {
		t.Run(name, func(t *testing.T) {
			spec := resources.StatefulSet(pods(t, fixtures.Load(t, name))).Spec.Template.Spec
			var secrets []string
			volumes := map[string]string{}
			for _, volume := range spec.Volumes {
				if volume.Secret == nil {
					continue
				}
				secrets = append(secrets, *volume.Secret.SecretName)
				volumes[*volume.Name] = *volume.Secret.SecretName
				if !*volume.Secret.Optional {
					t.Errorf("Secret %s is not optional: a missing one would hang the pod in its mounts", *volume.Secret.SecretName)
				}
			}
			if diff := cmp.Diff(want, secrets); diff != "" {
				t.Errorf("Secrets: %s", diff)
			}
			for _, container := range containers(spec) {
				var seen []string
				for _, mount := range container.VolumeMounts {
					if secret := volumes[*mount.Name]; secret != "" {
						seen = append(seen, secret)
						if *mount.MountPath != "/etc/zot-agent/secrets/"+secret || !*mount.ReadOnly {
							t.Errorf("Secret %s is mounted at %s", secret, *mount.MountPath)
						}
					}
				}
				wanted := want
				if *container.Name == handover.ZotContainer {
					wanted = nil
				}
				if diff := cmp.Diff(wanted, seen); diff != "" {
					t.Errorf("container %s: %s", *container.Name, diff)
				}
			}
		})
	}
}

func TestEnvironmentOfZot(t *testing.T) {
	for name, want := range map[string]map[string]string{
		"minimal": {},
		// Nine tenths of 4 GiB.
		"resources": {"GOMEMLIMIT": "3865470561"},
		"s3":        {"AWS_SHARED_CREDENTIALS_FILE": "/run/zot/aws-credentials"},
		"azure":     {},
		"gcp":       {},
		"ca-bundle": {"SSL_CERT_DIR": "/etc/ssl/certs:/run/zot/ca"},
		"htpasswd":  {},

		"cache-dynamodb-credentials": {"AWS_SHARED_CREDENTIALS_FILE": "/run/zot/aws-credentials"},
		"cache-redis-credentials":    {},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]string{}
			for _, container := range resources.StatefulSet(pods(t, fixtures.Load(t, name))).Spec.Template.Spec.Containers {
				for _, variable := range container.Env {
					if *container.Name != handover.ZotContainer {
						t.Errorf("container %s has %s", *container.Name, *variable.Name)
					}
					got[*variable.Name] = *variable.Value
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestConfigMapsReachTheAgentOnly(t *testing.T) {
	spec := resources.StatefulSet(pods(t, fixtures.Load(t, "ca-bundle"))).Spec.Template.Spec
	last := spec.Volumes[len(spec.Volumes)-1]
	if last.ConfigMap == nil || *last.ConfigMap.Name != "trusted-authorities" || !*last.ConfigMap.Optional {
		t.Fatalf("got volume %+v", last)
	}
	for _, container := range containers(spec) {
		mount := container.VolumeMounts[len(container.VolumeMounts)-1]
		if seen := *mount.Name == *last.Name; seen != (*container.Name != handover.ZotContainer) {
			t.Errorf("container %s sees it: %v", *container.Name, seen)
		} else if seen && (*mount.MountPath != "/etc/zot-agent/configmaps/trusted-authorities" || !*mount.ReadOnly) {
			t.Errorf("container %s has it at %s", *container.Name, *mount.MountPath)
		}
	}
}

func TestDataVolume(t *testing.T) {
	yes, size := true, resource.MustParse("2Gi")
	for name, tc := range map[string]struct {
		storage v1alpha1.StorageSpec
		want    *coreac.VolumeApplyConfiguration
	}{
		"the operator's claim": {v1alpha1.StorageSpec{Size: &size}, coreac.Volume().WithPersistentVolumeClaim(
			coreac.PersistentVolumeClaimVolumeSource().WithClaimName("minimal-data"))},
		"the user's claim": {v1alpha1.StorageSpec{ExistingClaim: "mine"}, coreac.Volume().WithPersistentVolumeClaim(
			coreac.PersistentVolumeClaimVolumeSource().WithClaimName("mine"))},
		"none":               {v1alpha1.StorageSpec{Ephemeral: &yes}, coreac.Volume().WithEmptyDir(coreac.EmptyDirVolumeSource())},
		"none, with a limit": {v1alpha1.StorageSpec{Ephemeral: &yes, Size: &size}, coreac.Volume().WithEmptyDir(coreac.EmptyDirVolumeSource().WithSizeLimit(size))},
	} {
		in := pods(t, fixtures.Load(t, "minimal"))
		in.Name, in.Spec.Storage = "minimal", &tc.storage
		got := resources.StatefulSet(in).Spec.Template.Spec.Volumes[0]
		if diff := cmp.Diff(*tc.want.WithName("data"), got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// What the user wrote reaches the pods unchanged: read as Kubernetes reads it, it is the same again.
func TestSchedulingIsPassedOn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := pods(t, fixtures.Load(t, "minimal"))
		in.Spec.Scheduling = fixtures.EffectiveSpec().Draw(r, "spec").Scheduling
		data, err := json.Marshal(resources.StatefulSet(in).Spec.Template.Spec)
		if err != nil {
			r.Fatal(err)
		}
		var got corev1.PodSpec
		if err := json.Unmarshal(data, &got); err != nil {
			r.Fatal(err)
		}
		want := in.Spec.Scheduling.DeepCopy()
		if want == nil {
			want = &v1alpha1.SchedulingSpec{}
		}
		for i := range want.TopologySpreadConstraints {
			if constraint := &want.TopologySpreadConstraints[i]; constraint.LabelSelector == nil {
				constraint.LabelSelector = &metav1.LabelSelector{MatchLabels: labels.Selector(in.Name)}
			}
		}
		passed := v1alpha1.SchedulingSpec{
			NodeSelector: got.NodeSelector, Tolerations: got.Tolerations, Affinity: got.Affinity,
			TopologySpreadConstraints: got.TopologySpreadConstraints, PriorityClassName: got.PriorityClassName,
		}
		if diff := cmp.Diff(*want, passed, cmpopts.EquateEmpty()); diff != "" {
			r.Error(diff)
		}
	})
}

func TestPodsAskForAnIdentityOfAzure(t *testing.T) {
	for name, want := range map[string]string{"azure-identity": "true", "azure": "", "minimal": ""} {
		template := resources.StatefulSet(pods(t, fixtures.Load(t, name))).Spec.Template
		if got := template.Labels["azure.workload.identity/use"]; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestProbesSpeakAsZotListens(t *testing.T) {
	for name, want := range map[string]corev1.URIScheme{"minimal": "HTTP", "tls": "HTTPS", "tls-off": "HTTP"} {
		for _, container := range resources.StatefulSet(pods(t, fixtures.Load(t, name))).Spec.Template.Spec.Containers {
			if *container.Name != handover.ZotContainer {
				continue
			}
			for _, probe := range []*coreac.ProbeApplyConfiguration{container.StartupProbe, container.ReadinessProbe, container.LivenessProbe} {
				if *probe.HTTPGet.Scheme != want {
					t.Errorf("%s: %s is asked by %s", name, *probe.HTTPGet.Path, *probe.HTTPGet.Scheme)
				}
			}
		}
	}
}
