package workload

import (
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
)

// templateAnnotation holds, on the StatefulSet, the hash of its pods apart from the agent's image.
const templateAnnotation = "artifacts.zot.io/template"

// Plan wants everything that runs. The StatefulSet waits for the claim, and config maps go when no pod needs them any more.
func (c Component) Plan(store component.Store, facts Facts) (component.Plan, error) {
	documents, err := zotconfig.Render(store.Spec)
	if err != nil {
		return component.Plan{}, fmt.Errorf("render the configuration: %w", err)
	}
	if held(store.Spec) {
		// What runs stays as it is, its configuration too: without rules it would be opened to everybody.
		return component.Plan{}, nil
	}
	in := store.Input(Name)
	plan := component.Plan{Apply: []runtime.ApplyConfiguration{
		resources.ServiceAccount(in),
		resources.BootConfig(in, documents.Hash, documents.Boot),
		resources.LiveConfig(in, documents.Hash, documents.Live),
	}}
	if facts.Capabilities.PodDisruptionBudget {
		plan.Apply = append(plan.Apply, resources.PodDisruptionBudget(in))
	}
	if facts.ClaimExists {
		pods := resources.Pods{
			Input: in, Documents: documents, Image: zotImage(store, facts.Workload), AgentImage: c.AgentImage,
			AssignedUID: facts.Capabilities.AssignedUID, NoSeccomp: facts.Capabilities.NoSeccomp,
		}
		template, err := resources.TemplateHash(pods)
		if err != nil {
			return component.Plan{}, err
		}
		if live := facts.Workload; live != nil && live.Annotations[templateAnnotation] == template {
			pods.AgentImage = image(live, handover.AgentContainer, c.AgentImage)
		}
		// Only on objects that are ours: pods would take their access rules from somebody else's config map.
		plan.Then = append(plan.Then,
			resources.StatefulSet(pods).WithAnnotations(map[string]string{templateAnnotation: template}))
	}
	plan.Absent = unused(in, documents.Hash, facts)
	return plan, nil
}

// held is true when no zot may be started: the spec asks for sign-in that nothing provides, and without it the registry would
// be open to everybody.
func held(spec v1alpha1.ZotArtifactStoreSpec) bool { return defaults.RBACOn(spec) }

// zotImage is the spec's image. A store without one, which the webhook has not seen, keeps what it runs: another version of the
// operator with another default must not move it.
func zotImage(store component.Store, live *appsv1.StatefulSet) string {
	wanted := store.Spec.Image.Repository + ":" + store.Spec.Image.Tag
	if asked := store.Object.Spec.Image; asked != nil && (asked.Repository != "" || asked.Tag != "") {
		return wanted
	}
	return image(live, handover.ZotContainer, wanted)
}

// image is what a container of the live StatefulSet runs.
func image(live *appsv1.StatefulSet, name, otherwise string) string {
	if live == nil {
		return otherwise
	}
	for i := range live.Spec.Template.Spec.Containers {
		if container := &live.Spec.Template.Spec.Containers[i]; container.Name == name {
			return container.Image
		}
	}
	return otherwise
}

// unused lists config maps that no pod mounts and none will: not the wanted pair, not the live template's, not a pod's, and
// none at all while a roll is on its way, when a pod of the old revision may still be made again.
func unused(in resources.Input, wanted string, facts Facts) []apply.Ref {
	keep := []string{wanted}
	if live := facts.Workload; live != nil {
		keep = append(keep, live.Spec.Template.Annotations[labels.ConfigHash])
		if live.Status.ObservedGeneration != live.Generation || live.Status.CurrentRevision != live.Status.UpdateRevision {
			return nil
		}
	}
	for _, pod := range facts.Pods {
		keep = append(keep, pod.Annotations[labels.ConfigHash])
	}
	var out []apply.Ref
	for _, name := range facts.ConfigMaps {
		hash := name[strings.LastIndex(name, "-")+1:]
		ours := name == names.BootConfig(in.Name, hash) || name == names.LiveConfig(in.Name, hash)
		if ours && !slices.Contains(keep, hash) {
			out = append(out, apply.Ref{
				GroupVersionKind: corev1.SchemeGroupVersion.WithKind("ConfigMap"), Namespace: in.Namespace, Name: name,
			})
		}
	}
	return out
}
