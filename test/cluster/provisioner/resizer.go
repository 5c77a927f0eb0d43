package main

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

// largestParameter of a StorageClass is the size beyond which the resizer grows none of its volumes, as a quota of a cloud does.
const largestParameter = "largest"

// Reasons of the events on claims.
const (
	resizeRequired = "FileSystemResizeRequired"
	resizeFailed   = "VolumeResizeFailed"
)

// resizer grows volumes whose claims ask for more than they have, and hands them to the kubelet, which grows the file system, nothing in
// the case of a directory, and then tells the new capacity. What a claim shows meanwhile, and when it fails, is what the resizer of CSI
// drivers writes.
type resizer struct {
	client kubernetes.Interface
	events record.EventRecorder
}

// run serves until the context ends.
func (r *resizer) run(ctx context.Context) error {
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[cache.ObjectName]())
	factory := informers.NewSharedInformerFactory(r.client, 0)
	claims := factory.Core().V1().PersistentVolumeClaims()
	enqueue := func(object any) {
		if claim, ok := object.(*corev1.PersistentVolumeClaim); ok && growth(claim) != nil {
			queue.Add(cache.MetaObjectToName(claim))
		}
	}
	_, err := claims.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: enqueue, UpdateFunc: func(_, object any) { enqueue(object) },
	})
	if err != nil {
		return fmt.Errorf("watch claims: %w", err)
	}
	factory.Start(ctx.Done())
	go func() {
		<-ctx.Done()
		queue.ShutDown()
	}()
	for {
		key, done := queue.Get()
		if done {
			return nil
		}
		if err := r.sync(ctx, key); err != nil {
			klog.ErrorS(err, "Resize", "claim", key)
			queue.AddRateLimited(key)
		} else {
			queue.Forget(key)
		}
		queue.Done(key)
	}
}

// growth is the size to which a bound claim is to grow, nil if it has what it asks for.
func growth(claim *corev1.PersistentVolumeClaim) *resource.Quantity {
	wants, has := claim.Spec.Resources.Requests.Storage(), claim.Status.Capacity.Storage()
	if claim.Status.Phase != corev1.ClaimBound || claim.DeletionTimestamp != nil || wants.Cmp(*has) <= 0 {
		return nil
	}
	return wants
}

// tried is true when that growth was refused, or waits for the kubelet. Here a refusal stays; the resizer of CSI drivers tries again at
// times.
func tried(claim *corev1.PersistentVolumeClaim, size resource.Quantity) bool {
	allocated := claim.Status.AllocatedResources[corev1.ResourceStorage]
	switch claim.Status.AllocatedResourceStatuses[corev1.ResourceStorage] {
	case "", corev1.PersistentVolumeClaimControllerResizeInProgress:
		return false
	default:
		return allocated.Cmp(size) == 0
	}
}

// sync grows the volume of one claim. It reads from the server, as the watch may be behind what it has written itself.
func (r *resizer) sync(ctx context.Context, key cache.ObjectName) error {
	claim, err := r.client.CoreV1().PersistentVolumeClaims(key.Namespace).Get(ctx, key.Name, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("read claim: %w", err)
	}
	size := growth(claim)
	if size == nil || claim.Spec.StorageClassName == nil {
		return nil
	}
	class, err := r.client.StorageV1().StorageClasses().Get(ctx, *claim.Spec.StorageClassName, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("read StorageClass: %w", err)
	}
	if class.Provisioner != provisionerName || tried(claim, *size) {
		return nil
	}
	if claim, err = r.write(ctx, claim, growing(claim, *size)); err != nil {
		return err
	}
	if refusal := refuse(class, *size); refusal != nil {
		if _, err := r.write(ctx, claim, failed(claim, refusal)); err != nil {
			return err
		}
		r.events.Event(claim, corev1.EventTypeWarning, resizeFailed, refusal.Error())
		return nil
	}
	if err := r.grow(ctx, claim.Spec.VolumeName, *size); err != nil {
		return err
	}
	if _, err := r.write(ctx, claim, pending(claim)); err != nil {
		return err
	}
	r.events.Event(claim, corev1.EventTypeNormal, resizeRequired, "Require file system resize of volume on node")
	return nil
}

