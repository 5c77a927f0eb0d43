package workload

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// looked is a pod that has, with a certificate for the name of the store "tls".
func looked(checks ...handover.Check) Pod {
	return Pod{Pod: runningPod(), Current: true, Checks: checks, CertificateHosts: []string{"tls.zot-system.svc"}}
}

// What is not known, or is not as it should be, is asked for sooner than what was fine a moment ago.
func TestNextQuestion(t *testing.T) {
	fine := handover.Check{Subject: handover.SubjectCertificate}
	faulty := handover.Check{Subject: handover.SubjectCertificate, Fault: handover.FaultExpired}
	expiring := handover.Check{Subject: handover.SubjectCertificate, Fault: handover.FaultExpiring}
	silent := looked(fine)
	silent.Pod = testPod(nil)
	behind := looked(fine)
	behind.Current = false
	for name, tc := range map[string]struct {
		store string
		pod   Pod
		want  time.Duration
	}{
		"nothing to look at": {"minimal", looked(), 0},
		"fine":               {"tls", looked(fine), 0},
		"ends soon":          {"tls", looked(expiring), 0},
		"not looked at":      {"tls", looked(), unknownFor},
		"a fault":            {"tls", looked(faulty), faultyFor},
		"behind":             {"tls", behind, askAgain},
		"no agent":           {"tls", silent, 0},
	} {
		if got := nextQuestion(load(t, tc.store), tc.pod); got != tc.want {
			t.Errorf("%s: got %s, want %s", name, got, tc.want)
		}
	}
}

// A store whose bucket cannot be used is not ready, whatever zot says of itself.
func TestAssessBackends(t *testing.T) {
	bucket := func(fault handover.Fault, message string) Pod {
		return looked(handover.Check{Subject: handover.SubjectStorage, Fault: fault, Message: message})
	}
	for name, tc := range map[string]struct {
		store string
		pods  []Pod
		want  board.Condition
	}{
		"nothing outside": {
			"minimal", nil, board.True("BackendsReachable", "NotRequested", "zot depends on nothing outside of its pods."),
		},
		"no pod yet": {
			"s3", nil, board.False("BackendsReachable", "Progressing", "What zot depends on is looked at once its pods run."),
		},
		"not looked at": {
			"s3", []Pod{looked()}, board.False("BackendsReachable", "Progressing", "What zot depends on is looked at once its pods run."),
		},
		"fine": {
			"s3",
			[]Pod{bucket("", "")},
			board.True("BackendsReachable", "BackendsReachable", "Everything that zot depends on answers as it should."),
		},
		"sign-in": {
			"keycloak",
			[]Pod{looked(handover.Check{Subject: handover.SubjectIssuer, Fault: "Unreachable", Message: "Gone."})},
			board.False("BackendsReachable", "Unreachable", "Gone."),
		},
		"sign-in is fine": {
			"keycloak",
			[]Pod{looked(handover.Check{Subject: handover.SubjectIssuer})},
			board.True("BackendsReachable", "BackendsReachable", "Everything that zot depends on answers as it should."),
		},
		"no bucket":    {"s3", []Pod{bucket("NotFound", "None.")}, board.False("BackendsReachable", "BackendNotFound", "None.")},
		"a wrong key":  {"s3", []Pod{bucket("CredentialsRefused", "No.")}, board.False("BackendsReachable", "CredentialsRefused", "No.")},
		"no right":     {"s3", []Pod{bucket("AccessDenied", "No.")}, board.False("BackendsReachable", "AccessDenied", "No.")},
		"a wrong host": {"s3", []Pod{bucket("Unreachable", "Gone.")}, board.False("BackendsReachable", "Unreachable", "Gone.")},
		"no authority": {"s3", []Pod{bucket("NotTrusted", "Who?")}, board.False("BackendsReachable", "NotTrusted", "Who?")},
		"no S3 server": {"s3", []Pod{bucket("Unfit", "What?")}, board.False("BackendsReachable", "BackendUnfit", "What?")},
		"one pod cannot": {
			"s3", []Pod{bucket("", ""), bucket("Unreachable", "Gone.")}, board.False("BackendsReachable", "Unreachable", "Gone."),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, assessBackends(load(t, tc.store), Facts{Pods: tc.pods})); diff != "" {
				t.Error(diff)
			}
		})
	}
}
