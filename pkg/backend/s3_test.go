package backend

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

const (
	awsFile  = "[default]\naws_access_key_id = the-key\naws_secret_access_key = the=secret\n   \n"
	listed   = `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name></ListBucketResult>`
	xmlError = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>CODE</Code><Message>The words of it.
RequestId: 17</Message><RequestId>17</RequestId></Error>`
)

func s3Driver(address string) map[string]any {
	return map[string]any{"storageDriver": map[string]any{
		"name": "s3", "bucket": "artifacts", "region": "eu-west-1", "regionendpoint": address, "forcepathstyle": true,
	}}
}

// says are words of a message.
type says = []string

func refusal(code string) string { return strings.ReplaceAll(xmlError, "CODE", code) }

func TestS3Answers(t *testing.T) {
	for name, test := range map[string]struct {
		answer canned
		// nobody is true without keys.
		nobody bool
		fault  handover.Fault
		says   says
	}{
		"listed":               {canned{status: 200, body: listed}, false, "", nil},
		"listed to all":        {canned{status: 200, body: listed}, true, "", nil},
		"no bucket for nobody": {canned{status: 404, body: refusal("NoSuchBucket")}, true, handover.FaultNotFound, nil},
		"no bucket": {
			canned{status: 404, body: refusal("NoSuchBucket")},
			false, handover.FaultNotFound,
			says{`no bucket "artifacts": NoSuchBucket: The words of it. Create it`},
		},
		"unknown key": {
			canned{status: 403, body: refusal("InvalidAccessKeyId")},
			false, handover.FaultCredentialsRefused,
			says{`Secret "one" and Secret "two"`, "InvalidAccessKeyId: The words of it."},
		},
		"unknown key of versitygw's": {
			canned{status: 404, body: refusal("XAdminUserNotFound")},
			false, handover.FaultCredentialsRefused,
			says{`the keys in Secret "one" and Secret "two"`, "XAdminUserNotFound"},
		},
		"status 404 alone": {canned{status: 404}, false, handover.FaultNotFound, says{`no bucket "artifacts"`}},
		"wrong secret key": {canned{status: 403, body: refusal("SignatureDoesNotMatch")}, false, handover.FaultCredentialsRefused, nil},
		"status 401 alone": {canned{status: 401}, false, handover.FaultCredentialsRefused, says{"401 Unauthorized"}},
		"no right": {
			canned{status: 403, body: refusal("AccessDenied")},
			false, handover.FaultAccessDenied,
			says{"AccessDenied: The words of it", "docs/storage.md"},
		},
		"no right for nobody": {canned{status: 403, body: refusal("AccessDenied")}, true, "", nil},
		"who are you, nobody": {canned{status: 401}, true, "", nil},
		"another region": {
			canned{status: 301, body: refusal("PermanentRedirect")},
			false, handover.FaultUnfit,
			says{`in region "eu-west-1"`, "spec.storage.s3.region"},
		},
		"the region is signed":  {canned{status: 400, body: refusal("AuthorizationHeaderMalformed")}, true, handover.FaultUnfit, nil},
		"trouble of the server": {canned{status: 503, body: refusal("SlowDown")}, false, handover.FaultUnfit, says{"SlowDown"}},
		"a clock that is wrong": {canned{status: 403, body: refusal(wrongClock)}, false, handover.FaultUnfit, says{wrongClock}},
		"a web page": {
			canned{status: 200, kind: "text/html", body: "<html>Welcome"}, false, handover.FaultUnfit, says{"200 OK"},
		},
		"a listing of buckets": {canned{status: 200, body: "<ListAllMyBucketsResult/>"}, false, handover.FaultUnfit, nil},
		"HTTPS is wanted": {
			canned{status: 400, kind: "text/plain", body: "Client sent an HTTP request to an HTTPS server.\n"},
			false, handover.FaultUnfit,
			says{"an HTTP request to an HTTPS server."},
		},
		"an endless answer": {
			canned{status: 500, kind: "text/plain", body: strings.Repeat("x\x00\xff", 1<<20)}, false, handover.FaultUnfit, says{"…"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(&test.answer)
			defer server.Close()
			place := evidence(t, s3Driver(server.URL), map[string]string{handover.AWSFile: awsFile}, handover.AWS("one", "two"))
			if test.nobody {
				place = evidence(t, s3Driver(server.URL), nil)
			}
			got := InspectS3(t.Context(), place)
			expect(t, got, handover.SubjectStorage, test.fault, test.says...)
			for _, secret := range []string{"the-key", "the=secret", "RequestId"} {
				if strings.Contains(got.Message, secret) {
					t.Errorf("the message holds %q: %s", secret, got.Message)
				}
			}
			asked := test.answer.asked
			if asked.URL.Path != "/artifacts" || asked.URL.Query().Get("prefix") != "zot/" || asked.Method != http.MethodGet {
				t.Errorf("asked for %s %s", asked.Method, asked.URL)
			}
			if signed := asked.Header.Get("Authorization"); test.nobody != (signed == "") || strings.Contains(signed, "the=secret") {
				t.Errorf("Authorization: %s", signed)
			}
		})
	}
}

func TestS3WithBucketBeforeTheHost(t *testing.T) {
	found, err := bucketOf(map[string]any{
		"bucket": "artifacts", "region": "eu-west-1", "regionendpoint": "https://objects.example.com:9000", "forcepathstyle": false,
	}, evidence(t, nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	request, err := found.request(t.Context())
	if err != nil || request.URL.Host != "artifacts.objects.example.com:9000" || request.URL.Path != "/" {
		t.Errorf("got %v, %v", request.URL, err)
	}
}

func TestAmazonsAddresses(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-1": "https://s3.eu-west-1.amazonaws.com", "cn-north-1": "https://s3.cn-north-1.amazonaws.com.cn",
	} {
		found, err := bucketOf(map[string]any{"name": "s3", "bucket": "b", "region": region}, agent.Evidence{RunDir: t.TempDir()})
		if err != nil || found.address.String() != want || !found.pathStyle {
			t.Errorf("%s: got %+v, %v", region, found, err)
		}
	}
}

func TestS3Connections(t *testing.T) {
	closed := httptest.NewServer(&canned{})
	closed.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it listens and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	encrypted := httptest.NewTLSServer(&canned{status: 200, body: listed})
	defer encrypted.Close()
	plain := httptest.NewServer(&canned{status: 200, body: listed})
	defer plain.Close()
	own := map[string]string{handover.CAFile: authority(encrypted)}
	_, port, _ := net.SplitHostPort(encrypted.Listener.Addr().String())
	for name, test := range map[string]struct {
		address string
		files   map[string]string
		fault   handover.Fault
		says    []string
	}{
		"nobody listens": {closed.URL, nil, handover.FaultUnreachable, says{closed.URL, `bucket "artifacts"`, "connection refused"}},
		"no such name": {
			"http://nowhere.invalid:9000", nil, handover.FaultUnreachable, says{"the name nowhere.invalid cannot be resolved"},
		},
		"no answer": {"http://" + silent.Addr().String(), nil, handover.FaultUnreachable, says{"does not answer in time"}},
		"plain where TLS should": {
			strings.Replace(plain.URL, "http", "https", 1), nil, handover.FaultUnreachable,
			says{"server gave HTTP response to HTTPS client. The server speaks plain HTTP: write http:// into spec.storage.s3.endpoint"},
		},
		"an unknown authority":  {encrypted.URL, nil, handover.FaultNotTrusted, says{"unknown authority", "spec.caBundle"}},
		"the store's authority": {encrypted.URL, own, "", nil},
		"another name":          {"https://localhost:" + port, own, handover.FaultNotTrusted, says{"localhost"}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, stop := context.WithTimeout(t.Context(), time.Second)
			defer stop()
			place := evidence(t, s3Driver(test.address), test.files)
			got := InspectS3(ctx, place)
			expect(t, got, handover.SubjectStorage, test.fault, test.says...)
			if name == "no answer" {
				return
			}
			if again := InspectS3(t.Context(), place); *again != *got {
				t.Errorf("the message changes from look to look: %q, %q", got.Message, again.Message)
			}
		})
	}
}

func TestLooksAtNoBucketWithoutOne(t *testing.T) {
	for _, config := range []map[string]any{nil, {"storageDriver": map[string]any{"name": "azure"}}} {
		if got := InspectS3(t.Context(), evidence(t, config, nil)); got != nil {
			t.Errorf("got %+v", got)
		}
	}
}

func TestExpiredCertificatesAreToldWithoutTheTime(t *testing.T) {
	encrypted := httptest.NewTLSServer(&canned{status: 200, body: listed})
	defer encrypted.Close()
	certificate := encrypted.Certificate()
	certificate.NotBefore, certificate.NotAfter = time.Unix(0, 0), time.Unix(86400, 0)
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	_, err := certificate.Verify(x509.VerifyOptions{Roots: roots})
	fault, words := connection(err)
	if fault != handover.FaultNotTrusted || words != "it is valid from 1970-01-01T00:00:00Z to 1970-01-02T00:00:00Z only" {
		t.Errorf("got %s: %s", fault, words)
	}
}
