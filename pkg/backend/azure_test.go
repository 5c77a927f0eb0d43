package backend

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

const blobs = "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ContainerName=\"c\"/>"

func azureDriver(address string, more map[string]any) map[string]any {
	driver := map[string]any{"name": "azure", "accountname": "account", "container": "artifacts", "serviceurl": address}
	maps.Copy(driver, more)
	return map[string]any{"storageDriver": driver}
}

func TestAzureAnswers(t *testing.T) {
	key := map[string]any{
		"accountkey": base64.StdEncoding.EncodeToString([]byte("the key")), "credentials": map[string]any{"type": "shared_key"},
	}
	for name, test := range map[string]struct {
		answer canned
		nobody bool
		fault  handover.Fault
		says   says
	}{
		"listed": {canned{status: 200, body: blobs}, false, "", nil},
		"no container": {
			canned{status: 404, body: refusal("ContainerNotFound")},
			false, handover.FaultNotFound,
			says{`no container "artifacts": ContainerNotFound: The words of it. Create it`},
		},
		"being deleted": {canned{status: 409, body: refusal("ContainerBeingDeleted")}, false, handover.FaultNotFound, nil},
		"a wrong key": {
			canned{status: 403, body: refusal("AuthenticationFailed")}, false, handover.FaultCredentialsRefused, says{`Secret "azure"`},
		},
		"a wrong token": {canned{status: 401, body: refusal("InvalidAuthenticationInfo")}, false, handover.FaultCredentialsRefused, nil},
		"no role": {
			canned{status: 403, body: refusal("AuthorizationPermissionMismatch")},
			false, handover.FaultAccessDenied,
			says{"Storage Blob Data Contributor"},
		},
		"trouble":           {canned{status: 503, body: refusal("ServerBusy")}, false, handover.FaultUnfit, says{"ServerBusy"}},
		"a web page":        {canned{status: 200, body: "<html></html>"}, false, handover.FaultUnfit, nil},
		"nothing to nobody": {canned{status: 404, body: refusal("ResourceNotFound")}, true, "", nil},
		"trouble, nobody":   {canned{status: 500}, true, handover.FaultUnfit, nil},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(&test.answer)
			defer server.Close()
			place := evidence(t, azureDriver(server.URL+"/account", key), nil, handover.Azure("azure"))
			if test.nobody {
				place = evidence(t, azureDriver(server.URL+"/account", nil), nil)
			}
			got := InspectAzure(t.Context(), place)
			expect(t, got, handover.SubjectStorage, test.fault, test.says...)
			if strings.Contains(got.Message, "RequestId") || strings.Contains(got.Message, "the key") {
				t.Errorf("the message: %s", got.Message)
			}
			asked := test.answer.asked
			if asked.URL.Path != "/account/artifacts" || (asked.Header.Get("Authorization") == "") != test.nobody {
				t.Errorf("asked for %s with %q", asked.URL, asked.Header.Get("Authorization"))
			}
		})
	}
}

func TestAzureConnections(t *testing.T) {
	closed := httptest.NewServer(&canned{})
	closed.Close()
	encrypted := httptest.NewTLSServer(&canned{status: 200, body: blobs})
	defer encrypted.Close()
	got := InspectAzure(t.Context(), evidence(t, azureDriver(closed.URL, nil), nil))
	expect(t, got, handover.SubjectStorage, handover.FaultUnreachable, "connection refused", `container "artifacts"`)
	got = InspectAzure(t.Context(), evidence(t, azureDriver(encrypted.URL, nil), nil))
	expect(t, got, handover.SubjectStorage, handover.FaultNotTrusted, "unknown authority")
	own := map[string]string{handover.CAFile: authority(encrypted)}
	expect(t, InspectAzure(t.Context(), evidence(t, azureDriver(encrypted.URL, nil), own)), handover.SubjectStorage, "")
	if got := InspectAzure(t.Context(), evidence(t, s3Driver(closed.URL), nil)); got != nil {
		t.Errorf("looked at a container of a store on S3: %+v", got)
	}
}

