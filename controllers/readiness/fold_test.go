package readiness

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/controllers/extensions"
	"github.com/zot-artifact-store/operator/controllers/networking"
	"github.com/zot-artifact-store/operator/controllers/storage"
	"github.com/zot-artifact-store/operator/controllers/workload"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
)

var (
	earlier = metav1.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	now     = metav1.NewTime(time.Date(2026, 1, 2, 4, 0, 0, 0, time.UTC))
)

var reporters = []string{"storage", "workload", "networking", "extensions"}

// verdicts of a store that runs, of that generation.
func verdicts(generation int64) map[string]board.Verdict {
	of := func(facts board.Facts, conditions ...board.Condition) board.Verdict {
		return board.Verdict{Generation: generation, Conditions: conditions, Facts: facts}
	}
	return map[string]board.Verdict{
		"storage": of(board.Facts{}, board.True("StorageReady", "VolumeBound", "Claim store-data has its volume.")),
		"workload": of(board.Facts{Replicas: 1, ReadyReplicas: 1, Selector: "app=zot", Version: "v2.1.20"},
			board.True("WorkloadReady", "AllPodsReady", "All pods are ready"),
			board.True("ConfigurationApplied", "ConfigurationCurrent", "zot runs with what the spec asks for."),
			board.True("BackendsReachable", "NotRequested", "zot depends on nothing outside of its pods."),
			board.True("CertificateValid", "NotRequested", "zot serves no certificate.")),
		"networking": of(board.Facts{Addresses: &board.Addresses{Service: "http://store.zot-system.svc:8080", External: "https://registry.example.com"}},
			board.True("NetworkingReady", "ServiceReady", "The Service is in place.")),
		"extensions": of(board.Facts{}, board.True("ExtensionsReady", "NotRequested", "No extension is on.")),
	}
}

// runs is the status of such a store.
func runs(generation int64) v1alpha1.ZotArtifactStoreStatus {
	condition := func(kind, reason, message string) metav1.Condition {
		return metav1.Condition{
			Type: kind, Status: "True", Reason: reason, Message: message, ObservedGeneration: generation, LastTransitionTime: earlier,
		}
	}
	return v1alpha1.ZotArtifactStoreStatus{
		Conditions: []metav1.Condition{
			condition("Ready", "AllPodsReady", "All pods are ready"),
			condition("StorageReady", "VolumeBound", "Claim store-data has its volume."),
			condition("WorkloadReady", "AllPodsReady", "All pods are ready"),
			condition("ConfigurationApplied", "ConfigurationCurrent", "zot runs with what the spec asks for."),
			condition("BackendsReachable", "NotRequested", "zot depends on nothing outside of its pods."),
			condition("CertificateValid", "NotRequested", "zot serves no certificate."),
			condition("NetworkingReady", "ServiceReady", "The Service is in place."),
			condition("ExtensionsReady", "NotRequested", "No extension is on."),
		},
		Phase: "Running", ObservedGeneration: &generation, Replicas: new(int32(1)), ReadyReplicas: new(int32(1)),
		Selector: "app=zot", Version: "v2.1.20",
		ServiceEndpoint: "http://store.zot-system.svc:8080", ExternalEndpoint: "https://registry.example.com",
	}
}

// details adds what only some stores have.
func details(status v1alpha1.ZotArtifactStoreStatus) v1alpha1.ZotArtifactStoreStatus {
	status.Storage = &v1alpha1.StorageStatus{ClaimName: "store-data", Capacity: new(resource.MustParse("50Gi"))}
	status.Configuration = &v1alpha1.ConfigurationStatus{Boot: "0123456789", Live: "9876543210"}
	return status
}

