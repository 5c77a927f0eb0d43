package storage_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/controllers/storage"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

// cluster is an API server, or a cache, with these objects.
func cluster(t *testing.T, objects ...client.Object) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build()
}

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

// live is a claim whose class lets volumes grow.
func live(claim *corev1.PersistentVolumeClaim) *resources.LiveClaim {
	if claim == nil {
		return nil
	}
	return &resources.LiveClaim{PersistentVolumeClaim: claim, Grows: true}
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
				"Restore the volume, or delete the claim: the store then begins with an empty one.",
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
			got := storage.Component{}.Assess(filesystem(t), storage.Facts{Claim: live(tc.claim)}, nil)
			if diff := cmp.Diff([]board.Condition{tc.want}, got.Conditions); diff != "" || got.RequeueAfter != 0 {
				t.Error(diff, got.RequeueAfter)
			}
			var want v1alpha1.StorageStatus
			if tc.claim != nil {
				want.ClaimName = "filesystem-data"
				if capacity, ok := tc.claim.Status.Capacity[corev1.ResourceStorage]; ok {
					want.Capacity = &capacity
				}
			}
			if diff := cmp.Diff(&want, got.Facts.Storage); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEphemeral(t *testing.T) {
	store := filesystem(t)
	store.Spec.Storage.Ephemeral = new(true)
	facts, err := storage.Component{}.Observe(t.Context(), nil, store)
	if err != nil || facts.Claim != nil {
		t.Fatalf("observes %+v, %v", facts, err)
	}
	if plan, err := (storage.Component{}).Plan(store, facts); err != nil || len(plan.All()) > 0 {
		t.Errorf("wants %v, %v", plan.All(), err)
	}
	got := storage.Component{}.Assess(store, facts, nil)
	if got.Conditions[0].Status != "True" || got.Conditions[0].Reason != "Ephemeral" || *got.Facts.Storage != (v1alpha1.StorageStatus{}) {
		t.Errorf("got %+v", got)
	}
}

// A claim that the user has made is looked at and never touched.
func TestExistingClaim(t *testing.T) {
	store := filesystem(t)
	store.Spec.Storage.ExistingClaim = "filesystem-data"
	pending, bound := claim(corev1.ClaimPending, "10Gi", nil), claim(corev1.ClaimBound, "10Gi", nil)
	deleted := claim(corev1.ClaimBound, "10Gi", nil)
	deleted.DeletionTimestamp, deleted.Finalizers = &metav1.Time{Time: time.Unix(1, 0)}, []string{"kubernetes.io/pvc-protection"}
	others := claim(corev1.ClaimBound, "10Gi", nil)
	others.Labels = map[string]string{labels.Store: "other"}
	for name, tc := range map[string]struct {
		claim  *corev1.PersistentVolumeClaim
		status metav1.ConditionStatus
		reason string
		again  time.Duration
	}{
		"absent": {nil, "False", "ClaimNotFound", 10 * time.Second},
		"waits":  {pending, "False", "WaitingForVolume", 10 * time.Second},
		// Nothing but another look tells that somebody deletes it.
		"bound":                     {bound, "True", "VolumeBound", 5 * time.Minute},
		"left by a store that went": {others, "True", "VolumeBound", 5 * time.Minute},
		"being deleted":             {deleted, "False", "VolumeBeingDeleted", 5 * time.Minute},
	} {
		cached := cluster(t)
		c := storage.Component{Live: cached}
		if tc.claim != nil {
			c.Live = cluster(t, tc.claim)
		}
		facts, err := c.Observe(t.Context(), cached, store)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if plan, err := c.Plan(store, facts); err != nil || len(plan.All())+len(plan.Absent) > 0 {
			t.Errorf("%s: wants %v, %v", name, plan, err)
		}
		got := c.Assess(store, facts, nil)
		if got.Conditions[0].Status != tc.status || got.Conditions[0].Reason != tc.reason || got.RequeueAfter != tc.again {
			t.Errorf("%s: got %+v", name, got)
		}
		if strings.Contains(got.Conditions[0].Message, "begins with an empty one") {
			t.Errorf("%s: nobody makes the user's claim anew: %s", name, got.Conditions[0].Message)
		}
	}
}

// Of two stores with one claim the older one has it, whichever of them it is called after.
func TestOneClaimOneStore(t *testing.T) {
	own, guest := filesystem(t), filesystem(t)
	guest.Object = own.Object.DeepCopy()
	guest.Object.Name, guest.Object.UID = "guest", "guest"
	guest.Object.Spec.Storage = &v1alpha1.StorageSpec{ExistingClaim: "filesystem-data"}
	guest.Spec.Storage = &v1alpha1.StorageSpec{Type: v1alpha1.StorageFilesystem, ExistingClaim: "filesystem-data"}
	for name, tc := range map[string]struct {
		first, second component.Store
	}{
		"its own store is older": {own, guest}, "the guest is older": {guest, own},
	} {
		tc.first.Object, tc.second.Object = tc.first.Object.DeepCopy(), tc.second.Object.DeepCopy()
		tc.first.Object.CreationTimestamp = metav1.Unix(1, 0)
		tc.second.Object.CreationTimestamp = metav1.Unix(2, 0)
		both := cluster(t, tc.first.Object, tc.second.Object, claim(corev1.ClaimBound, "100Gi", nil))
		c := storage.Component{Live: both}
		for _, store := range []component.Store{tc.first, tc.second} {
			facts, err := c.Observe(t.Context(), both, store)
			if err != nil {
				t.Fatal(err)
			}
			got, reason := c.Assess(store, facts, nil), "VolumeBound"
			if store.Object.Name == tc.second.Object.Name {
				reason = "NameConflict"
				if plan, err := c.Plan(store, facts); err != nil || len(plan.All()) > 0 {
					t.Errorf("%s: wants %v, %v", name, plan, err)
				}
				if got.RequeueAfter == 0 || !strings.Contains(got.Conditions[0].Message, "belongs to store "+tc.first.Object.Name+",") {
					t.Errorf("%s: got %+v", name, got)
				}
			}
			if got.Conditions[0].Reason != reason {
				t.Errorf("%s: %s: got %+v", name, store.Object.Name, got)
			}
		}
	}
}

// What a class allows is read, and one that is not there allows nothing.
func TestGrows(t *testing.T) {
	yes := &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: "yes"}, AllowVolumeExpansion: new(true)}
	no := &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: "no"}}
	for class, want := range map[string]bool{"yes": true, "no": false, "absent": false, "": false} {
		found := claim(corev1.ClaimBound, "10Gi", &class)
		cached := cluster(t, yes, no, found)
		facts, err := storage.Component{}.Observe(t.Context(), cached, filesystem(t))
		if err != nil || facts.Claim == nil || facts.Claim.Grows != want {
			t.Errorf("class %q: got %+v, %v; want %t", class, facts, err, want)
		}
	}
}

