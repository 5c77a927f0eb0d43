package serve_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/serve"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

func TestARestartLosesNothing(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	g := start(t, dir)
	if err := g.client().MakeBucket(ctx, "bucket", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	options := minio.PutObjectOptions{ContentType: "text/x-kept", UserMetadata: map[string]string{"Kept": "yes"}}
	must[minio.UploadInfo](t)(g.client().PutObject(ctx, "bucket", "kept", strings.NewReader("kept"), 4, options))
	g.stop()

	g = start(t, dir)
	if got := read(t, g.client(), "bucket", "kept", minio.GetObjectOptions{}); string(got) != "kept" {
		t.Errorf("got %q", got)
	}
	info := must[minio.ObjectInfo](t)(g.client().StatObject(ctx, "bucket", "kept", minio.StatObjectOptions{}))
	if info.ContentType != "text/x-kept" || info.UserMetadata["Kept"] != "yes" {
		t.Errorf("metadata is lost: %+v", info)
	}
}

func TestState(t *testing.T) {
	g := start(t, t.TempDir())
	must[[]minio.BucketInfo](t)(g.client().ListBuckets(context.Background()))
	for path, want := range map[string]string{
		"/livez": "ok", "/readyz": "ok", "/metrics": `s3_gateway_requests_total{code="200",method="GET"} 1`,
	} {
		if code, text := g.get(path); code != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%s: %d\n%s", path, code, text)
		}
	}
	// versitygw's admin API is not among what is served.
	request := must[*http.Request](t)(http.NewRequest(http.MethodPatch, "http://"+g.address+"/list-users", nil))
	response := must[*http.Response](t)(g.transport.RoundTrip(request))
	response.Body.Close()
	if response.StatusCode == http.StatusOK || response.StatusCode == http.StatusForbidden {
		t.Errorf("the admin API is answered with %s", response.Status)
	}
}

func TestTheStartNamesWhatIsMissing(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*serve.Options)
		want   []string
	}{
		"root keys": {func(o *serve.Options) { o.Config.RootSecret = "absent" }, []string{`Secret "absent"`, "AWS_ACCESS_KEY_ID"}},
		"keys of the bucket": {func(o *serve.Options) {
			o.Config.Filesystem = nil
			o.Config.S3 = &s3gateway.S3{Region: "us-east-1", Bucket: "objects", AccessKeySecret: "keys", SecretKeySecret: "keys"}
		}, []string{`Secret "keys"`, "access-key"}},
		"half a service principal": {func(o *serve.Options) {
			put(t, o.Dirs.Secrets, "azure", map[string]string{"tenantId": "t", "clientId": "c"})
			o.Config.Filesystem = nil
			o.Config.Azure = &s3gateway.Azure{Account: "account", Container: "objects", CredentialsSecret: "azure"}
		}, []string{`Secret "azure"`, "client-secret"}},
		"a certificate": {func(o *serve.Options) { o.Config.TLS = &s3gateway.TLS{CertSecret: "tls", KeySecret: "tls"} }, []string{`Secret "tls"`}},
	} {
		t.Run(name, func(t *testing.T) {
			g := prepare(t, t.TempDir())
			tc.change(&g.options)
			ctx, cancel := context.WithCancel(t.Context())
			go func() { g.ended <- serve.Run(ctx, g.options) }()
			defer func() { cancel(); <-g.ended }()
			var told string
			waitFor(t, "an answer that names what is missing", func() bool {
				response, err := http.Get("http://" + g.state + "/readyz")
				if err != nil {
					return false
				}
				defer response.Body.Close()
				told = string(must[[]byte](t)(io.ReadAll(response.Body)))
				return response.StatusCode == http.StatusServiceUnavailable && !strings.Contains(told, "not served yet")
			})
			for _, want := range tc.want {
				if !strings.Contains(told, want) {
					t.Errorf("got %s, want it to name %s", told, want)
				}
			}
			if strings.Contains(told, rootSecret) {
				t.Errorf("a secret is told: %s", told)
			}
		})
	}
}

