package agent

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// soon is how long before its end a certificate is told to end, and soonPart the part of its life that this is at most: one of a
// day's life is renewed within the day.
const (
	soon     = 14 * 24 * time.Hour
	soonPart = 5
)

// InspectCertificate judges the certificate in place as the registry's clients do, as far as time tells. By which names they call the
// registry the operator knows, and which authorities they trust nobody here does.
func InspectCertificate(_ context.Context, evidence Evidence) *handover.Check {
	at := slices.IndexFunc(evidence.Credentials, func(c handover.Credential) bool { return c.Kind == handover.KindTLS })
	if at < 0 {
		return nil
	}
	content, err := os.ReadFile(filepath.Join(evidence.RunDir, handover.TLSCertFile))
	if err != nil {
		return nil // It is about to be written, which makes the inspector look again.
	}
	certificate, err := parseCertificate(content)
	if err != nil {
		return nil
	}
	check := judge(certificate, evidence.Credentials[at], time.Now())
	return &check
}

func judge(certificate *x509.Certificate, credential handover.Credential, now time.Time) handover.Check {
	source, _ := credential.Find(handover.PurposeCertificate)
	out := handover.Check{Subject: handover.SubjectCertificate}
	until := certificate.NotAfter.UTC().Format(time.RFC3339)
	early := min(soon, certificate.NotAfter.Sub(certificate.NotBefore)/soonPart)
	switch {
	case now.After(certificate.NotAfter):
		out.Fault = handover.FaultExpired
		out.Message = fmt.Sprintf("The certificate in %s has expired at %s: clients refuse it. Renew it there; it is served without a "+
			"restart.", origin(source), until)
	case now.Before(certificate.NotBefore):
		out.Fault = handover.FaultExpired
		out.Message = fmt.Sprintf("The certificate in %s is not valid before %s: clients refuse it until then. Put one there that is, or "+
			"look at the clock of the node.", origin(source), certificate.NotBefore.UTC().Format(time.RFC3339))
	case now.After(certificate.NotAfter.Add(-early)):
		out.Fault = handover.FaultExpiring
		out.Message = fmt.Sprintf("The certificate in %s ends at %s. Renew it there; it is served without a restart.",
			origin(source), until)
	}
	return out
}
