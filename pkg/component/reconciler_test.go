package component

import (
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/validation"
)

func TestAccepted(t *testing.T) {
	with := func(observed *int64, reason string) *v1alpha1.ZotArtifactStore {
		return &v1alpha1.ZotArtifactStore{
			ObjectMeta: metav1.ObjectMeta{Generation: 3},
			Status: v1alpha1.ZotArtifactStoreStatus{
				ObservedGeneration: observed,
				Conditions:         []metav1.Condition{{Type: "StorageReady", Reason: reason}},
			},
		}
	}
	for name, tc := range map[string]struct {
		store *v1alpha1.ZotArtifactStore
		want  bool
	}{
		"never looked at":                          {with(nil, ""), false},
		"an older spec was acted on":               {with(new(int64(2)), "VolumeBound"), false},
		"this spec was acted on":                   {with(new(int64(3)), "VolumeBound"), true},
		"this spec was found to be invalid":        {with(new(int64(3)), "InvalidSpec"), false},
		"this spec was not looked at by everybody": {with(new(int64(3)), "NotReported"), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := accepted(tc.store); got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// An operator with stricter rules comes: its webhook lets a change pass that has nothing to do with what is wrong already, and the
// controllers must not leave the store alone for it.
func TestStricterRulesFreezeNoStore(t *testing.T) {
	bad := func(field string) *v1alpha1.ZotArtifactStore {
		return &v1alpha1.ZotArtifactStore{
			ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "sample", UID: "1", Generation: 3},
			Spec:       v1alpha1.ZotArtifactStoreSpec{ExternalURL: field},
		}
	}
	judge := func(r *Reconciler[int], store *v1alpha1.ZotArtifactStore) bool {
		return r.accepts(store, validation.Validate(validation.Input{New: store}))
	}
	r := &Reconciler[int]{}
	if judge(r, bad("nonsense")) {
		t.Fatal("a new store may be wrong")
	}
	known := bad("nonsense")
	known.Status.ObservedGeneration = new(int64(3))
	if !judge(r, known) {
		t.Fatal("a spec that was acted on is left alone")
	}
	changed := bad("nonsense")
	changed.Generation, changed.Status, changed.Spec.Paused = 4, known.Status, new(true)
	if !judge(r, changed) {
		t.Error("a change of something else freezes the store")
	}
	worse := changed.DeepCopy()
	worse.Spec.ExternalURL = "other nonsense"
	if judge(r, worse) {
		t.Error("another wrong value is taken")
	}
	successor := changed.DeepCopy()
	successor.UID = "2"
	if judge(r, successor) {
		t.Error("what was tolerated of a store is tolerated of its successor")
	}
	mended := changed.DeepCopy()
	mended.Spec.ExternalURL = ""
	if !judge(r, mended) || judge(r, changed) || len(r.tolerated) > 0 {
		t.Error("what was mended may be wrong again")
	}
}

func TestConflictNeverAdvisesToDeleteData(t *testing.T) {
	store := &v1alpha1.ZotArtifactStore{ObjectMeta: metav1.ObjectMeta{Name: "sample", Namespace: "team-a"}}
	ref := func(kind, name string) apply.Ref {
		return apply.Ref{GroupVersionKind: schema.GroupVersionKind{Version: "v1", Kind: kind}, Namespace: "team-a", Name: name}
	}
	claim := conflict(store, []apply.Ref{ref("PersistentVolumeClaim", "sample-data")})
	if strings.Contains(claim, "Delete") {
		t.Errorf("a claim holds data: %s", claim)
	}
	want := "kubectl label pvc sample-data -n team-a app.kubernetes.io/managed-by=zot-operator artifacts.zot.io/store=sample --overwrite"
	if !strings.Contains(claim, want) {
		t.Errorf("got %s, want it to hold %s", claim, want)
	}
	if got := conflict(store, []apply.Ref{ref("Service", "sample")}); !strings.Contains(got, "Service sample exists") ||
		!strings.Contains(got, "Delete or rename it") {
		t.Errorf("got %s", got)
	}
}

func TestOverrideTouchesItsConditionOnly(t *testing.T) {
	verdict := Verdict{Conditions: nil}
	verdict.override("Unknown", "Reason", "message")
	if len(verdict.Conditions) != 0 {
		t.Errorf("a condition came from nowhere: %v", verdict.Conditions)
	}
}

func TestRefused(t *testing.T) {
	forbidden := func(text string) error {
		return apierrors.NewForbidden(schema.GroupResource{Resource: "services"}, "sample", errors.New(text))
	}
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"nothing":   {nil, false},
		"hiccup":    {errors.New("connection refused"), false},
		"forbidden": {forbidden("no permission"), true},
		"namespace on its way out": {&apierrors.StatusError{ErrStatus: metav1.Status{
			Reason: metav1.StatusReasonForbidden, Code: 403,
			Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}},
		}}, false},
		"CRD not known yet": {forbidden("cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion"), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := refused(apply.Report{{Err: tc.err}}); got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestSentence(t *testing.T) {
	for text, want := range map[string]string{
		"a spec": "a spec.", "a spec.": "a spec.", "one object\nanother": "one object; another.", " with a line end.\n": "with a line end.",
	} {
		if got := Sentence(text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestLookWithin(t *testing.T) {
	for name, tc := range map[string]struct{ asked, after, want time.Duration }{
		"nobody asks yet":           {0, conflictRetry, conflictRetry},
		"the component asks sooner": {2 * time.Second, conflictRetry, 2 * time.Second},
		"the component asks later":  {time.Minute, conflictRetry, conflictRetry},
		"both ask alike":            {formerRetry, formerRetry, formerRetry},
		"only the component asks":   {formerRetry, 0, formerRetry},
		"nobody asks":               {0, 0, 0},
	} {
		verdict := Verdict{RequeueAfter: tc.asked}
		if verdict.LookWithin(tc.after); verdict.RequeueAfter != tc.want {
			t.Errorf("%s: looks again after %s, want %s", name, verdict.RequeueAfter, tc.want)
		}
	}
}