// The example of Azure's own documentation has another version of the protocol and other headers; what is signed has its form.
func TestSharedKey(t *testing.T) {
	request, err := http.NewRequest(http.MethodGet, "http://host/account/artifacts?restype=container&comp=list", http.NoBody) //nolint:noctx // not sent
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Ms-Version", "2019-02-02")
	request.Header.Set("X-Ms-Date", "Sun, 29 Nov 2026 12:00:00 GMT")
	first := SharedKey(request, "account", []byte("key"))
	request.URL.RawQuery = "comp=list&restype=container"
	if again := SharedKey(request, "account", []byte("key")); again != first {
		t.Error("the order of parameters makes another signature")
	}
	request.Header.Set("X-Ms-Date", "Sun, 29 Nov 2026 12:00:01 GMT")
	if later := SharedKey(request, "account", []byte("key")); later == first {
		t.Error("the date is not signed")
	}
}

func TestAzureAddresses(t *testing.T) {
	for realm, want := range map[string][2]string{
		"":                       {"https://account.blob.core.windows.net", "https://login.microsoftonline.com/"},
		"core.usgovcloudapi.net": {"https://account.blob.core.usgovcloudapi.net", "https://login.microsoftonline.us/"},
		"core.chinacloudapi.cn":  {"https://account.blob.core.chinacloudapi.cn", "https://login.partner.microsoftonline.cn/"},
		"local.azurestack.io":    {"https://account.blob.local.azurestack.io", "https://login.microsoftonline.com/"},
	} {
		found, err := containerOf(map[string]any{"accountname": "account", "realm": realm}, agent.Evidence{})
		if err != nil || found.service.String() != want[0] || found.authority != want[1] {
			t.Errorf("%q: got %s, %s, %v", realm, found.service, found.authority, err)
		}
	}
}

func TestAzureServicePrincipals(t *testing.T) {
	for name, test := range map[string]struct {
		answer canned
		fault  handover.Fault
		says   says
	}{
		"known": {canned{status: 200, kind: "application/json", body: `{"access_token":"t","token_type":"Bearer"}`}, "", nil},
		"a wrong secret": {
			canned{status: 401, kind: "application/json", body: `{"error":"invalid_client","error_description":` +
				`"AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 17"}`},
			handover.FaultCredentialsRefused,
			says{`Secret "azure": invalid_client: AADSTS7000215: Invalid client secret provided. Put`},
		},
		"trouble":     {canned{status: 500, kind: "application/json", body: `{"error":"server_error"}`}, handover.FaultUnfit, says{"server_error"}},
		"no token":    {canned{status: 200, kind: "application/json", body: `{}`}, handover.FaultUnfit, nil},
		"a web page":  {canned{status: 200, kind: "text/html", body: `<html>`}, handover.FaultUnfit, nil},
		"not found":   {canned{status: 404}, handover.FaultCredentialsRefused, says{"404 Not Found"}},
		"bad request": {canned{status: 400, body: "x"}, handover.FaultCredentialsRefused, nil},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(&test.answer)
			defer server.Close()
			c := container{
				service: &url.URL{Scheme: "https", Host: "blob.example.com"}, authority: server.URL + "/",
				tenant: "tenant", client: "client", password: "the password", origin: `Secret "azure"`,
			}
			token, refused := c.signIn(t.Context(), server.Client())
			if test.answer.asked.URL.Path != "/tenant/oauth2/v2.0/token" {
				t.Errorf("asked for %s", test.answer.asked.URL)
			}
			if test.fault == "" {
				request, err := c.request(t.Context(), token, time.Now())
				if refused != nil || err != nil || request.Header.Get("Authorization") != "Bearer t" {
					t.Errorf("got %v, %v, %v", refused, err, request)
				}
				return
			}
			expect(t, refused, handover.SubjectStorage, test.fault, test.says...)
			if strings.Contains(refused.Message, "the password") || strings.Contains(refused.Message, "Trace") {
				t.Errorf("the message: %s", refused.Message)
			}
		})
	}
}
