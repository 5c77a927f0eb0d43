package storage_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/controllers/storage"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func filesystem(t *testing.T) component.Store {
	t.Helper()
	c := fixtures.Load(t, "filesystem")
	return component.Store{Object: c.Store, Spec: c.Spec}
}

func claim(phase corev1.PersistentVolumeClaimPhase, size string, class *string) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: "filesystem-data", Namespace: "zot-system"},
		Spec: corev1.PersistentVolumeClaimSpec{
			StorageClassName: class,
			Resources: corev1.VolumeResourceRequirements{
				Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(size)},
			},
		},
		Status: corev1.PersistentVolumeClaimStatus{Phase: phase},
	}
}

func TestAssess(t *testing.T) {
	class := "standard"
	for name, tc := range map[string]struct {
		claim *corev1.PersistentVolumeClaim
		want  board.Condition
	}{
		"no claim": {nil, board.Condition{
			Type: "StorageReady", Status: "False", Reason: "Progressing", Message: "The volume's claim is being created.",
		}},
		"bound": {claim(corev1.ClaimBound, "100Gi", &class), board.Condition{
			Type: "StorageReady", Status: "True", Reason: "VolumeBound", Message: "Claim filesystem-data has its volume.",
		}},
		"waits": {claim(corev1.ClaimPending, "100Gi", &class), board.Condition{
			Type: "StorageReady", Status: "False", Reason: "WaitingForVolume",
			Message: "Claim filesystem-data waits for a volume of 100Gi from StorageClass standard. " +
				"If it stays so: `kubectl describe pvc filesystem-data -n zot-system` says why.",
		}},
		"waits for the default class, and nobody has looked at it": {claim("", "5Gi", nil), board.Condition{
			Type: "StorageReady", Status: "False", Reason: "WaitingForVolume",
			Message: "Claim filesystem-data waits for a volume of 5Gi from the cluster's default StorageClass. " +
				"If it stays so: `kubectl describe pvc filesystem-data -n zot-system` says why.",
		}},
		"lost": {claim(corev1.ClaimLost, "100Gi", &class), board.Condition{
			Type: "StorageReady", Status: "False", Reason: "VolumeLost",
			Message: "The volume behind claim filesystem-data is gone, and its data with it. " +
				"Restore the volume, or delete the claim to begin with an empty one.",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := storage.Component{}.Assess(filesystem(t), storage.Facts{Claim: tc.claim}, nil)
			if diff := cmp.Diff(component.Verdict{Conditions: []board.Condition{tc.want}}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A retained volume may be larger than the spec of the store that finds it.
func TestPlanNeverShrinks(t *testing.T) {
	for live, want := range map[string]string{"50Gi": "100Gi", "100Gi": "100Gi", "300Gi": "300Gi"} {
		plan, err := storage.Component{}.Plan(filesystem(t), storage.Facts{Claim: claim(corev1.ClaimBound, live, nil)})
		if err != nil {
			t.Fatal(err)
		}
		intent, ok := plan.Apply[0].(*coreac.PersistentVolumeClaimApplyConfiguration)
		if !ok || len(plan.Apply) != 1 {
			t.Fatalf("wants %v, not one claim", plan.Apply)
		}
		if got := (*intent.Spec.Resources.Requests)[corev1.ResourceStorage]; got.String() != want {
			t.Errorf("a claim of %s: asks for %s, want %s", live, got.String(), want)
		}
	}
}
