package readiness

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

func TestTransitions(t *testing.T) {
	condition := func(kind string, status metav1.ConditionStatus, reason, message string) metav1.Condition {
		return metav1.Condition{Type: kind, Status: status, Reason: reason, Message: message}
	}
	bound := condition("StorageReady", "True", "VolumeBound", "bound")
	waits := condition("StorageReady", "False", "WaitingForVolume", "waits")
	lost := condition("StorageReady", "False", "VolumeLost", "lost")
	ready := func(reason string) metav1.Condition { return condition("Ready", "False", reason, "") }
	none := condition("ExtensionsReady", "True", "NotRequested", "none")
	for name, tc := range map[string]struct {
		before, after []metav1.Condition
		want          []transition
	}{
		"nothing":           {nil, nil, nil},
		"unchanged":         {[]metav1.Condition{bound}, []metav1.Condition{bound}, nil},
		"other words":       {[]metav1.Condition{lost}, []metav1.Condition{condition("StorageReady", "False", "VolumeLost", "gone")}, nil},
		"begins to wait":    {nil, []metav1.Condition{waits}, nil},
		"begins in trouble": {nil, []metav1.Condition{lost}, []transition{{lost, true}}},
		"Ready for another reason, which the part tells": {[]metav1.Condition{ready("WaitingForVolume")}, []metav1.Condition{ready("VolumeLost")}, nil},
		"mended":                          {[]metav1.Condition{lost}, []metav1.Condition{bound}, []transition{{bound, false}}},
		"breaks":                          {[]metav1.Condition{bound}, []metav1.Condition{lost}, []transition{{lost, true}}},
		"another reason":                  {[]metav1.Condition{waits}, []metav1.Condition{lost}, []transition{{lost, true}}},
		"begins with nothing to tell":     {nil, []metav1.Condition{none, bound}, []transition{{bound, false}}},
		"a pause begins":                  {[]metav1.Condition{condition("Ready", "True", "AllPodsReady", "")}, []metav1.Condition{condition("Ready", "True", "Paused", "")}, []transition{{condition("Ready", "True", "Paused", ""), false}}},
		"a pause ends":                    {[]metav1.Condition{ready("Paused")}, []metav1.Condition{ready("VolumeLost")}, []transition{{ready("VolumeLost"), true}}},
		"in order":                        {nil, []metav1.Condition{lost, ready("VolumeLost")}, []transition{{lost, true}, {ready("VolumeLost"), true}}},
		"nothing is asked for any longer": {[]metav1.Condition{condition("ExtensionsReady", "False", "ExtensionNotProvided", "")}, []metav1.Condition{none}, []transition{{none, false}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, transitions(tc.before, tc.after), cmp.AllowUnexported(transition{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// full is a status of which everything is known.
func full() v1alpha1.ZotArtifactStoreStatus {
	status := details(runs(3))
	status.ExternalEndpoint, status.S3Endpoint = "https://registry.example.com", "http://store-s3.zot-system.svc:9000"
	status.Certificate = &v1alpha1.CertificateStatus{NotAfter: &now}
	return status
}

// A field that full leaves out is one whose way into the status nobody tests.
func TestFullIsFull(t *testing.T) {
	status := reflect.ValueOf(full())
	for i := range status.NumField() {
		if status.Field(i).IsZero() {
			t.Errorf("status.%s is not in the full status of TestStatusIntent", status.Type().Field(i).Name)
		}
	}
}

// The intent is the whole status: a field that is missing in it would be taken away.
func TestStatusIntent(t *testing.T) {
	store := &v1alpha1.ZotArtifactStore{ObjectMeta: metav1.ObjectMeta{Name: "store", Namespace: "zot-system", UID: "1"}}
	for name, status := range map[string]v1alpha1.ZotArtifactStoreStatus{
		"full": full(),
		"ephemeral": func() v1alpha1.ZotArtifactStoreStatus {
			status := runs(3)
			status.Storage = &v1alpha1.StorageStatus{}
			return status
		}(),
		"bare": {
			Conditions: []metav1.Condition{{Type: "Ready", Status: "Unknown", Reason: "NotReported", LastTransitionTime: now}},
			Phase:      "Pending", ObservedGeneration: new(int64(0)), Replicas: new(int32(0)), ReadyReplicas: new(int32(0)),
		},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := json.Marshal(statusIntent(store, "77", status))
			if err != nil {
				t.Fatal(err)
			}
			var got v1alpha1.ZotArtifactStore
			if err := json.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			want := v1alpha1.ZotArtifactStore{
				TypeMeta: metav1.TypeMeta{APIVersion: "artifacts.zot.io/v1alpha1", Kind: "ZotArtifactStore"},
				ObjectMeta: metav1.ObjectMeta{
					Name: "store", Namespace: "zot-system", UID: "1", ResourceVersion: "77",
				},
				Status: status,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Every reason that a controller gives, and whether somebody has to do something about it.
func TestPassing(t *testing.T) {
	for reason, want := range map[string]bool{
		"Progressing": true, "NotReported": true, "WaitingForVolume": true, "WaitingForStorage": true, "PodsNotReady": true,
		"ConfigurationPending": true, "Paused": true, "WaitingForLoadBalancer": true, "VolumeBeingDeleted": false, "VolumeCannotGrow": false, "ClaimNotFound": false,
		"InvalidSpec": false, "NameConflict": false, "ApplyFailed": false, "VolumeLost": false, "RouteAPIMissing": false,
		"RouteNotAdmitted": false, "PodUnschedulable": false, "ImagePullFailed": false,
		"CrashLooping": false, "SecretProblem": false, "ConfigurationRefused": false, "SignInWithheld": false, "PodCreationFailed": false,
	} {
		if got := passing(reason); got != want {
			t.Errorf("%s passes by itself: %v, want %v", reason, got, want)
		}
	}
}
