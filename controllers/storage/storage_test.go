package storage_test

import (
	"strings"
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
	class := filesystem(t).Spec.Storage.StorageClassName
	deleted := claim(corev1.ClaimBound, "100Gi", class)
	deleted.DeletionTimestamp = &metav1.Time{}
	grows, grown := claim(corev1.ClaimBound, "100Gi", class), claim(corev1.ClaimBound, "100Gi", class)
	grows.Status.Capacity = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("50Gi")}
	grown.Status.Capacity = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("128Gi")}
	for name, tc := range map[string]struct {
		claim *corev1.PersistentVolumeClaim
		want  board.Condition
	}{
		"no claim": {nil, board.Condition{
			Type: "StorageReady", Status: "False", Reason: "Progressing", Message: "The volume's claim is being created.",
		}},
		"bound": {claim(corev1.ClaimBound, "100Gi", class), board.Condition{
			Type: "StorageReady", Status: "True", Reason: "VolumeBound", Message: "Claim filesystem-data has its volume.",
		}},
		"waits": {claim(corev1.ClaimPending, "100Gi", class), board.Condition{
			Type: "StorageReady", Status: "False", Reason: "WaitingForVolume",
			Message: "Claim filesystem-data waits for a volume of 100Gi from StorageClass standard. " +
				"If it stays so: `kubectl describe pvc filesystem-data -n zot-system` says why.",
		}},
		"waits for the default class, and nobody has looked at it": {claim("", "5Gi", nil), board.Condition{
			Type: "StorageReady", Status: "False", Reason: "WaitingForVolume",
			Message: "Claim filesystem-data waits for a volume of 5Gi from the cluster's default StorageClass. " +
				"If it stays so: `kubectl describe pvc filesystem-data -n zot-system` says why.",
		}},
		"lost": {claim(corev1.ClaimLost, "100Gi", class), board.Condition{
			Type: "StorageReady", Status: "False", Reason: "VolumeLost",
			Message: "The volume behind claim filesystem-data is gone, and its data with it. " +
				"Restore the volume, or delete the claim to begin with an empty one.",
		}},
		"being deleted": {deleted, board.Condition{
			Type: "StorageReady", Status: "False", Reason: "VolumeBeingDeleted",
			Message: "Claim filesystem-data is being deleted and goes when its pod ends, with its data; the store then begins with an " +
				"empty one. This cannot be taken back: while the pod runs, copy what is to be kept, or set its volume's reclaim " +
				"policy to Retain.",
		}},
		"grows": {grows, board.Condition{
			Type: "StorageReady", Status: "True", Reason: "VolumeBound",
			Message: "Claim filesystem-data has its volume. It grows from 50Gi to 100Gi; " +
				"if it stays so, `kubectl describe pvc filesystem-data -n zot-system` says why.",
		}},
		"grown": {grown, board.Condition{
			Type: "StorageReady", Status: "True", Reason: "VolumeBound", Message: "Claim filesystem-data has its volume.",
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

// The class of a claim cannot be changed: the wish is told, and not sent.
func TestAnotherClass(t *testing.T) {
	slow, none := "slow", ""
	const kept = " spec.storage.storageClassName asks for fast, the claim has slow, which cannot be changed."
	for name, tc := range map[string]struct {
		asked  string
		claim  *corev1.PersistentVolumeClaim
		volume string
		sent   *string
		says   string
	}{
		"bound":               {"fast", claim(corev1.ClaimBound, "100Gi", &slow), "pv-1", &slow, "has its volume." + kept},
		"waits":               {"fast", claim(corev1.ClaimPending, "100Gi", &slow), "", &slow, kept + " As it has no volume yet, it can be deleted"},
		"bound without class": {"fast", claim(corev1.ClaimBound, "100Gi", nil), "pv-1", nil, "asks for fast, the claim has none,"},
		"asks for none":       {"", claim(corev1.ClaimBound, "100Gi", &slow), "pv-1", &slow, "asks for none, the claim has slow,"},
		"none is none":        {"", claim(corev1.ClaimBound, "100Gi", nil), "pv-1", nil, "Claim filesystem-data has its volume."},
		"same":                {"", claim(corev1.ClaimBound, "100Gi", &none), "pv-1", &none, "Claim filesystem-data has its volume."},
	} {
		store := filesystem(t)
		store.Spec.Storage.StorageClassName = &tc.asked
		tc.claim.Spec.VolumeName = tc.volume
		facts := storage.Facts{Claim: tc.claim}
		plan, err := storage.Component{}.Plan(store, facts)
		if err != nil {
			t.Fatal(err)
		}
		intent, ok := plan.Apply[0].(*coreac.PersistentVolumeClaimApplyConfiguration)
		if !ok || cmp.Diff(tc.sent, intent.Spec.StorageClassName) != "" {
			t.Errorf("%s: sends %+v", name, plan.Apply[0])
		}
		got := storage.Component{}.Assess(store, facts, nil).Conditions[0]
		if !strings.Contains(got.Message, tc.says) || (got.Status == "True") != (tc.volume != "") {
			t.Errorf("%s: %+v", name, got)
		}
		if strings.Contains(tc.says, "asks for") != strings.Contains(got.Message, "asks for") {
			t.Errorf("%s: says without need: %s", name, got.Message)
		}
	}
}