// What nobody tells now stays as it was told last.
func TestDetailsAreRemembered(t *testing.T) {
	got := folded(3, verdicts(3), details(runs(3)))
	if diff := cmp.Diff(details(runs(3)), got); diff != "" {
		t.Error(diff)
	}
	told := verdicts(3)
	grown := told["storage"]
	grown.Facts.Storage = &v1alpha1.StorageStatus{ClaimName: "store-data", Capacity: new(resource.MustParse("100Gi"))}
	told["storage"] = grown
	if got := folded(3, told, details(runs(3))); got.Storage.Capacity.String() != "100Gi" || got.Configuration.Boot != "0123456789" {
		t.Errorf("got %+v, %+v", got.Storage, got.Configuration)
	}
}

// A paused store is as ready as it is; what was asked for since counts as not observed.
func TestPaused(t *testing.T) {
	fold := func(verdicts map[string]board.Verdict, old v1alpha1.ZotArtifactStoreStatus) v1alpha1.ZotArtifactStoreStatus {
		return fold(input{controllers: reporters, verdicts: verdicts, generation: 4, paused: true, old: old, now: now})
	}
	broken := verdicts(4)
	broken["networking"] = board.Verdict{Generation: 4, Conditions: []board.Condition{
		board.False("NetworkingReady", "Paused", "Not as the spec asks for, and left so while spec.paused is true: Service store."),
	}}
	for name, tc := range map[string]struct {
		verdicts map[string]board.Verdict
		old      v1alpha1.ZotArtifactStoreStatus
		observed int64
		ready    metav1.ConditionStatus
		says     string
	}{
		"a store that runs":        {verdicts(4), runs(3), 3, "True", "All pods are ready"},
		"one that lacks an object": {broken, runs(3), 3, "False", "NetworkingReady: Not as the spec asks for"},
		"one that is new":          {verdicts(4), v1alpha1.ZotArtifactStoreStatus{}, 0, "True", "All pods are ready"},
	} {
		got := fold(tc.verdicts, tc.old)
		ready := find(t, got, "Ready")
		if got.Phase != "Paused" || *got.ObservedGeneration != tc.observed || ready.Status != tc.ready || ready.Reason != "Paused" ||
			!strings.Contains(ready.Message, "until spec.paused is false") || !strings.Contains(ready.Message, tc.says) {
			t.Errorf("%s: phase %s, observed %d, Ready %+v", name, got.Phase, *got.ObservedGeneration, ready)
		}
	}
}

func folded(generation int64, verdicts map[string]board.Verdict, old v1alpha1.ZotArtifactStoreStatus) v1alpha1.ZotArtifactStoreStatus {
	return fold(input{controllers: reporters, verdicts: verdicts, generation: generation, old: old, now: now})
}

func find(t *testing.T, status v1alpha1.ZotArtifactStoreStatus, kind string) metav1.Condition {
	t.Helper()
	for _, c := range status.Conditions {
		if c.Type == kind {
			return c
		}
	}
	t.Fatalf("there is no condition %s in %v", kind, status.Conditions)
	return metav1.Condition{}
}

// The user's document: phase Running, and condition Ready with reason AllPodsReady and message "All pods are ready".
func TestAllTrue(t *testing.T) {
	want := runs(3)
	for i := range want.Conditions {
		want.Conditions[i].LastTransitionTime = now
	}
	if diff := cmp.Diff(want, folded(3, verdicts(3), v1alpha1.ZotArtifactStoreStatus{})); diff != "" {
		t.Error(diff)
	}
}

func TestSteadyStateIsSteady(t *testing.T) {
	if diff := cmp.Diff(runs(3), folded(3, verdicts(3), runs(3))); diff != "" {
		t.Errorf("an unchanged store has another status: %s", diff)
	}
}

