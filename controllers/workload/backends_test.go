package workload

import (
	"testing"
	"time"

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
