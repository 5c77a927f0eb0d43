package envtest

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// elsewhere is the field manager of what the tests write in the place of others.
const elsewhere = client.FieldOwner("rest-of-the-cluster")

// cluster plays those parts of a cluster that are not there: what provisions volumes, the StatefulSet controller and the kubelet.
type cluster struct{ Gomega }

// settle does all that they would do for a store now. It writes nothing where nothing is to be done.
func (c cluster) settle(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	c.bind(ctx, store)
	c.roll(ctx, store)
}

// bind gives the claim its volume.
func (c cluster) bind(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	claim := &corev1.PersistentVolumeClaim{}
	key := client.ObjectKey{Namespace: store.Namespace, Name: names.Claim(store.Name)}
	if err := admin.Get(ctx, key, claim); apierrors.IsNotFound(err) {
		return
	}
	if claim.Status.Phase != corev1.ClaimBound {
		claim.Status.Phase = corev1.ClaimBound
		c.Expect(admin.Status().Update(ctx, claim, elsewhere)).To(Succeed())
	}
}

// roll makes the pod that the StatefulSet asks for, and lets it run.
func (c cluster) roll(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	set := &appsv1.StatefulSet{}
	key := client.ObjectKey{Namespace: store.Namespace, Name: names.Workload(store.Name)}
	if err := admin.Get(ctx, key, set); apierrors.IsNotFound(err) {
		return
	}
	revision := c.revision(set)
	pod := &corev1.Pod{}
	err := admin.Get(ctx, client.ObjectKey{Namespace: set.Namespace, Name: set.Name + "-0"}, pod)
	if err == nil && pod.Labels[appsv1.ControllerRevisionHashLabelKey] != revision {
		c.Expect(admin.Delete(ctx, pod, client.GracePeriodSeconds(0))).To(Succeed())
		err = admin.Get(ctx, client.ObjectKeyFromObject(pod), pod)
	}
	if apierrors.IsNotFound(err) {
		c.run(ctx, set, revision)
	}
	settled := appsv1.StatefulSetStatus{
		ObservedGeneration: set.Generation, Replicas: 1, ReadyReplicas: 1, CurrentReplicas: 1, UpdatedReplicas: 1, AvailableReplicas: 1,
		CurrentRevision: revision, UpdateRevision: revision,
	}
	c.write(ctx, set, settled)
}

// begin is what the StatefulSet controller writes when it sees a new template, before any pod has gone.
func (c cluster) begin(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	set := &appsv1.StatefulSet{}
	c.Expect(admin.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.Workload(store.Name)}, set)).To(Succeed())
	status := set.Status
	status.ObservedGeneration, status.UpdateRevision, status.UpdatedReplicas = set.Generation, c.revision(set), 0
	c.write(ctx, set, status)
}

func (c cluster) write(ctx context.Context, set *appsv1.StatefulSet, status appsv1.StatefulSetStatus) {
	if !equality.Semantic.DeepEqual(set.Status, status) {
		set.Status = status
		c.Expect(admin.Status().Update(ctx, set, elsewhere)).To(Succeed())
	}
}

// revision names the template, as the StatefulSet controller does in a way of its own.
func (c cluster) revision(set *appsv1.StatefulSet) string {
	template, err := json.Marshal(set.Spec.Template)
	c.Expect(err).NotTo(HaveOccurred())
	sum := fnv.New32a()
	_, _ = sum.Write(template)
	return fmt.Sprintf("%s-%x", set.Name, sum.Sum32())
}

func (c cluster) run(ctx context.Context, set *appsv1.StatefulSet, revision string) {
	pod := &corev1.Pod{ObjectMeta: *set.Spec.Template.ObjectMeta.DeepCopy(), Spec: *set.Spec.Template.Spec.DeepCopy()}
	pod.Namespace, pod.Name = set.Namespace, set.Name+"-0"
	pod.Labels[appsv1.ControllerRevisionHashLabelKey] = revision
	pod.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(set, appsv1.SchemeGroupVersion.WithKind("StatefulSet"))}
	c.Expect(admin.Create(ctx, pod, elsewhere)).To(Succeed())

	pod.Status.Phase, pod.Status.PodIP = corev1.PodRunning, "10.1.2.3"
	pod.Status.PodIPs = []corev1.PodIP{{IP: pod.Status.PodIP}}
	pod.Status.InitContainerStatuses = []corev1.ContainerStatus{{
		Name: handover.InitContainer, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}},
	}}
	pod.Status.ContainerStatuses = nil
	for _, container := range pod.Spec.Containers {
		pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, corev1.ContainerStatus{
			Name: container.Name, Ready: true, Image: container.Image,
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.Now()}},
		})
	}
	c.Expect(admin.Status().Update(ctx, pod, elsewhere)).To(Succeed())
}

// agents answers as the config agent of a pod does: with what the pod's config maps hold.
type agents struct{}

func (agents) State(ctx context.Context, pod *corev1.Pod) (handover.State, error) {
	boot, err := mounted(ctx, pod, names.BootConfig, handover.BootFile)
	if err != nil {
		return handover.State{}, err
	}
	live, err := mounted(ctx, pod, names.LiveConfig, handover.LiveFile)
	if err != nil {
		return handover.State{}, err
	}
	return handover.State{Format: handover.Format, Applied: true, Boot: boot, Live: live}, nil
}

func mounted(ctx context.Context, pod *corev1.Pod, name func(store, hash string) string, file string) (string, error) {
	config := &corev1.ConfigMap{}
	key := client.ObjectKey{
		Namespace: pod.Namespace, Name: name(pod.Labels[labels.Store], pod.Annotations[labels.ConfigHash]),
	}
	if err := admin.Get(ctx, key, config); err != nil {
		return "", fmt.Errorf("read what the pod mounts: %w", err)
	}
	return handover.Hash([]byte(config.Data[file])), nil
}