func TestObservedGeneration(t *testing.T) {
	behind := verdicts(4)
	behind["networking"] = verdicts(3)["networking"]
	without := verdicts(4)
	delete(without, "networking")
	for name, tc := range map[string]struct {
		verdicts map[string]board.Verdict
		old      v1alpha1.ZotArtifactStoreStatus
		observed int64
		ready    metav1.ConditionStatus
		reason   string
	}{
		"all of this generation":            {verdicts(4), runs(3), 4, "True", "AllPodsReady"},
		"one behind":                        {behind, runs(3), 3, "Unknown", "NotReported"},
		"all behind":                        {verdicts(3), runs(3), 3, "Unknown", "NotReported"},
		"one missing after a restart":       {without, runs(3), 3, "Unknown", "NotReported"},
		"one missing, same generation":      {without, runs(4), 4, "Unknown", "NotReported"},
		"one missing of a new store":        {without, v1alpha1.ZotArtifactStoreStatus{}, 0, "Unknown", "NotReported"},
		"nothing reported of a new store":   {nil, v1alpha1.ZotArtifactStoreStatus{}, 0, "Unknown", "NotReported"},
		"status of a store before its time": {nil, runs(9), 4, "Unknown", "NotReported"},
	} {
		t.Run(name, func(t *testing.T) {
			got := folded(4, tc.verdicts, tc.old)
			if *got.ObservedGeneration != tc.observed {
				t.Errorf("observed generation %d, want %d", *got.ObservedGeneration, tc.observed)
			}
			ready := find(t, got, "Ready")
			if ready.Status != tc.ready || ready.Reason != tc.reason || ready.ObservedGeneration != tc.observed {
				t.Errorf("Ready is %+v, want %s, %s of generation %d", ready, tc.ready, tc.reason, tc.observed)
			}
		})
	}
}

func TestMissingVerdicts(t *testing.T) {
	without := verdicts(3)
	delete(without, "workload")
	got := folded(3, without, runs(3))
	for _, kind := range []string{"WorkloadReady", "ConfigurationApplied", "BackendsReachable", "CertificateValid"} {
		want := metav1.Condition{
			Type: kind, Status: "Unknown", Reason: "NotReported", LastTransitionTime: now,
			Message: "The workload controller has not looked at this store yet; the operator's log says why.",
		}
		if diff := cmp.Diff(want, find(t, got, kind)); diff != "" {
			t.Error(diff)
		}
	}
	const summary = "WorkloadReady, ConfigurationApplied, BackendsReachable, CertificateValid: " +
		"The workload controller has not looked at this store yet; the operator's log says why."
	if ready := find(t, got, "Ready"); ready.Message != summary {
		t.Errorf("Ready says %q, want %q", ready.Message, summary)
	}
	// The pods are where they were: nobody has said otherwise.
	if *got.Replicas != 1 || *got.ReadyReplicas != 1 || got.Selector != "app=zot" || got.Version != "v2.1.20" || got.Phase != "Degraded" {
		t.Errorf("got %d of %d pods, selector %q, version %q, phase %s",
			*got.ReadyReplicas, *got.Replicas, got.Selector, got.Version, got.Phase)
	}
}

// While the spec is invalid, nobody looks at the pods. They serve as before, and the status must not say that they are gone.
func TestInvalidSpec(t *testing.T) {
	invalid := verdicts(4)
	for name, verdict := range invalid {
		var conditions []board.Condition
		for _, c := range verdict.Conditions {
			conditions = append(conditions, board.False(c.Type, "InvalidSpec", "spec.replicas must be 1"))
		}
		invalid[name] = board.Verdict{Generation: 4, Conditions: conditions}
	}
	got := folded(4, invalid, runs(3))
	if *got.Replicas != 1 || *got.ReadyReplicas != 1 || got.Selector == "" || got.ServiceEndpoint == "" || got.ExternalEndpoint == "" {
		t.Errorf("what serves is not in the status: %+v", got)
	}
	if got.Phase != "Degraded" || folded(4, invalid, v1alpha1.ZotArtifactStoreStatus{}).Phase != "Failed" {
		t.Errorf("phase %s, want Degraded while it serves and Failed for a new store", got.Phase)
	}
	want := metav1.Condition{
		Type: "Ready", Status: "False", Reason: "InvalidSpec", ObservedGeneration: 4, LastTransitionTime: now,
		Message: "StorageReady, WorkloadReady, ConfigurationApplied, BackendsReachable, CertificateValid, NetworkingReady, ExtensionsReady: spec.replicas must be 1",
	}
	if diff := cmp.Diff(want, find(t, got, "Ready")); diff != "" {
		t.Error(diff)
	}
}

