package workload

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

func looked(checks ...handover.Check) Pod {
	return Pod{Pod: runningPod(), Current: true, Checks: checks}
}

func TestAssessCertificate(t *testing.T) {
	is := func(status, reason, message string) board.Condition {
		return board.Condition{Type: "CertificateValid", Status: metav1.ConditionStatus(status), Reason: reason, Message: message}
	}
	check := func(fault handover.Fault, message string) handover.Check {
		return handover.Check{Subject: handover.SubjectCertificate, Fault: fault, Message: message}
	}
	waits := is("False", "Progressing", "The certificate is looked at once the pods run.")
	for name, tc := range map[string]struct {
		store string
		pods  []Pod
		want  board.Condition
	}{
		"none":       {"minimal", nil, is("True", "NotRequested", "zot serves no certificate: spec.http.tls is off.")},
		"no pod":     {"tls", nil, waits},
		"not looked": {"tls", []Pod{looked()}, waits},
		"valid": {
			"tls", []Pod{looked(check("", ""))}, is("True", "CertificateValid", "The certificate is valid, and for the names of the registry."),
		},
		"one has not looked": {"tls", []Pod{looked(check("", "")), looked()}, waits},
		"ends soon":          {"tls", []Pod{looked(check(handover.FaultExpiring, "Soon."))}, is("True", "CertificateExpiring", "Soon.")},
		"over":               {"tls", []Pod{looked(check(handover.FaultExpired, "Over."))}, is("False", "CertificateExpired", "Over.")},
		"of another":         {"tls", []Pod{looked(check(handover.FaultUnfit, "Other."))}, is("False", "CertificateUnfit", "Other.")},
		"one has the old one": {
			"tls", []Pod{looked(check(handover.FaultExpiring, "Soon.")), looked(check(handover.FaultExpired, "Over."))},
			is("False", "CertificateExpired", "Over. Soon."),
		},
		"both say the same": {
			"tls", []Pod{looked(check(handover.FaultExpired, "Over.")), looked(check(handover.FaultExpired, "Over."))},
			is("False", "CertificateExpired", "Over."),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, assessCertificate(load(t, tc.store), Facts{Pods: tc.pods})); diff != "" {
				t.Error(diff)
			}
		})
	}
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
