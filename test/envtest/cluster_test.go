package envtest

import (
	"context"
	"fmt"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
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

// nodeName is where pods run. There is no object of it: no controller that looks for nodes runs.
const nodeName = "node"

// cluster plays those parts of a cluster that are not there: what provisions volumes, the scheduler and the kubelet, and those who
// issue certificates. They act when a test says so, and so a test sees what is in between.
type cluster struct{ Gomega }

// settle does all that they would do for a store now. It writes nothing where nothing is to be done.
func (c cluster) settle(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	c.provision(ctx, store)
	c.issue(ctx, store)
	c.sign(ctx, store)
	c.end(ctx, store)
	c.run(ctx, store)
}

// provision makes the volume that the claim waits for. The controller manager binds it.
func (c cluster) provision(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	claim := &corev1.PersistentVolumeClaim{}
	err := admin.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.Claim(store.Name)}, claim)
	if apierrors.IsNotFound(err) || claim.Status.Phase == corev1.ClaimBound || claim.DeletionTimestamp != nil {
		return
	}
	c.Expect(err).NotTo(HaveOccurred())
	volume := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: "volume-" + string(claim.UID)},
		Spec: corev1.PersistentVolumeSpec{
			AccessModes: claim.Spec.AccessModes, Capacity: claim.Spec.Resources.Requests,
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimRetain,
			PersistentVolumeSource:        corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/nowhere"}},
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
		},
	}
	if claim.Spec.StorageClassName != nil {
		volume.Spec.StorageClassName = *claim.Spec.StorageClassName
	}
	if err := admin.Create(ctx, volume, elsewhere); !apierrors.IsAlreadyExists(err) {
		c.Expect(err).NotTo(HaveOccurred())
	}
}

// pods are those with the store's label.
func (c cluster) pods(ctx context.Context, store *v1alpha1.ZotArtifactStore) []corev1.Pod {
	list := &corev1.PodList{}
	c.Expect(admin.List(ctx, list, client.InNamespace(store.Namespace), client.MatchingLabels{labels.Store: store.Name})).To(Succeed())
	return list.Items
}

// end ends the containers of pods that are being deleted.
func (c cluster) end(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	for _, pod := range c.pods(ctx, store) {
		if pod.DeletionTimestamp != nil {
			err := admin.Delete(ctx, &pod, client.GracePeriodSeconds(0), client.Preconditions{UID: &pod.UID})
			if !apierrors.IsConflict(err) {
				c.Expect(client.IgnoreNotFound(err)).To(Succeed())
			}
		}
	}
}

// run gives new pods their node and lets them serve.
func (c cluster) run(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	for _, pod := range c.pods(ctx, store) {
		if pod.DeletionTimestamp != nil || serves(&pod) {
			continue
		}
		if pod.Spec.NodeName == "" {
			binding := &corev1.Binding{Target: corev1.ObjectReference{Kind: "Node", Name: nodeName}}
			c.Expect(admin.SubResource("binding").Create(ctx, &pod, binding)).To(Succeed())
			c.Expect(admin.Get(ctx, client.ObjectKeyFromObject(&pod), &pod)).To(Succeed())
		}
		pod.Status = running(&pod)
		c.Expect(admin.Status().Update(ctx, &pod, elsewhere)).To(Succeed())
	}
}

func serves(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// running is what the kubelet writes of a pod that serves.
func running(pod *corev1.Pod) corev1.PodStatus {
	now := metav1.Now()
	status := corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: "10.1.2.3", PodIPs: []corev1.PodIP{{IP: "10.1.2.3"}}, StartTime: &now,
		InitContainerStatuses: []corev1.ContainerStatus{{
			Name: handover.InitContainer, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}},
		}},
	}
	for _, kind := range []corev1.PodConditionType{
		corev1.PodScheduled, corev1.PodInitialized, corev1.ContainersReady, corev1.PodReady,
	} {
		status.Conditions = append(status.Conditions,
			corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: now})
	}
	for i := range pod.Spec.Containers {
		status.ContainerStatuses = append(status.ContainerStatuses, corev1.ContainerStatus{
			Name: pod.Spec.Containers[i].Name, Ready: true, Image: pod.Spec.Containers[i].Image,
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}},
		})
	}
	return status
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
	state := handover.State{Format: handover.Format, Applied: true, Boot: boot, Live: live, Checks: []handover.Check{
		{Subject: handover.SubjectStorage},
		{Subject: handover.SubjectCache},
		{Subject: handover.SubjectIssuer},
		{Subject: handover.SubjectCertificate},
	}}
	state.CertificateHosts = []string{names.Host(pod.Namespace, pod.Labels[labels.Store]), "registry.example.com"}
	return state, nil
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
