package backend

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// trust gives the authorities that zot trusts: those of the image, and the store's own. The latter is written by the agent.
func trust(evidence agent.Evidence) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read the authorities of the image: %w", err)
	}
	own, err := os.ReadFile(filepath.Join(evidence.RunDir, handover.CAFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the authorities of the store: %w", err)
	}
	pool.AppendCertsFromPEM(own)
	return pool, nil
}

// client calls servers as zot does. It follows no redirect: one to another region, say, is what is to be told.
func client(evidence agent.Evidence) (*http.Client, error) {
	pool, err := trust(evidence)
	if err != nil {
		return nil, err
	}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:           http.ProxyFromEnvironment,
			TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
			// A connection that is kept would show that the server was there a minute ago.
			DisableKeepAlives: true,
		},
	}, nil
}

// connection says what is wrong with a connection that has come to nothing. The words leave out what differs each time, such as our own
// port and the time of day.
func connection(err error) (fault handover.Fault, words string) {
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		verify   *tls.CertificateVerificationError
		name     *net.DNSError
		network  *net.OpError
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return handover.FaultNotTrusted, fmt.Sprintf("it is valid from %s to %s only",
			invalid.Cert.NotBefore.UTC().Format(time.RFC3339), invalid.Cert.NotAfter.UTC().Format(time.RFC3339))
	case errors.As(err, &unknown):
		return handover.FaultNotTrusted, unknown.Error()
	case errors.As(err, &hostname):
		return handover.FaultNotTrusted, hostname.Error()
	case errors.As(err, &verify):
		return handover.FaultNotTrusted, verify.Err.Error()
	case errors.As(err, &name):
		return handover.FaultUnreachable, fmt.Sprintf("the name %s cannot be resolved: %s", name.Name, name.Err)
	case errors.Is(err, context.DeadlineExceeded), os.IsTimeout(err):
		return handover.FaultUnreachable, "it does not answer in time"
	case errors.As(err, &network):
		return handover.FaultUnreachable, network.Err.Error()
	default:
		return handover.FaultUnreachable, innermost(err).Error()
	}
}

// innermost error: the outer ones name the address, which the message has already.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
