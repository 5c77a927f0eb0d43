package v1alpha1

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	api "github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

var operator = defaults.Operator{ZotImage: defaults.ImageRef{Repository: "mirror.example.com/zot", Tag: "v2.1.21"}}

func scheme(t *testing.T) *runtime.Scheme {
	t.Helper()
	s := runtime.NewScheme()
	if err := api.AddToScheme(s); err != nil {
		t.Fatal(err)
	}
	return s
}

// review is what the API server sends.
func review(t *testing.T, operation admissionv1.Operation, old, store *api.ZotArtifactStore) admission.Request {
	t.Helper()
	request := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{UID: "1", Operation: operation}}
	for _, part := range []struct {
		object *api.ZotArtifactStore
		to     *runtime.RawExtension
	}{{old, &request.OldObject}, {store, &request.Object}} {
		if part.object == nil {
			continue
		}
		raw, err := json.Marshal(part.object)
		if err != nil {
			t.Fatal(err)
		}
		part.to.Raw = raw
	}
	return request
}

func store(change func(*api.ZotArtifactStore)) *api.ZotArtifactStore {
	s := &api.ZotArtifactStore{ObjectMeta: metav1.ObjectMeta{Name: "store", Namespace: "zot-system"}}
	if change != nil {
		change(s)
	}
	return s
}

func patches(t *testing.T, response admission.Response) string {
	t.Helper()
	if !response.Allowed {
		t.Fatalf("refused: %v", response.Result)
	}
	raw, err := json.Marshal(response.Patches)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestDefaultingPersistsStickyDefaults(t *testing.T) {
	hook := defaulting(scheme(t), operator)
	got := patches(t, hook.Handle(t.Context(), review(t, admissionv1.Create, nil, store(nil))))
	for _, want := range []string{`"mirror.example.com/zot"`, `"v2.1.21"`, `"filesystem"`, `"50Gi"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the patch has no %s: %s", want, got)
		}
	}
}

func TestDefaultingKeepsWhatIsStored(t *testing.T) {
	hook := defaulting(scheme(t), operator)
	stored := store(func(s *api.ZotArtifactStore) {
		s.Spec.Image = &api.ImageSpec{Repository: "mirror.example.com/zot", Tag: "v2.1.20"}
	})
	got := patches(t, hook.Handle(t.Context(), review(t, admissionv1.Update, stored, store(nil))))
	if !strings.Contains(got, `"v2.1.20"`) {
		t.Errorf("replacing the object by a manifest without image upgrades zot: %s", got)
	}
}

// Where the installation names zot by digest, a new store gets that. It goes when a manifest asks for another tag and says nothing of it.
func TestZotByDigest(t *testing.T) {
	pinned := operator
	pinned.ZotImage.Digest = "sha256:" + strings.Repeat("1", 64)
	hook := defaulting(scheme(t), pinned)
	got := patches(t, hook.Handle(t.Context(), review(t, admissionv1.Create, nil, store(nil))))
	if !strings.Contains(got, pinned.ZotImage.Digest) {
		t.Errorf("the patch has no digest: %s", got)
	}
	stored := store(nil)
	defaults.Admit(stored, nil, pinned)
	moved := stored.DeepCopy()
	moved.Spec.Image.Tag = "v2.2.0"
	got = patches(t, hook.Handle(t.Context(), review(t, admissionv1.Update, stored, moved)))
	for _, want := range []string{`"op":"remove","path":"/spec/image/digest"`, `"op":"remove","path":"/metadata/annotations`} {
		if !strings.Contains(got, want) {
			t.Errorf("another tag is answered with %s, want %s", got, want)
		}
	}
}

func TestDefaultingLeavesADeletedObjectAlone(t *testing.T) {
	hook := defaulting(scheme(t), operator)
	gone := store(func(s *api.ZotArtifactStore) { s.DeletionTimestamp = new(metav1.Now()) })
	if got := patches(t, hook.Handle(t.Context(), review(t, admissionv1.Update, gone, gone))); got != "null" && got != "[]" {
		t.Errorf("patched: %s", got)
	}
}

func TestValidationRefusesAndWarns(t *testing.T) {
	hook := admission.WithValidator(scheme(t), validator{operator: operator})
	two := store(func(s *api.ZotArtifactStore) { s.Spec.Replicas = new(int32(2)) })
	latest := store(func(s *api.ZotArtifactStore) { s.Spec.Image = &api.ImageSpec{Tag: "latest"} })

	response := hook.Handle(t.Context(), review(t, admissionv1.Create, nil, two))
	if response.Allowed || response.Result.Code != http.StatusUnprocessableEntity {
		t.Fatalf("a store with two replicas is answered with %+v", response)
	}
	if want := `ZotArtifactStore.artifacts.zot.io "store" is invalid: spec.replicas: Invalid value: 2: spec.replicas is more than 1`; !strings.Contains(response.Result.Message, want) {
		t.Errorf("message %q, want %q", response.Result.Message, want)
	}
	if response := hook.Handle(t.Context(), review(t, admissionv1.Update, two, two)); !response.Allowed || len(response.Warnings) != 1 {
		t.Errorf("an error that is stored already is answered with %+v, want a warning", response)
	}
	if response := hook.Handle(t.Context(), review(t, admissionv1.Create, nil, latest)); !response.Allowed || len(response.Warnings) != 1 {
		t.Errorf("tag latest is answered with %+v, want a warning", response)
	}
	if response := hook.Handle(t.Context(), review(t, admissionv1.Delete, two, nil)); !response.Allowed {
		t.Errorf("a deletion is answered with %+v", response)
	}
}

func TestWhatCannotBeDecodedIsToldByItsField(t *testing.T) {
	create := func(spec string) admission.Request {
		request := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{UID: "1", Operation: admissionv1.Create, Name: "store"}}
		request.Object.Raw = []byte(`{"apiVersion": "artifacts.zot.io/v1alpha1", "kind": "ZotArtifactStore", "spec": ` + spec + `}`)
		return request
	}
	response := defaulting(scheme(t), operator).Handle(t.Context(), create(`{"storage": {"size": "20GB"}}`))
	want := `ZotArtifactStore.artifacts.zot.io "store" is invalid: spec.storage.size: Invalid value: "20GB": spec.storage.size is no amount`
	if response.Allowed || response.Result.Code != http.StatusUnprocessableEntity || !strings.Contains(response.Result.Message, want) {
		t.Errorf("a size that is none is answered with %+v, want %q", response, want)
	}
	text := create(`{"replicas": "two"}`)
	if response := defaulting(scheme(t), operator).Handle(t.Context(), text); !response.Allowed || len(response.Patches) > 0 {
		t.Errorf("a wrong type is the schema's to tell, but is answered with %+v", response)
	}
	hook := admission.WithValidator(scheme(t), validator{operator: operator})
	if response := hook.Handle(t.Context(), text); response.Allowed {
		t.Error("what cannot be decoded passes")
	}
}

// TestPausing: whoever wants the operator to leave a store alone is not told to mend it first.
func TestPausing(t *testing.T) {
	hook := admission.WithValidator(scheme(t), validator{operator: operator})
	wrong := store(func(s *api.ZotArtifactStore) { s.Spec.Replicas = new(int32(2)) })
	paused := store(func(s *api.ZotArtifactStore) { s.Spec.Replicas, s.Spec.Paused = new(int32(2)), new(true) })
	if response := hook.Handle(t.Context(), review(t, admissionv1.Update, wrong, paused)); !response.Allowed {
		t.Errorf("pausing is answered with %+v", response)
	}
}
