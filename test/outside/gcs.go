package outside

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"testing"
)

// GoogleHosts are those that zot's driver calls, and that of the token endpoint.
var GoogleHosts = []string{"www.googleapis.com", "storage.googleapis.com", "oauth2.googleapis.com"}

// GoogleToken is what test/servers/gcs gives to whoever proves who he is.
const GoogleToken = "token-of-the-test"

// GCS is Google Cloud Storage with a token endpoint: test/servers/gcs.
type GCS struct {
	*Process
	// Address is host and port, over TLS.
	Address string
	// KeyFile is the key of the service account that may come in at first.
	KeyFile string

	t         *testing.T
	authority *Authority
	data      string
}

// NewGCS starts one with a bucket.
func NewGCS(t *testing.T, bucket string, authority *Authority) *GCS {
	t.Helper()
	need(t, "BACKENDS_GCS", "fake-gcs-server")
	g := &GCS{Address: FreeAddress(t), KeyFile: ServiceAccount(t), t: t, authority: authority, data: t.TempDir()}
	g.start(bucket, g.KeyFile)
	return g
}

// Again starts it anew on the same buckets, and makes one if it is not there; another key file may come in.
func (g *GCS) Again(bucket, keyFile string) {
	g.t.Helper()
	g.Stop()
	g.start(bucket, keyFile)
}

func (g *GCS) start(bucket, keyFile string) {
	g.t.Helper()
	certificate, key := g.authority.Files(g.t, "127.0.0.1")
	g.Process = Start(g.t, nil, os.Getenv("BACKENDS_GCS"), "--address", g.Address, "--certificate", certificate, "--key", key,
		"--account", file(g.t, "account.json", keyFile), "--bucket", bucket, "--data", g.data)
	Listens(g.t, g.Address)
}

// ServiceAccount makes the key of one, as Google writes it.
func ServiceAccount(t *testing.T) string {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "test", "private_key_id": "1",
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})),
		"client_email": "zot@test.iam.gserviceaccount.com", "token_uri": "https://oauth2.googleapis.com/token",
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