func TestAMissingSecretThatComesIsTaken(t *testing.T) {
	g := prepare(t, t.TempDir())
	ready := make(chan struct{})
	g.options.Config.RootSecret = "late"
	g.options.Ready = func() { close(ready) }
	ctx, cancel := context.WithCancel(context.Background())
	g.end = cancel
	t.Cleanup(g.stop)
	go func() { g.ended <- serve.Run(ctx, g.options) }()
	waitFor(t, "the gateway to wait", func() bool { return strings.Contains(g.log.String(), "waiting") })
	put(t, g.options.Dirs.Secrets, "late", map[string]string{s3gateway.RootAccessKey: rootAccess, s3gateway.RootSecretKey: rootSecret})
	select {
	case <-ready:
	case err := <-g.ended:
		t.Fatal(err)
	}
	must[[]minio.BucketInfo](t)(g.client().ListBuckets(context.Background()))
}

func TestACertificateOfAnotherKeyEndsTheStart(t *testing.T) {
	g := prepare(t, t.TempDir())
	cert, _ := certificate(t, "one")
	_, key := certificate(t, "two")
	put(t, g.options.Dirs.Secrets, "tls", map[string]string{"tls.crt": cert, "tls.key": key})
	g.options.Config.TLS = &s3gateway.TLS{CertSecret: "tls", KeySecret: "tls"}
	err := serve.Run(t.Context(), g.options)
	if err == nil || !strings.Contains(err.Error(), `Secret "tls"`) || !strings.Contains(err.Error(), "private key does not match") {
		t.Errorf("got %v", err)
	}
}

func TestARenewedCertificateIsServed(t *testing.T) {
	dir := t.TempDir()
	first, key := certificate(t, "first")
	put(t, dir+"/secrets", "tls", map[string]string{"tls.crt": first, "tls.key": key})
	g := start(t, dir, func(o *serve.Options) { o.Config.TLS = &s3gateway.TLS{CertSecret: "tls", KeySecret: "tls"} })
	g.secure = true
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(first))
	g.transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	must[[]minio.BucketInfo](t)(g.client().ListBuckets(context.Background()))

	second, key := certificate(t, "second")
	put(t, dir+"/secrets", "tls", map[string]string{"tls.crt": second})
	waitFor(t, "the mismatch to be told", func() bool { return strings.Contains(g.log.String(), "cannot be used") })
	if got := served(t, g.address); got != "first" {
		t.Errorf("a certificate without its key makes the gateway serve %q", got)
	}
	put(t, dir+"/secrets", "tls", map[string]string{"tls.key": key})
	waitFor(t, "the new certificate", func() bool { return served(t, g.address) == "second" })
}

func TestRotatedKeysEndTheGateway(t *testing.T) {
	dir := t.TempDir()
	g := start(t, dir)
	put(t, dir+"/secrets", "root", map[string]string{s3gateway.RootSecretKey: "another-secret"})
	g.transport.CloseIdleConnections()
	select {
	case err := <-g.ended:
		g.end = nil
		if !errors.Is(err, serve.ErrRotated) {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it goes on with keys that were replaced")
	}
	g = start(t, dir)
	if _, err := g.client().ListBuckets(context.Background()); minio.ToErrorResponse(err).Code != "SignatureDoesNotMatch" {
		t.Errorf("the old key: %v", err)
	}
	g.secret = "another-secret"
	must[[]minio.BucketInfo](t)(g.client().ListBuckets(context.Background()))
}

func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("waited 20 s for %s", what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// served is the name in the certificate that an address shows.
func served(t *testing.T, address string) string {
	t.Helper()
	connection, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true}) // #nosec G402 -- the test looks at what is shown
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	return connection.ConnectionState().PeerCertificates[0].Subject.CommonName
}

// certificate makes one for the loopback address, and its key.
func certificate(t *testing.T, name string) (cert, key string) {
	t.Helper()
	private := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private))
	encoded := must[[]byte](t)(x509.MarshalPKCS8PrivateKey(private))
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
}
