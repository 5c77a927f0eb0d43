package readiness

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
)

func TestPhase(t *testing.T) {
	type conditions map[string]string // Type to reason; no reason is True.
	const serving, silent = 1, 0
	for name, tc := range map[string]struct {
		not   conditions
		ready int32
		want  v1alpha1.Phase
	}{
		"all is well": {nil, serving, "Running"},

		"waits for its claim":              {conditions{"StorageReady": "Progressing", "WorkloadReady": "WaitingForStorage"}, silent, "Pending"},
		"waits for its certificate":        {conditions{"NetworkingReady": "WaitingForCertificate", "WorkloadReady": "WaitingForCertificate"}, silent, "Pending"},
		"waits for one that nobody makes":  {conditions{"NetworkingReady": "CertificateAPIMissing", "WorkloadReady": "WaitingForCertificate"}, silent, "Failed"},
		"gets a certificate as it serves":  {conditions{"NetworkingReady": "WaitingForCertificate", "WorkloadReady": "WaitingForCertificate"}, serving, "Running"},
		"gets none as it serves":           {conditions{"NetworkingReady": "CertificateNotIssued", "WorkloadReady": "WaitingForCertificate"}, serving, "Degraded"},
		"waits for its host":               {conditions{"NetworkingReady": "RouteNotAdmitted", "WorkloadReady": "WaitingForExternalURL"}, silent, "Failed"},
		"nobody has looked":                {conditions{"WorkloadReady": "NotReported"}, silent, "Pending"},
		"nobody has looked for long":       {conditions{"WorkloadReady": "NotReported"}, serving, "Degraded"},
		"StatefulSet is written":           {conditions{"WorkloadReady": "Progressing"}, silent, "Creating"},
		"pods start":                       {conditions{"WorkloadReady": "PodsNotReady", "ConfigurationApplied": "ConfigurationPending"}, silent, "Creating"},
		"pods start, volume binds":         {conditions{"WorkloadReady": "PodsNotReady", "StorageReady": "WaitingForVolume"}, silent, "Creating"},
		"pods start, Route is refused":     {conditions{"WorkloadReady": "PodsNotReady", "NetworkingReady": "RouteNotAdmitted"}, silent, "Creating"},
		"a setting is on its way":          {conditions{"ConfigurationApplied": "ConfigurationPending"}, serving, "Running"},
		"the Route is being made":          {conditions{"NetworkingReady": "Progressing"}, serving, "Running"},
		"rolls with one of two pods ready": {conditions{"WorkloadReady": "PodsNotReady"}, serving, "Creating"},

		"serves without its Route":          {conditions{"NetworkingReady": "RouteNotAdmitted"}, serving, "Degraded"},
		"serves without an extension":       {conditions{"ExtensionsReady": "ExtensionNotProvided"}, serving, "Degraded"},
		"serves with an older Secret":       {conditions{"ConfigurationApplied": "SecretProblem"}, serving, "Degraded"},
		"serves, and a new pod crashes":     {conditions{"WorkloadReady": "CrashLooping"}, serving, "Degraded"},
		"serves, without Keycloak":          {conditions{"ConfigurationApplied": "SignInWithheld"}, serving, "Degraded"},
		"serves from a volume that is lost": {conditions{"StorageReady": "VolumeLost"}, serving, "Degraded"},

		"crashes":                          {conditions{"WorkloadReady": "CrashLooping"}, silent, "Failed"},
		"no node":                          {conditions{"WorkloadReady": "PodUnschedulable"}, silent, "Failed"},
		"Secret is missing":                {conditions{"WorkloadReady": "SecretProblem", "ConfigurationApplied": "ConfigurationPending"}, silent, "Failed"},
		"volume is lost":                   {conditions{"StorageReady": "VolumeLost", "WorkloadReady": "PodsNotReady"}, silent, "Failed"},
		"claim belongs to somebody else":   {conditions{"StorageReady": "NameConflict", "WorkloadReady": "WaitingForStorage"}, silent, "Failed"},
		"Service belongs to somebody else": {conditions{"NetworkingReady": "NameConflict", "WorkloadReady": "PodsNotReady"}, silent, "Creating"},
	} {
		t.Run(name, func(t *testing.T) {
			var all []metav1.Condition
			for _, kind := range order[1:] {
				c := metav1.Condition{Type: kind, Status: "True", Reason: "Fine"}
				if reason := tc.not[kind]; reason != "" {
					c.Status, c.Reason = "False", reason
				}
				all = append(all, c)
			}
			ready := metav1.Condition{Type: "Ready", Status: "True"}
			if len(tc.not) > 0 {
				ready.Status = "False"
			}
			// The order of conditions is for readers.
			for _, conditions := range [][]metav1.Condition{append([]metav1.Condition{ready}, all...), append(all, ready)} {
				if got := phase(conditions, board.Facts{ReadyReplicas: tc.ready}); got != tc.want {
					t.Errorf("got %s, want %s", got, tc.want)
				}
			}
		})
	}
}
