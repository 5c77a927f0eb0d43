package outside

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// tokenLife is longer than any test.
const tokenLife = time.Hour

// Identity gives the variables by which a cloud tells a pod that it is somebody without a Secret: pod identity of Amazon's clusters, the
// metadata server of Google's, workload identity of Azure's. All of them are asked on the pod's own address or through the proxy.
func Identity(t *testing.T) []string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /amazon", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{
			"AccessKeyId": S3Key, "SecretAccessKey": S3Secret, "Expiration": time.Now().Add(tokenLife).UTC().Format(time.RFC3339),
		})
	})
	mux.HandleFunc("/computeMetadata/v1/", metadata)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return []string{
		"AWS_CONTAINER_CREDENTIALS_FULL_URI=" + server.URL + "/amazon",
		"GCE_METADATA_HOST=" + strings.TrimPrefix(server.URL, "http://"),
		"AZURE_AUTHORITY_HOST=https://login.microsoftonline.com/", "AZURE_TENANT_ID=" + AzureTenant, "AZURE_CLIENT_ID=" + AzureClient,
		"AZURE_FEDERATED_TOKEN_FILE=" + file(t, "token", serviceAccountToken),
	}
}

// metadata is that of a machine of Google's.
func metadata(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Metadata-Flavor", "Google")
	switch path := strings.TrimPrefix(r.URL.Path, "/computeMetadata/v1/"); {
	case strings.HasSuffix(path, "/token"):
		answer(w, http.StatusOK, map[string]any{
			"access_token": GoogleToken, "token_type": "Bearer", "expires_in": int(tokenLife.Seconds()),
		})
	case path == "universe/universe-domain":
		_, _ = fmt.Fprint(w, "googleapis.com")
	case path == "project/project-id":
		_, _ = fmt.Fprint(w, "test")
	case strings.HasSuffix(path, "/email"):
		_, _ = fmt.Fprint(w, "zot@test.iam.gserviceaccount.com")
	default:
		http.NotFound(w, r)
	}
}

// A principal of Azure, and the token of a ServiceAccount that stands for it.
const (
	AzureTenant = "0f0f0f0f-0000-4000-8000-000000000003"
	AzureClient = "0f0f0f0f-0000-4000-8000-000000000004"
	AzureSecret = "the secret of the principal"

	serviceAccountToken = "token of a ServiceAccount"
)

// LoginHosts are where principals of Azure's clouds sign in.
var LoginHosts = []string{"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"}

// Login signs in the one principal, as Microsoft's endpoints of that name do.
func Login() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /common/discovery/instance", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusOK, map[string]any{
			"tenant_discovery_endpoint": "https://" + r.Host + "/" + AzureTenant + "/v2.0/.well-known/openid-configuration",
			"metadata":                  []any{},
		})
	})
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		base := "https://" + r.Host + "/" + r.PathValue("tenant")
		answer(w, http.StatusOK, map[string]any{
			"token_endpoint":         base + "/oauth2/v2.0/token",
			"authorization_endpoint": base + "/oauth2/v2.0/authorize",
			"issuer":                 base + "/v2.0",
		})
	})
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", sell)
	return mux
}

// sell gives a token to the principal alone. The refusals are in Microsoft's words.
func sell(w http.ResponseWriter, r *http.Request) {
	refuse := func(code, words string) {
		answer(w, http.StatusUnauthorized, map[string]any{"error": code, "error_description": words})
	}
	given := r.PostFormValue
	switch {
	case r.PathValue("tenant") != AzureTenant:
		refuse("invalid_request", "AADSTS90002: Tenant '"+r.PathValue("tenant")+"' not found.")
	case given("client_id") != AzureClient:
		refuse("unauthorized_client", "AADSTS700016: Application with identifier '"+given("client_id")+"' was not found in the directory.")
	case given("client_secret") != AzureSecret && given("client_assertion") != serviceAccountToken:
		refuse("invalid_client", "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is "+
			"the client secret value, not the client secret ID.")
	default:
		now := time.Now()
		answer(w, http.StatusOK, map[string]any{
			"token_type": "Bearer", "expires_in": int(tokenLife.Seconds()), "access_token": token(map[string]any{
				"aud": "https://storage.azure.com", "iss": "https://sts.windows.net/" + AzureTenant + "/",
				"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(tokenLife).Unix(),
			}),
		})
	}
}

// token has the form of a JSON Web Token. Nobody checks its signature.
func token(claims map[string]any) string {
	part := func(value map[string]any) string {
		data, _ := json.Marshal(value) // Maps of texts and numbers can always be written.
		return base64.RawURLEncoding.EncodeToString(data)
	}
	signed := part(map[string]any{"alg": "RS256", "typ": "JWT"}) + "." + part(claims)
	sum := sha256.Sum256([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(sum[:])
}

// Realm tells where people sign in with a provider, which is all that zot asks at its start. Nobody can.
func Realm(issuer string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(issuer+"/.well-known/openid-configuration", r.URL.Path) {
			answer(w, http.StatusNotFound, map[string]any{"error": "Realm does not exist"})
			return
		}
		base := issuer + "/protocol/openid-connect/"
		answer(w, http.StatusOK, map[string]any{
			"issuer": issuer, "authorization_endpoint": base + "auth", "token_endpoint": base + "token", "jwks_uri": base + "certs",
			"userinfo_endpoint": base + "userinfo", "response_types_supported": []string{"code"},
			"subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