// A Service that is somebody else's now is no address of this store, and what was true before must not be told.
func TestNoAddressIsTold(t *testing.T) {
	lost := verdicts(4)
	lost["networking"] = board.Verdict{
		Generation: 4, Facts: board.Facts{Addresses: &board.Addresses{External: "https://mine.example.com"}},
		Conditions: []board.Condition{board.False("NetworkingReady", "NameConflict", "Service store is somebody else's.")},
	}
	got := folded(4, lost, runs(3))
	if got.ServiceEndpoint != "" || got.ExternalEndpoint != "https://mine.example.com" {
		t.Errorf("got %q and %q", got.ServiceEndpoint, got.ExternalEndpoint)
	}
}

func TestReadySaysWhatIsWrong(t *testing.T) {
	for name, tc := range map[string]struct {
		bad    map[string]board.Condition
		status metav1.ConditionStatus
		reason string
		says   string
	}{
		"one part": {
			map[string]board.Condition{"networking": board.False("NetworkingReady", "RouteAPIMissing", "No Routes here.")},
			"False", "RouteAPIMissing", "NetworkingReady: No Routes here.",
		},
		"what somebody must mend comes before what passes": {
			map[string]board.Condition{
				"storage":    board.False("StorageReady", "WaitingForVolume", "It waits."),
				"extensions": board.False("ExtensionsReady", "ExtensionNotProvided", "Not here."),
			},
			"False", "ExtensionNotProvided", "ExtensionsReady: Not here.\nStorageReady: It waits.",
		},
		"unknown": {
			map[string]board.Condition{"storage": board.Unknown("StorageReady", "Progressing", "Nobody knows.")},
			"Unknown", "Progressing", "StorageReady: Nobody knows.",
		},
		"all pass: the first": {
			map[string]board.Condition{
				"networking": board.False("NetworkingReady", "Progressing", "It comes."),
				"storage":    board.False("StorageReady", "WaitingForVolume", "It waits."),
			},
			"False", "WaitingForVolume", "StorageReady: It waits.\nNetworkingReady: It comes.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := verdicts(1)
			for controller, condition := range tc.bad {
				all[controller] = board.Verdict{Generation: 1, Conditions: []board.Condition{condition}}
			}
			ready := find(t, folded(1, all, v1alpha1.ZotArtifactStoreStatus{}), "Ready")
			if ready.Status != tc.status || ready.Reason != tc.reason || ready.Message != tc.says {
				t.Errorf("got %s, %s, %q; want %s, %s, %q", ready.Status, ready.Reason, ready.Message, tc.status, tc.reason, tc.says)
			}
		})
	}
}

