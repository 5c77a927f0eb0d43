package workload

import (
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	appsac "k8s.io/client-go/applyconfigurations/apps/v1"

	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
)

// templateAnnotation holds, on the StatefulSet, the hash of its pods apart from the agent's image, and those of the two images.
const templateAnnotation = "artifacts.zot.io/template"

// userAnnotation is on a StatefulSet whose pods run as the user that the platform assigns.
const (
	userAnnotation = "artifacts.zot.io/pod-user"
	assignedUser   = "assigned"
)

// Lengths of the keys of session cookies. zot takes the longer one for HMAC-SHA256 and the other for AES-256.
const (
	hashKeyLength    = 64
	encryptKeyLength = 32
)

// Plan wants everything that runs. The StatefulSet waits for the claim, and config maps go when no pod needs them any more.
func (c Component) Plan(store component.Store, facts Facts) (component.Plan, error) {
	store = asRun(store, facts)
	documents, err := render(store)
	if err != nil {
		return component.Plan{}, fmt.Errorf("render the configuration: %w", err)
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
	waits := waitsForClaim(store, facts) || waitsForCertificate(store, facts) || waitsForExternalURL(store, facts)
	if !waits && !waitsForMembers(store, facts) && !waitsForUser(facts) {
		plan.Once = once(store, in, facts)
		set, err := c.statefulSet(store, in, facts, documents)
		if err != nil {
			return component.Plan{}, err
		}
		// Only on objects that are ours: pods would take their access rules from somebody else's config map.
		plan.Then = append(plan.Then, set)
	}
	plan.Absent = unused(in, documents.Hash, facts)
	return plan, nil
}

// asRun gives the store as its zot is to run: with the image that it has, and the address at which it is reached.
func asRun(store component.Store, facts Facts) component.Store {
	return reached(resolved(store, facts.Workload), facts)
}

// render makes the documents of a store whose image is resolved: what is rendered depends on the version of zot.
func render(store component.Store) (zotconfig.Documents, error) {
	return zotconfig.Render(identity(store), store.Spec)
}

func identity(store component.Store) zotconfig.Store {
	return zotconfig.Store{Namespace: store.Object.Namespace, Name: store.Object.Name, UID: store.Object.UID}
}

// waitsForClaim is true while the storage controller's claim is to come, or another store has the claim. The user's own claim is not
// waited for: a pod that waits for it goes on by itself, and says what it waits for.
func waitsForClaim(store component.Store, facts Facts) bool {
	return facts.Holder.Store != "" || defaults.VolumeMade(store.Spec) && !facts.ClaimExists
}

func (c Component) statefulSet(
	store component.Store, in resources.Input, facts Facts, documents zotconfig.Documents,
) (*appsac.StatefulSetApplyConfiguration, error) {
	pods := resources.Pods{
		Input: in, Documents: documents, Image: reference(*store.Spec.Image), AgentImage: c.AgentImage,
		Stopped:     stopped(store, facts),
		AssignedUID: userAssigned(facts.Workload, facts.Capabilities.AssignedUID), NoSeccomp: facts.Capabilities.NoSeccomp,
	}
	template, err := resources.TemplateHash(pods)
	if err != nil {
		return nil, err
	}
	if live := facts.Workload; live != nil {
		// The image that an earlier version of the operator has chosen, and none that somebody else has put there.
		agent := runs(live, handover.AgentContainer)
		if live.Annotations[templateAnnotation] == marked(template, agent, pods.Image) {
			pods.AgentImage = agent
		}
	}
	annotations := map[string]string{templateAnnotation: marked(template, pods.AgentImage, pods.Image)}
	if pods.AssignedUID {
		annotations[userAnnotation] = assignedUser
	}
	return resources.StatefulSet(pods).WithAnnotations(annotations), nil
}

// marked is the value of templateAnnotation.
func marked(template, agent, zot string) string {
	return template + "-" + handover.ShortHash([]byte(agent)) + "-" + handover.ShortHash([]byte(zot))
}

// userAssigned says whether the pods run as the user that the platform assigns. What was chosen when the StatefulSet was made
// stays, whatever the cluster turns into: zot writes files for their owner alone, so that another user could not read them.
func userAssigned(live *appsv1.StatefulSet, platform bool) bool {
	if assigned, chosen := chosenUser(live); chosen {
		return assigned
	}
	return platform
}

// chosenUser is what was chosen when the StatefulSet was made, if that can be told.
func chosenUser(live *appsv1.StatefulSet) (assigned, chosen bool) {
	if live == nil {
		return false, false
	}
	if live.Annotations[userAnnotation] == assignedUser {
		return true, true
	}
	return false, component.UserFixed(live.Spec.Template)
}

// waitsForUser is true while the cluster has announced that it assigns pods' users and cannot be asked yet: what is chosen now stays.
func waitsForUser(facts Facts) bool {
	_, chosen := chosenUser(facts.Workload)
	return facts.ConstraintsAgain > 0 && !chosen
}

// once is the Secret of session keys, where anybody can sign in. A StatefulSet that mounts it was made after it, so that it is
// made again only when an agent misses it.
func once(store component.Store, in resources.Input, facts Facts) []apply.Once {
	missing := keysMissing(store, facts.Pods)
	if !defaults.SignInOn(store.Spec) || (mounts(facts.Workload, names.SessionKeys(in.Name)) && !missing) {
		return nil
	}
	return []apply.Once{{
		Object:  resources.SessionKeys(in),
		Random:  map[string]int{handover.SessionHashKey: hashKeyLength, handover.SessionEncryptKey: encryptKeyLength},
		Missing: missing,
	}}
}

func mounts(live *appsv1.StatefulSet, secret string) bool {
	if live == nil {
		return false
	}
	return slices.ContainsFunc(live.Spec.Template.Spec.Volumes, func(volume corev1.Volume) bool {
		return volume.Secret != nil && volume.Secret.SecretName == secret
	})
}

// keysMissing is true when an agent does not find the Secret of session keys.
func keysMissing(store component.Store, pods []Pod) bool {
	for _, pod := range pods {
		if slices.ContainsFunc(pod.problems(), func(p handover.Problem) bool { return missesKeys(p, store.Object.Name) }) {
			return true
		}
	}
	return false
}

// missesKeys is true for the one Secret that is the operator's to make.
func missesKeys(problem handover.Problem, store string) bool {
	return problem.Reason == handover.ReasonSecretNotFound && problem.Secret == names.SessionKeys(store)
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
