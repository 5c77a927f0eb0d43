package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/controllers"
	"github.com/zot-artifact-store/operator/pkg/handover"
	ours "github.com/zot-artifact-store/operator/pkg/labels"
)

// How long a pod takes on a node that has the images: each of its steps is a write of its status, and so news for the operator.
const (
	untilInitialized = 300 * time.Millisecond
	untilStarted     = 700 * time.Millisecond
	untilReady       = 1 * time.Second
)

// node does what provisioners, the scheduler and kubelets do for what the operator makes, and notes when stores become Ready.
type node struct {
	admin  client.Client
	agents *agents
	fail   context.CancelCauseFunc

	mutex sync.Mutex
	seen  map[types.UID]bool
	ready map[types.UID]time.Time
}

// startNode lets it work until the context ends; fail is called with what it could not do.
func startNode(ctx context.Context, s *servers, a *agents, fail context.CancelCauseFunc) (*node, error) {
	n := &node{admin: s.admin, agents: a, fail: fail, seen: map[types.UID]bool{}, ready: map[types.UID]time.Time{}}
	watched, err := cache.New(s.config, cache.Options{
		Scheme:               controllers.Scheme(),
		DefaultLabelSelector: labels.SelectorFromSet(labels.Set{ours.ManagedBy: ours.Manager}),
		DefaultTransform:     cache.TransformStripManagedFields(),
		ByObject:             map[client.Object]cache.ByObject{&v1alpha1.ZotArtifactStore{}: {Label: labels.Everything()}},
	})
	if err != nil {
		return nil, fmt.Errorf("watch what the node works on: %w", err)
	}
	go func() {
		if err := watched.Start(ctx); err != nil {
			fail(fmt.Errorf("watch what the node works on: %w", err))
		}
	}()
	once := func(do func(context.Context, any) error) toolscache.ResourceEventHandlerFuncs {
		return toolscache.ResourceEventHandlerFuncs{AddFunc: func(object any) { n.once(ctx, object, do) }}
	}
	look := func(object any) {
		if store, ok := object.(*v1alpha1.ZotArtifactStore); ok {
			n.look(store)
		}
	}
	for object, handler := range map[client.Object]toolscache.ResourceEventHandlerFuncs{
		&corev1.PersistentVolumeClaim{}: once(n.provision),
		&corev1.Pod{}:                   once(n.run),
		&v1alpha1.ZotArtifactStore{}:    {AddFunc: look, UpdateFunc: func(_, object any) { look(object) }},
	} {
		informer, err := watched.GetInformer(ctx, object)
		if err != nil {
			return nil, fmt.Errorf("watch what the node works on: %w", err)
		}
		if _, err := informer.AddEventHandler(handler); err != nil {
			return nil, fmt.Errorf("watch what the node works on: %w", err)
		}
	}
	return n, nil
}

// once does something for each object, at the same time as for others.
func (n *node) once(ctx context.Context, object any, do func(context.Context, any) error) {
	made, ok := object.(client.Object)
	if !ok {
		return
	}
	n.mutex.Lock()
	known := n.seen[made.GetUID()]
	n.seen[made.GetUID()] = true
	n.mutex.Unlock()
	if known {
		return
	}
	go func() {
		if err := do(ctx, object); err != nil && ctx.Err() == nil {
			n.fail(fmt.Errorf("the node's part for %s: %w", made.GetName(), err))
		}
	}()
}

// look notes when a store is Ready first.
func (n *node) look(store *v1alpha1.ZotArtifactStore) {
	found := meta.FindStatusCondition(store.Status.Conditions, v1alpha1.ConditionReady)
	if found == nil || found.Status != metav1.ConditionTrue || found.ObservedGeneration != store.Generation {
		return
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.ready[store.UID].IsZero() {
		n.ready[store.UID] = time.Now()
	}
}

// running says how many stores have been Ready, and when the last one became so.
func (n *node) running() (stores int, last time.Time) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	for _, at := range n.ready {
		if at.After(last) {
			last = at
		}
	}
	return len(n.ready), last
}

// provision makes the volume that a claim waits for. The controller manager binds it.
func (n *node) provision(ctx context.Context, object any) error {
	claim, ok := object.(*corev1.PersistentVolumeClaim)
	if !ok {
		return fmt.Errorf("%T is no claim", object)
	}
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
	return n.admin.Create(ctx, volume)
}

// run brings a pod up, step by step.
func (n *node) run(ctx context.Context, object any) error {
	shared, ok := object.(*corev1.Pod)
	if !ok {
		return fmt.Errorf("%T is no pod", object)
	}
	pod := shared.DeepCopy()
	binding := &corev1.Binding{Target: corev1.ObjectReference{Kind: "Node", Name: "node"}}
	if err := n.admin.SubResource("binding").Create(ctx, pod, binding); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	if err := n.admin.Get(ctx, client.ObjectKeyFromObject(pod), pod); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	state, err := n.mounted(ctx, pod)
	if err != nil {
		return err
	}
	var ip string
	for _, next := range []struct {
		after time.Duration
		step  podStep
	}{{0, scheduled}, {untilInitialized, initialized}, {untilStarted, started}, {untilReady, serving}} {
		if err := pause(ctx, next.after); err != nil {
			return err
		}
		if next.step == started {
			if ip, err = n.agents.serve(ctx, state); err != nil {
				return err
			}
		}
		pod.Status = podStatus(pod, next.step, ip)
		if err := n.admin.Status().Update(ctx, pod); err != nil {
			return fmt.Errorf("write its status: %w", err)
		}
	}
	return nil
}

// mounted is what the agent of a pod says that sees the documents that the pod mounts.
func (n *node) mounted(ctx context.Context, pod *corev1.Pod) (handover.State, error) {
	state := handover.State{Applied: true}
	for _, volume := range pod.Spec.Volumes {
		if volume.ConfigMap == nil {
			continue
		}
		config := &corev1.ConfigMap{}
		if err := n.admin.Get(ctx, client.ObjectKey{Namespace: pod.Namespace, Name: volume.ConfigMap.Name}, config); err != nil {
			return state, fmt.Errorf("mount: %w", err)
		}
		if document, ok := config.Data[handover.BootFile]; ok {
			state.Boot = handover.Hash([]byte(document))
		}
		if document, ok := config.Data[handover.LiveFile]; ok {
			state.Live = handover.Hash([]byte(document))
		}
	}
	if state.Boot == "" || state.Live == "" {
		return state, fmt.Errorf("mount: the pod has no config map with %s or none with %s", handover.BootFile, handover.LiveFile)
	}
	return state, nil
}
