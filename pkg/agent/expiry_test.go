package agent

import (
	"context"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func TestJudgesCertificates(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	certificate := func(from, until time.Duration) *x509.Certificate {
		return &x509.Certificate{NotBefore: now.Add(from), NotAfter: now.Add(until)}
	}
	const day = 24 * time.Hour
	for name, test := range map[string]struct {
		certificate *x509.Certificate
		fault       handover.Fault
		says        []string
	}{
		"valid":         {certificate(-day, 90*day), "", nil},
		"over":          {certificate(-9*day, -time.Hour), handover.FaultExpired, []string{"2026-11-29T11:00:00Z", `Secret "s"`}},
		"to come":       {certificate(time.Hour, day), handover.FaultExpired, []string{"not valid before 2026-11-29T13:00:00Z"}},
		"soon":          {certificate(-80*day, 13*day), handover.FaultExpiring, []string{"2026-12-12T12:00:00Z"}},
		"of one day":    {certificate(-12*time.Hour, 12*time.Hour), "", nil},
		"its last hour": {certificate(-23*time.Hour, time.Hour), handover.FaultExpiring, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := judge(test.certificate, handover.TLS("s", "s"), now)
			if got.Fault != test.fault || got.Subject != handover.SubjectCertificate || (got.Message == "") != (test.fault == "") {
				t.Errorf("got %+v", got)
			}
			for _, words := range test.says {
				if !strings.Contains(got.Message, words) {
					t.Errorf("the message does not say %q: %s", words, got.Message)
				}
			}
		})
	}
}

func TestInspectsTheCertificateInPlace(t *testing.T) {
	p := newPod(t)
	certificate, key := pair(t, "registry", time.Now().Add(-time.Minute))
	p.boot(plainBoot, handover.TLS("s", "s"))
	p.live(readOnly)
	p.secret("s", map[string]string{"tls.crt": certificate, "tls.key": key})
	a := p.started()
	a.inspector.inspections = []Inspection{InspectCertificate}
	a.look(context.Background())
	checks := a.State().Checks
	if len(checks) != 1 || checks[0].Fault != handover.FaultExpired {
		t.Fatalf("got %+v", checks)
	}
	renewed, key := pair(t, "registry", tomorrow())
	p.secret("s", map[string]string{"tls.crt": renewed, "tls.key": key})
	a.round()
	a.look(context.Background())
	if checks := a.State().Checks; len(checks) != 1 || checks[0].Fault != "" {
		t.Errorf("a renewed certificate is not looked at at once: %+v", checks)
	}
}

func TestInspectsNoCertificateWithoutOne(t *testing.T) {
	if got := InspectCertificate(context.Background(), Evidence{RunDir: t.TempDir()}); got != nil {
		t.Errorf("got %+v", got)
	}
}
