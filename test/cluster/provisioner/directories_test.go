package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

func claim(mode corev1.PersistentVolumeAccessMode, parameters map[string]string) controller.ProvisionOptions {
	retain := corev1.PersistentVolumeReclaimRetain
	return controller.ProvisionOptions{
		PVName:           "pvc-1",
		SelectedNodeName: "node1",
		StorageClass: &storagev1.StorageClass{
			ObjectMeta: metav1.ObjectMeta{Name: "standard"}, ReclaimPolicy: &retain, Parameters: parameters,
		},
		PVC: &corev1.PersistentVolumeClaim{Spec: corev1.PersistentVolumeClaimSpec{AccessModes: []corev1.PersistentVolumeAccessMode{mode}}},
	}
}

func TestProvisionAndDelete(t *testing.T) {
	d := &directories{root: t.TempDir()}
	pv, _, err := d.Provision(context.Background(), claim(corev1.ReadWriteOnce, nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := pv.Spec.PersistentVolumeReclaimPolicy; got != corev1.PersistentVolumeReclaimRetain {
		t.Errorf("reclaim policy %s, want that of the class", got)
	}
	if _, err := os.Stat(pv.Spec.Local.Path); err != nil {
		t.Errorf("volume directory: %v", err)
	}
	if err := d.Delete(context.Background(), pv); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(pv.Spec.Local.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("volume directory still there: %v", err)
	}
}

func TestDeleteLeavesForeignDirectoriesAlone(t *testing.T) {
	d := &directories{root: t.TempDir()}
	foreign := filepath.Join(t.TempDir(), "precious")
	if err := os.Mkdir(foreign, 0o755); err != nil {
		t.Fatal(err)
	}
	pv := &corev1.PersistentVolume{Spec: corev1.PersistentVolumeSpec{PersistentVolumeSource: corev1.PersistentVolumeSource{
		Local: &corev1.LocalVolumeSource{Path: foreign},
	}}}
	var ignored *controller.IgnoredError
	if err := d.Delete(context.Background(), pv); !errors.As(err, &ignored) {
		t.Errorf("got %v, want IgnoredError", err)
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Error(err)
	}
}

func TestSupported(t *testing.T) {
	for name, tc := range map[string]struct {
		options controller.ProvisionOptions
		refused bool
	}{
		"one writer":                   {options: claim(corev1.ReadWriteOnce, nil)},
		"many writers":                 {options: claim(corev1.ReadWriteMany, nil), refused: true},
		"many writers of shared class": {options: claim(corev1.ReadWriteMany, map[string]string{sharedParameter: "true"})},
		"no node": {options: func() controller.ProvisionOptions {
			o := claim(corev1.ReadWriteOnce, nil)
			o.SelectedNodeName = ""
			return o
		}(), refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			if err := supported(tc.options); (err != nil) != tc.refused {
				t.Errorf("got %v, refused = %v", err, tc.refused)
			}
		})
	}
}
