package component

import (
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
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
		"a spec": "a spec.", "a spec.": "a spec.", "one object\nanother": "one object; another.",
	} {
		if got := sentence(text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