func TestTransitionTimes(t *testing.T) {
	all := verdicts(3)
	all["storage"] = board.Verdict{Generation: 3, Conditions: []board.Condition{board.False("StorageReady", "VolumeLost", "Gone.")}}
	all["extensions"] = board.Verdict{Generation: 3, Conditions: []board.Condition{
		board.True("ExtensionsReady", "ExtensionsConfigured", "All of them."),
	}}
	old := runs(3)
	old.Conditions[6].LastTransitionTime = metav1.Time{} // NetworkingReady: written by somebody who did not care.
	got := map[string]metav1.Time{}
	for _, c := range folded(3, all, old).Conditions {
		got[c.Type] = c.LastTransitionTime
	}
	want := map[string]metav1.Time{
		"Ready": now, "StorageReady": now, "NetworkingReady": now,
		"WorkloadReady": earlier, "ConfigurationApplied": earlier, "BackendsReachable": earlier, "CertificateValid": earlier,
		"ExtensionsReady": earlier, // Another reason, but still True.
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A condition's message may have 32768 characters, or the whole status is refused.
func TestLongMessages(t *testing.T) {
	all := verdicts(1)
	for name, verdict := range all {
		for i := range verdict.Conditions {
			verdict.Conditions[i].Status = "False"
			verdict.Conditions[i].Message = name + strings.Repeat("ä", 100_000)
		}
	}
	for _, c := range folded(1, all, v1alpha1.ZotArtifactStoreStatus{}).Conditions {
		if length := len([]rune(c.Message)); length > 32768 || length < 4096 || !strings.HasSuffix(c.Message, "ä…") {
			t.Errorf("%s has a message of %d characters", c.Type, length)
		}
	}
}

// drawn are any verdicts of some of the controllers.
func drawn(t *rapid.T) map[string]board.Verdict {
	out := map[string]board.Verdict{}
	for _, name := range reporters {
		if rapid.Bool().Draw(t, name+" is missing") {
			continue
		}
		verdict := verdicts(rapid.Int64Range(1, 3).Draw(t, "generation"))[name]
		for i := range verdict.Conditions {
			c := &verdict.Conditions[i]
			c.Status = rapid.SampledFrom([]metav1.ConditionStatus{"True", "False", "Unknown"}).Draw(t, "status")
			c.Reason = rapid.SampledFrom([]string{"Progressing", "InvalidSpec", "VolumeLost", "PodsNotReady"}).Draw(t, "reason")
		}
		out[name] = verdict
	}
	return out
}

func TestInvariants(t *testing.T) {
	order := []string{
		"Ready", "StorageReady", "WorkloadReady", "ConfigurationApplied", "BackendsReachable", "CertificateValid", "NetworkingReady",
		"ExtensionsReady",
	}
	times := regexp.MustCompile(`\d{4}-\d\d|\d\d:\d\d|UTC`)
	rapid.Check(t, func(t *rapid.T) {
		all, generation := drawn(t), rapid.Int64Range(1, 3).Draw(t, "of the store")
		in := input{controllers: reporters, verdicts: all, generation: generation, old: runs(1), now: now}
		got := fold(in)
		var types []string
		complete := len(all) == len(reporters)
		for _, verdict := range all {
			complete = complete && verdict.Generation >= generation
		}
		parts := true
		for _, c := range got.Conditions {
			types = append(types, c.Type)
			parts = parts && (c.Type == "Ready" || c.Status == "True")
			if c.Reason == "" || c.LastTransitionTime.IsZero() || times.MatchString(c.Message) {
				t.Fatalf("condition %+v", c)
			}
		}
		if !slices.Equal(types, order) {
			t.Fatalf("conditions %v", types)
		}
		if ready := got.Conditions[0].Status == "True"; ready != (complete && parts) {
			t.Fatalf("Ready is %s; every controller has seen generation %d: %v, all True: %v", got.Conditions[0].Status, generation, complete, parts)
		}
		if *got.ObservedGeneration > generation {
			t.Fatalf("generation %d is observed of %d", *got.ObservedGeneration, generation)
		}
		shuffled := in
		shuffled.controllers = rapid.Permutation(reporters).Draw(t, "controllers")
		if diff := cmp.Diff(got, fold(shuffled)); diff != "" {
			t.Fatalf("the order of controllers counts: %s", diff)
		}
		in.old, in.now = got, metav1.NewTime(now.Add(time.Hour))
		if diff := cmp.Diff(got, fold(in)); diff != "" {
			t.Fatalf("another look an hour later writes again: %s", diff)
		}
	})
}

// What stands for a controller that has not reported must be what it reports.
func TestConditionsOf(t *testing.T) {
	want := map[string][]string{}
	for _, identity := range []component.Identity{
		storage.Component{}.Identity(), workload.Component{}.Identity(),
		networking.Component{}.Identity(), extensions.Component{}.Identity(),
	} {
		want[identity.Name] = identity.Conditions
	}
	if diff := cmp.Diff(want, conditionsOf); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(reporters)), slices.Sorted(maps.Keys(conditionsOf))); diff != "" {
		t.Error(diff)
	}
}