// grow writes the size into the volume.
func (r *resizer) grow(ctx context.Context, name string, size resource.Quantity) error {
	volumes := r.client.CoreV1().PersistentVolumes()
	volume, err := volumes.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("read volume: %w", err)
	}
	if has := volume.Spec.Capacity.Storage(); has.Cmp(size) >= 0 {
		return nil
	}
	volume.Spec.Capacity[corev1.ResourceStorage] = size
	if _, err := volumes.Update(ctx, volume, metav1.UpdateOptions{}); err != nil {
		return fmt.Errorf("grow volume: %w", err)
	}
	return nil
}

// write sets the status of a claim.
func (r *resizer) write(
	ctx context.Context, claim *corev1.PersistentVolumeClaim, status corev1.PersistentVolumeClaimStatus,
) (*corev1.PersistentVolumeClaim, error) {
	claim.Status = status
	out, err := r.client.CoreV1().PersistentVolumeClaims(claim.Namespace).UpdateStatus(ctx, claim, metav1.UpdateOptions{})
	if err != nil {
		return nil, fmt.Errorf("write the status of claim %s: %w", claim.Name, err)
	}
	return out, nil
}

// refuse says why volumes of the class do not become that large.
func refuse(class *storagev1.StorageClass, size resource.Quantity) error {
	limit, found := class.Parameters[largestParameter]
	if !found {
		return nil
	}
	largest, err := resource.ParseQuantity(limit)
	if err != nil {
		return fmt.Errorf("parameter %s of StorageClass %s: %w", largestParameter, class.Name, err)
	}
	if size.Cmp(largest) <= 0 {
		return nil
	}
	return fmt.Errorf("%s is more than the quota of %s allows: %s", size.String(), class.Name, limit)
}

// growing is the status of a claim while its volume grows.
func growing(claim *corev1.PersistentVolumeClaim, size resource.Quantity) corev1.PersistentVolumeClaimStatus {
	status := claim.DeepCopy().Status
	status.AllocatedResources = corev1.ResourceList{corev1.ResourceStorage: size}
	status.AllocatedResourceStatuses = map[corev1.ResourceName]corev1.ClaimResourceStatus{
		corev1.ResourceStorage: corev1.PersistentVolumeClaimControllerResizeInProgress,
	}
	replace(&status, corev1.PersistentVolumeClaimResizing, "")
	return status
}

// failed is the status of a claim whose volume does not grow.
func failed(claim *corev1.PersistentVolumeClaim, err error) corev1.PersistentVolumeClaimStatus {
	status := claim.DeepCopy().Status
	status.AllocatedResourceStatuses = map[corev1.ResourceName]corev1.ClaimResourceStatus{
		corev1.ResourceStorage: corev1.PersistentVolumeClaimControllerResizeInfeasible,
	}
	replace(&status, corev1.PersistentVolumeClaimControllerResizeError, "failed to expand pvc with "+err.Error())
	return status
}

// pending is the status of a claim whose volume has grown, for the kubelet to go on.
func pending(claim *corev1.PersistentVolumeClaim) corev1.PersistentVolumeClaimStatus {
	status := claim.DeepCopy().Status
	status.AllocatedResourceStatuses = map[corev1.ResourceName]corev1.ClaimResourceStatus{
		corev1.ResourceStorage: corev1.PersistentVolumeClaimNodeResizePending,
	}
	replace(&status, corev1.PersistentVolumeClaimFileSystemResizePending,
		"Waiting for user to (re-)start a pod to finish file system resize of volume on node.")
	return status
}

// replace makes that condition the only one about resizing. Others are not the resizer's.
func replace(status *corev1.PersistentVolumeClaimStatus, kind corev1.PersistentVolumeClaimConditionType, message string) {
	status.Conditions = slices.DeleteFunc(status.Conditions, func(c corev1.PersistentVolumeClaimCondition) bool {
		switch c.Type {
		case corev1.PersistentVolumeClaimResizing, corev1.PersistentVolumeClaimFileSystemResizePending,
			corev1.PersistentVolumeClaimControllerResizeError, corev1.PersistentVolumeClaimNodeResizeError:
			return true
		default:
			return false
		}
	})
	status.Conditions = append(status.Conditions, corev1.PersistentVolumeClaimCondition{
		Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: metav1.Now(), Message: message,
	})
}