// A class that is not there is named as what a claim waits for.
func TestWaitsForAClassThatIsNotThere(t *testing.T) {
	there := &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: "there"}}
	for class, absent := range map[string]bool{"there": false, "absent": true, "": false} {
		store := filesystem(t)
		store.Spec.Storage.StorageClassName = &class
		facts, err := storage.Component{}.Observe(t.Context(), cluster(t, there, claim(corev1.ClaimPending, "10Gi", &class)), store)
		if err != nil {
			t.Fatal(err)
		}
		got := storage.Component{}.Assess(store, facts, nil).Conditions[0]
		const says = " StorageClass absent does not exist: `kubectl get storageclass` lists those that do. If it stays so: `kubectl describe pvc "
		if got.Reason != "WaitingForVolume" || strings.Contains(got.Message, says) != absent {
			t.Errorf("class %q: got %+v", class, got)
		}
	}
}

// With deletionPolicy Delete the claim goes with its store, without anybody's doing.
func TestDeletionPolicy(t *testing.T) {
	for policy, owners := range map[v1alpha1.DeletionPolicy]int{v1alpha1.DeletionRetain: 0, v1alpha1.DeletionDelete: 1} {
		store := filesystem(t)
		store.Spec.Storage.DeletionPolicy = policy
		plan, err := storage.Component{}.Plan(store, storage.Facts{})
		if err != nil {
			t.Fatal(err)
		}
		intent, ok := plan.Apply[0].(*coreac.PersistentVolumeClaimApplyConfiguration)
		if !ok || len(intent.OwnerReferences) != owners {
			t.Errorf("%s: got %+v", policy, intent.OwnerReferences)
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
		facts := storage.Facts{Claim: live(tc.claim)}
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

// Several pods share no volume. One from before stays, as nothing deletes it.
func TestSeveralPodsHaveNoVolume(t *testing.T) {
	c := fixtures.Load(t, "replicas")
	store := component.Store{Object: c.Store, Spec: c.Spec}
	before := claim(corev1.ClaimBound, "5Gi", nil)
	before.Name = "replicas-data"
	facts, err := storage.Component{}.Observe(t.Context(), cluster(t, before), store)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := storage.Component{}.Plan(store, facts)
	if err != nil || len(plan.All()) > 0 || len(plan.Absent) > 0 {
		t.Errorf("wants %+v, %v", plan, err)
	}
	verdict := storage.Component{}.Assess(store, facts, nil)
	if got := verdict.Conditions[0]; got.Reason != v1alpha1.ReasonNoVolume || got.Status != "True" || verdict.Facts.Storage.ClaimName != "" {
		t.Errorf("says %+v", verdict)
	}
}
