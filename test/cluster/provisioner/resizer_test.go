package main

import (
	"context"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
)

func TestResize(t *testing.T) {
	const (
		pending = corev1.PersistentVolumeClaimNodeResizePending
		waits   = "Waiting for user to (re-)start a pod to finish file system resize of volume on node."
	)
	for name, tc := range map[string]struct {
		wants, largest, provisioner string
		volume                      string
		status                      corev1.ClaimResourceStatus
		says                        string
	}{
		"grows":             {wants: "2Gi", volume: "2Gi", status: pending, says: waits},
		"as large as it is": {wants: "1Gi", volume: "1Gi"},
		"grows to the most": {wants: "2Gi", largest: "2Gi", volume: "2Gi", status: pending, says: waits},
		"beyond the most": {
			wants: "3Gi", largest: "2Gi", volume: "1Gi", status: corev1.PersistentVolumeClaimControllerResizeInfeasible,
			says: "failed to expand pvc with 3Gi is more than the quota of standard allows: 2Gi",
		},
		"another's": {wants: "2Gi", provisioner: "another", volume: "1Gi"},
	} {
		t.Run(name, func(t *testing.T) {
			class := &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: "standard"}, Provisioner: provisionerName}
			if tc.provisioner != "" {
				class.Provisioner = tc.provisioner
			}
			if tc.largest != "" {
				class.Parameters = map[string]string{largestParameter: tc.largest}
			}
			capacity := corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}
			pv := &corev1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: "pvc-1"}}
			pv.Spec.Capacity = capacity.DeepCopy()
			pvc := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Namespace: "test", Name: "data"}}
			pvc.Spec.StorageClassName, pvc.Spec.VolumeName = &class.Name, pv.Name
			pvc.Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(tc.wants)}
			others := corev1.PersistentVolumeClaimCondition{Type: "Unused", Message: "A pod is using it."}
			pvc.Status = corev1.PersistentVolumeClaimStatus{
				Phase: corev1.ClaimBound, Capacity: capacity, Conditions: []corev1.PersistentVolumeClaimCondition{others},
			}
			client := fake.NewClientset(class, pv, pvc)
			r := &resizer{client: client, events: record.NewFakeRecorder(9)}
			for range 2 { // The second time there is nothing left to do.
				if err := r.sync(context.Background(), cache.MetaObjectToName(pvc)); err != nil {
					t.Fatal(err)
				}
			}

			pv, _ = client.CoreV1().PersistentVolumes().Get(context.Background(), "pvc-1", metav1.GetOptions{})
			pvc, _ = client.CoreV1().PersistentVolumeClaims("test").Get(context.Background(), "data", metav1.GetOptions{})
			if got := pv.Spec.Capacity.Storage().String(); got != tc.volume {
				t.Errorf("the volume has %s, want %s", got, tc.volume)
			}
			if got := pvc.Status.Capacity.Storage().String(); got != "1Gi" {
				t.Errorf("the claim has %s before the kubelet has seen to it", got)
			}
			if got := pvc.Status.AllocatedResourceStatuses[corev1.ResourceStorage]; got != tc.status {
				t.Errorf("the claim is %s, want %s", got, tc.status)
			}
			var says []string
			for _, condition := range pvc.Status.Conditions {
				says = append(says, condition.Message)
			}
			if got := strings.Join(says, " "); got != strings.TrimSpace(others.Message+" "+tc.says) {
				t.Errorf("the claim says %q, want %q", got, tc.says)
			}
		})
	}
}
