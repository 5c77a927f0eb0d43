package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// sharedParameter of a StorageClass, set to "true", allows the access modes of many writers or readers. Without it the class
// behaves as the block storage of clouds does.
const sharedParameter = "shared"

// directories provisions one directory per volume.
type directories struct {
	root string
}

var _ controller.Provisioner = (*directories)(nil)

// Provision creates the directory of a claim and describes it as a local volume on the node that the scheduler chose.
func (d *directories) Provision(
	_ context.Context, o controller.ProvisionOptions,
) (*corev1.PersistentVolume, controller.ProvisioningState, error) {
	if err := supported(o); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	dir := filepath.Join(d.root, o.PVName)
	// Owned by root and closed to others, as a fresh file system on a cloud disk is: pods that do not set fsGroup find out here.
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, controller.ProvisioningFinished, fmt.Errorf("create volume directory: %w", err)
	}
	return volume(o, dir), controller.ProvisioningFinished, nil
}

// Delete removes the directory of a volume that is no longer claimed.
func (d *directories) Delete(_ context.Context, pv *corev1.PersistentVolume) error {
	if pv.Spec.Local == nil || filepath.Dir(pv.Spec.Local.Path) != filepath.Clean(d.root) {
		return &controller.IgnoredError{Reason: fmt.Sprintf("volume %s is not a directory of %s", pv.Name, d.root)}
	}
	if err := os.RemoveAll(pv.Spec.Local.Path); err != nil {
		return fmt.Errorf("remove volume directory: %w", err)
	}
	return nil
}

// supported says why a claim cannot be served.
func supported(o controller.ProvisionOptions) error {
	if o.SelectedNodeName == "" {
		return fmt.Errorf("no node selected: StorageClass %s needs volumeBindingMode WaitForFirstConsumer", o.StorageClass.Name)
	}
	if mode := o.PVC.Spec.VolumeMode; mode != nil && *mode == corev1.PersistentVolumeBlock {
		return fmt.Errorf("volumeMode Block is not supported")
	}
	if o.StorageClass.Parameters[sharedParameter] == "true" {
		return nil
	}
	for _, mode := range o.PVC.Spec.AccessModes {
		if mode == corev1.ReadWriteMany || mode == corev1.ReadOnlyMany {
			return fmt.Errorf("access mode %s is not supported by StorageClass %s: use a class with the parameter %s=true",
				mode, o.StorageClass.Name, sharedParameter)
		}
	}
	return nil
}

func volume(o controller.ProvisionOptions, dir string) *corev1.PersistentVolume {
	size := o.PVC.Spec.Resources.Requests[corev1.ResourceStorage]
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: o.PVName},
		Spec: corev1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *o.StorageClass.ReclaimPolicy,
			AccessModes:                   o.PVC.Spec.AccessModes,
			Capacity:                      corev1.ResourceList{corev1.ResourceStorage: size},
			PersistentVolumeSource:        corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: dir}},
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{
				NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchExpressions: []corev1.NodeSelectorRequirement{{
					Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{o.SelectedNodeName},
				}}}},
			}},
		},
	}
}
