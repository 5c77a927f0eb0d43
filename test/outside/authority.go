package outside

import (
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/test/authority"
)

// Authority signs certificates.
type Authority struct {
	// Certificate is PEM.
	Certificate string
	signs       *authority.Authority
}

// NewAuthority makes one that nobody knows yet.
func NewAuthority(t *testing.T) *Authority {
	t.Helper()
	made, err := authority.New("authority of the test")
	if err != nil {
		t.Fatal(err)
	}
	return &Authority{Certificate: string(made.Certificate()), signs: made}
}

// Issue gives a certificate for hosts, by name or IP address, and its key, both PEM.
func (a *Authority) Issue(hosts ...string) (certificate, key string, err error) {
	issued, err := a.signs.Issue(24*time.Hour, hosts...)
	return string(issued.Certificate), string(issued.Key), err
}

// pair is Issue for a server in this process.
func (a *Authority) pair(host string) (*tls.Certificate, error) {
	certificate, key, err := a.Issue(host)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	return &pair, err
}

// Client trusts nobody else.
func (a *Authority) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: a.signs.Pool(), MinVersion: tls.VersionTLS12},
	}}
}

// Files writes a certificate for hosts and its key into a folder of the test.
func (a *Authority) Files(t *testing.T, hosts ...string) (certificate, key string) {
	t.Helper()
	certificate, key, err := a.Issue(hosts...)
	if err != nil {
		t.Fatal(err)
	}
	return file(t, "tls.crt", certificate), file(t, "tls.key", key)
}

// Folder is one that holds the authority alone, as SSL_CERT_DIR names such.
func (a *Authority) Folder(t *testing.T) string {
	t.Helper()
	return filepath.Dir(file(t, "authority.pem", a.Certificate))
}

// file writes one into a folder of its own.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
