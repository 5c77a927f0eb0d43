package extensions

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// templateAnnotation holds, on the gateway's Deployment, the hash of its pods apart from their image, and that of the image.
const templateAnnotation = "artifacts.zot.io/template"

// Lengths of the root keys, in characters: as long as Amazon's.
const (
	rootAccessKeyLength = 20
	rootSecretKeyLength = 40
)

// S3Facts are what there is of the S3 gateway.
type S3Facts struct {
	// Claim and Deployment are nil if there is none.
	Claim      *resources.LiveClaim
	Deployment *appsv1.Deployment
	// Pods of the gateway, oldest first.
	Pods []corev1.Pod
	// Holder is another store that has the bucket or the claim.
	Holder component.Holder
	// Problem are a gateway's own words about what keeps it from serving, and Silent says that it did not answer.
	Problem, Silent string
	// ConstraintsAgain is when to look again whether the cluster assigns pods' users, where it has announced the API of its constraints and
	// does not serve it yet; else it is zero.
	ConstraintsAgain time.Duration
}

func (c Component) observeS3(ctx context.Context, cached client.Reader, store component.Store) (S3Facts, error) {
	var facts S3Facts
	var err error
	namespace, name := store.Object.Namespace, store.Object.Name
	if facts.Holder, err = component.FindHolder(ctx, cached, store); err != nil {
		return facts, err
	}
	claim := client.ObjectKey{Namespace: namespace, Name: names.S3Claim(name)}
	if facts.Claim, err = component.ReadClaim(ctx, cached, cached, claim); err != nil {
		return facts, err
	}
	deployment := &appsv1.Deployment{}
	switch err := cached.Get(ctx, client.ObjectKey{Namespace: namespace, Name: names.S3(name)}, deployment); {
	case err == nil:
		facts.Deployment = deployment
	case !apierrors.IsNotFound(err):
		return facts, fmt.Errorf("read the S3 gateway's Deployment: %w", err)
	}
	if facts.Deployment == nil || serving(facts.Deployment) {
		return facts, nil
	}
	pods := &corev1.PodList{}
	if err := cached.List(ctx, pods, client.InNamespace(namespace), client.MatchingLabels(labels.S3Selector(name))); err != nil {
		return facts, fmt.Errorf("list the S3 gateway's pods: %w", err)
	}
	facts.Pods = slices.DeleteFunc(pods.Items, func(pod corev1.Pod) bool { return pod.DeletionTimestamp != nil })
	slices.SortFunc(facts.Pods, func(a, b corev1.Pod) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	if pod, found := running(facts.Pods); found {
		if facts.Problem, err = c.Gateways.Problem(ctx, pod.Status.PodIP); err != nil {
			facts.Silent = err.Error()
		}
	}
	return facts, nil
}

// running gives the newest pod whose gateway runs.
func running(pods []corev1.Pod) (corev1.Pod, bool) {
	for _, pod := range slices.Backward(pods) {
		for _, status := range pod.Status.ContainerStatuses {
			if status.Name == s3gateway.Container && status.State.Running != nil && pod.Status.PodIP != "" {
				return pod, true
			}
		}
	}
	return corev1.Pod{}, false
}

// serving is true when the Deployment's newest pods serve.
func serving(deployment *appsv1.Deployment) bool {
	status := deployment.Status
	return status.ObservedGeneration == deployment.Generation && status.UpdatedReplicas > 0 &&
		status.UpdatedReplicas == status.Replicas && status.AvailableReplicas >= status.UpdatedReplicas
}

// planS3 wants the gateway and what it needs, or that none of it exists but what holds data and keys.
func (c Component) planS3(store component.Store, facts S3Facts, cluster capabilities.Capabilities) (component.Plan, error) {
	in := store.Input(Name)
	if !defaults.S3APIOn(store.Spec) {
		return component.Plan{Absent: s3Absent(in, true)}, nil
	}
	if facts.Holder.Store != "" {
		return component.Plan{}, nil
	}
	plan := component.Plan{Apply: []runtime.ApplyConfiguration{resources.S3ServiceAccount(in), resources.S3Service(in)}}
	if store.Spec.Extensions.S3API.Storage.Type == v1alpha1.S3APIFilesystem {
		plan.Apply = append(plan.Apply, resources.S3Claim(in, facts.Claim))
	}
	if defaults.NetworkPolicyOn(store.Spec) {
		plan.Apply = append(plan.Apply, resources.S3NetworkPolicy(in))
	} else {
		plan.Absent = s3Absent(in, false)
	}
	if missing := rootMissing(in.Name, facts); facts.Deployment == nil || missing {
		plan.Once = []apply.Once{{
			Object:  resources.S3RootKeys(in),
			Random:  map[string]int{s3gateway.RootAccessKey: rootAccessKeyLength, s3gateway.RootSecretKey: rootSecretKeyLength},
			Missing: missing,
		}}
	}
	if waitsForUser(facts) {
		return plan, nil
	}
	pods := resources.Pods{
		Input: in, AgentImage: c.Image, AssignedUID: userAssigned(facts.Deployment, cluster.AssignedUID), NoSeccomp: cluster.NoSeccomp,
	}
	template, err := resources.S3TemplateHash(pods)
	if err != nil {
		return component.Plan{}, err
	}
	if image := placed(facts.Deployment); image != "" && facts.Deployment.Annotations[templateAnnotation] == marked(template, image) {
		// The image that an earlier version of the operator has chosen: its upgrade is no reason for a restart.
		pods.AgentImage = image
	}
	deployment, err := resources.S3Deployment(pods)
	if err != nil {
		return component.Plan{}, err
	}
	plan.Then = append(plan.Then, deployment.WithAnnotations(map[string]string{templateAnnotation: marked(template, pods.AgentImage)}))
	return plan, nil
}

// s3Absent are the objects of a gateway that is not asked for: all, or the NetworkPolicy alone. Neither claim nor keys are among them.
func s3Absent(in resources.Input, all bool) []apply.Ref {
	kinds := []schema.GroupVersionKind{networkingv1.SchemeGroupVersion.WithKind("NetworkPolicy")}
	if all {
		kinds = append(kinds, appsv1.SchemeGroupVersion.WithKind("Deployment"), corev1.SchemeGroupVersion.WithKind("Service"),
			corev1.SchemeGroupVersion.WithKind("ServiceAccount"))
	}
	out := make([]apply.Ref, 0, len(kinds))
	for _, kind := range kinds {
		out = append(out, apply.Ref{GroupVersionKind: kind, Namespace: in.Namespace, Name: names.S3(in.Name)})
	}
	return out
}

func marked(template, image string) string { return template + "-" + handover.ShortHash([]byte(image)) }

// placed is the image of a Deployment, empty without one.
func placed(deployment *appsv1.Deployment) string {
	if deployment == nil || len(deployment.Spec.Template.Spec.Containers) == 0 {
		return ""
	}
	return deployment.Spec.Template.Spec.Containers[0].Image
}

// userAssigned says whether the gateway runs as the user that the platform assigns. One whose user was fixed keeps it, as zot does: another
// one could not read what it has written.
func userAssigned(live *appsv1.Deployment, platform bool) bool {
	return platform && !userFixed(live)
}

func userFixed(live *appsv1.Deployment) bool {
	return live != nil && component.UserFixed(live.Spec.Template)
}

// waitsForUser is true while the cluster has announced that it assigns pods' users and cannot be asked yet: a user that is fixed stays.
func waitsForUser(facts S3Facts) bool {
	return facts.ConstraintsAgain > 0 && !userFixed(facts.Deployment)
}

// rootMissing is true when the gateway does not find its root keys.
func rootMissing(store string, facts S3Facts) bool {
	return strings.Contains(facts.Problem, fmt.Sprintf("Secret %q", names.S3RootKeys(store)))
}
