package backend

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// googleKey is a key file whose account signs in there.
func googleKey(t *testing.T, address string) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "zot@project.iam.gserviceaccount.com", "token_uri": address, "private_key_id": "1",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestGoogleSignIn(t *testing.T) {
	for name, test := range map[string]struct {
		answer canned
		key    string
		fault  handover.Fault
		says   says
	}{
		"known": {canned{status: 200, kind: "application/json", body: `{"access_token":"t","expires_in":3600}`}, "", "", nil},
		"a withdrawn key": {
			canned{status: 400, kind: "application/json", body: `{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`},
			"", handover.FaultCredentialsRefused,
			says{`Secret "gcp": invalid_grant: Invalid JWT Signature. Put`},
		},
		"trouble":      {canned{status: 503}, "", handover.FaultUnfit, says{"503"}},
		"no token":     {canned{status: 200, kind: "application/json", body: `{}`}, "", handover.FaultUnfit, nil},
		"a user's key": {canned{}, `{"type":"authorized_user"}`, handover.FaultCredentialsRefused, says{"not the key of a service account"}},
		"no JSON":      {canned{}, `-----BEGIN`, handover.FaultCredentialsRefused, says{"it is not JSON"}},
		"the type alone": {
			canned{},
			`{"type":"service_account"}`, handover.FaultCredentialsRefused,
			says{`Secret "gcp": it has no client_email and no private_key. Put`},
		},
		"no private key": {
			canned{}, `{"type":"service_account","client_email":"a"}`, handover.FaultCredentialsRefused, says{": it has no private_key. Put"},
		},
		"no client email": {
			canned{}, `{"type":"service_account","private_key":"x"}`, handover.FaultCredentialsRefused, says{": it has no client_email. Put"},
		},
		"no key at all": {
			canned{},
			`{"type":"service_account","client_email":"a","private_key":"x"}`, handover.FaultCredentialsRefused,
			says{"its private key cannot be read"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(&test.answer)
			defer server.Close()
			if test.key == "" {
				test.key = googleKey(t, server.URL)
			}
			place := evidence(t, nil, map[string]string{handover.GCSFile: test.key}, handover.GCS("gcp"))
			token, refused := gcsSignIn(t.Context(), server.Client(), place, `Secret "gcp"`)
			if test.fault == "" {
				if refused != nil || token != "t" {
					t.Errorf("got %q, %+v", token, refused)
				}
				return
			}
			expect(t, refused, handover.SubjectStorage, test.fault, test.says...)
		})
	}
	closed := httptest.NewServer(&canned{})
	closed.Close()
	place := evidence(t, nil, map[string]string{handover.GCSFile: googleKey(t, closed.URL)}, handover.GCS("gcp"))
	_, refused := gcsSignIn(t.Context(), http.DefaultClient, place, `Secret "gcp"`)
	expect(t, refused, handover.SubjectStorage, handover.FaultUnreachable, closed.URL, "connection refused")
}

func TestGoogleAnswers(t *testing.T) {
	const listing = `{"kind":"storage#objects"}`
	said := `{"error":{"code":403,"message":"zot@p does not have storage.objects.list access.","errors":[{"reason":"REASON"}]}}`
	failure := func(reason string) string { return strings.ReplaceAll(said, "REASON", reason) }
	for name, test := range map[string]struct {
		answer canned
		from   string
		fault  handover.Fault
		says   says
	}{
		"listed":    {canned{status: 200, body: listing}, "k", "", nil},
		"no bucket": {canned{status: 404, body: failure("notFound")}, "k", handover.FaultNotFound, says{`no bucket "artifacts": notFound: zot@p`}},
		"no right": {
			canned{status: 403, body: failure("forbidden")}, "k", handover.FaultAccessDenied, says{"roles/storage.objectAdmin"},
		},
		"no account":          {canned{status: 401, body: failure("authError")}, "k", handover.FaultCredentialsRefused, nil},
		"nobody may not":      {canned{status: 401, body: failure("required")}, "", "", nil},
		"no bucket, nobody":   {canned{status: 404, body: failure("notFound")}, "", handover.FaultNotFound, nil},
		"trouble":             {canned{status: 503}, "k", handover.FaultUnfit, says{"503 Service Unavailable"}},
		"another kind of api": {canned{status: 200, body: `{}`}, "k", handover.FaultUnfit, nil},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(&test.answer)
			defer server.Close()
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			answered, err := ask(server.Client(), request)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, judgeGCS(answered, "artifacts", test.from), handover.SubjectStorage, test.fault, test.says...)
		})
	}
	if got := InspectGCS(t.Context(), evidence(t, s3Driver("http://s3"), nil)); got != nil {
		t.Errorf("looked at a bucket of Google's of a store on S3: %+v", got)
	}
}
