package storage_test

import (
	"cmp"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/controllers/storage"
	"github.com/zot-artifact-store/operator/pkg/board"
)

// A retained volume may be larger than the spec of the store that finds it, a growth that failed is taken back as far as that goes, and
// what the API server refuses is not sent.
func TestPlanAsksForWhatCanBe(t *testing.T) {
	for name, tc := range map[string]struct {
		asks, has, want string
		phase           corev1.PersistentVolumeClaimPhase
		fixed, told     bool
	}{
		"grows":                        {asks: "50Gi", want: "100Gi"},
		"the same":                     {asks: "100Gi", want: "100Gi"},
		"never shrinks":                {asks: "300Gi", want: "300Gi"},
		"its class lets none grow":     {asks: "50Gi", want: "50Gi", fixed: true},
		"has no volume yet":            {asks: "50Gi", want: "50Gi", phase: corev1.ClaimPending},
		"back from a failed growth":    {asks: "300Gi", has: "50Gi", want: "100Gi", told: true},
		"back, and none may grow now":  {asks: "300Gi", has: "50Gi", want: "100Gi", told: true, fixed: true},
		"back to what it has":          {asks: "300Gi", has: "100Gi", want: "300Gi", told: true},
		"back, on an older API server": {asks: "300Gi", has: "50Gi", want: "300Gi"},
		"has more than it asks for":    {asks: "50Gi", has: "120Gi", want: "100Gi"},
	} {
		found := live(claim(cmp.Or(tc.phase, corev1.ClaimBound), tc.asks, nil))
		found.Grows = !tc.fixed
		if tc.has != "" {
			found.Status.Capacity = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(tc.has)}
		}
		if tc.told {
			found.Status.AllocatedResources = found.Spec.Resources.Requests
		}
		plan, err := storage.Component{}.Plan(filesystem(t), storage.Facts{Claim: found})
		if err != nil {
			t.Fatal(err)
		}
		intent, ok := plan.Apply[0].(*coreac.PersistentVolumeClaimApplyConfiguration)
		if !ok || len(plan.Apply) != 1 {
			t.Fatalf("wants %v, not one claim", plan.Apply)
		}
		if got := (*intent.Spec.Resources.Requests)[corev1.ResourceStorage]; got.String() != tc.want {
			t.Errorf("%s: asks for %s, want %s", name, got.String(), tc.want)
		}
	}
}

// A growth that does not come to pass is told, with the way back, and the way back heals.
func TestRefusedGrowth(t *testing.T) {
	store := filesystem(t)
	refused := live(claim(corev1.ClaimBound, "100Gi", store.Spec.Storage.StorageClassName))
	refused.Status.Capacity = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("50Gi")}
	refused.Status.Conditions = []corev1.PersistentVolumeClaimCondition{
		{Type: corev1.PersistentVolumeClaimResizing, Status: corev1.ConditionTrue, Message: "at work"},
		{Type: corev1.PersistentVolumeClaimControllerResizeError, Status: corev1.ConditionTrue, Message: "failed: quota exceeded"},
	}
	want := board.Condition{
		Type: "StorageReady", Status: "False", Reason: "VolumeCannotGrow",
		Message: "spec.storage.size asks for 100Gi, claim filesystem-data has 50Gi, and its provisioner does not grow it: failed: quota " +
			"exceeded. The store serves with what it has. Provisioners try again at times; or set the size back to 50Gi.",
	}
	got := storage.Component{}.Assess(store, storage.Facts{Claim: refused}, nil).Conditions[0]
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	store.Spec.Storage.Size = new(resource.MustParse("50Gi"))
	want = board.Condition{
		Type: "StorageReady", Status: "True", Reason: "VolumeBound",
		Message: "Claim filesystem-data has its volume. It has 50Gi and its claim asks for 100Gi, from when spec.storage.size was larger: " +
			"it may grow yet.",
	}
	got = storage.Component{}.Assess(store, storage.Facts{Claim: refused}, nil).Conditions[0]
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	refused.Status.Conditions[1].Status = corev1.ConditionFalse
	store.Spec.Storage.Size = new(resource.MustParse("100Gi"))
	if got := (storage.Component{}).Assess(store, storage.Facts{Claim: refused}, nil).Conditions[0]; got.Status != "True" {
		t.Errorf("after the provisioner's next try: %+v", got)
	}
	// An older API server takes no smaller size of the claim, which goes on asking for what it asked for.
	store.Spec.Storage.Size = new(resource.MustParse("70Gi"))
	got = storage.Component{}.Assess(store, storage.Facts{Claim: refused}, nil).Conditions[0]
	if !strings.Contains(got.Message, "It grows from 50Gi to 100Gi") {
		t.Errorf("back to a size between: %+v", got)
	}
}

// The way back is told, as a larger size that stays a wish would be one for ever.
func TestCannotGrow(t *testing.T) {
	store, small := filesystem(t), live(claim(corev1.ClaimBound, "50Gi", new("slow")))
	small.Grows = false
	got := storage.Component{}.Assess(store, storage.Facts{Claim: small}, nil).Conditions[0]
	if got.Reason != "VolumeCannotGrow" || got.Status != "False" || !strings.Contains(got.Message, "set the size back to 50Gi") {
		t.Errorf("got %+v", got)
	}
	// Volumes may be larger than their claims ask for: then there is nothing to grow.
	small.Status.Capacity = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("120Gi")}
	if got := (storage.Component{}).Assess(store, storage.Facts{Claim: small}, nil).Conditions[0]; got.Status != "True" {
		t.Errorf("got %+v", got)
	}
	large := live(claim(corev1.ClaimBound, "300Gi", store.Spec.Storage.StorageClassName))
	got = storage.Component{}.Assess(store, storage.Facts{Claim: large}, nil).Conditions[0]
	if got.Status != "True" || !strings.Contains(got.Message, "It has 300Gi, more than the 100Gi") {
		t.Errorf("got %+v", got)
	}
}
