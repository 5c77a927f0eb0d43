package backend

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// realm serves the discovery document of a realm that calls itself like this, or by its own address if that is empty.
func realm(name string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /realms/zot/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		scheme := "http://"
		if r.TLS != nil {
			scheme = "https://"
		}
		issuer := name
		if issuer == "" {
			issuer = scheme + r.Host + "/realms/zot"
		}
		_, _ = w.Write([]byte(`{"issuer":"` + issuer + `","jwks_uri":"x"}`))
	})
	mux.HandleFunc("/realms/", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"error":"Realm does not exist"}`))
	})
	return mux
}

func TestInspectIssuer(t *testing.T) {
	plain, private := httptest.NewServer(realm("")), httptest.NewTLSServer(realm(""))
	t.Cleanup(plain.Close)
	t.Cleanup(private.Close)
	trusted := map[string]string{handover.CAFile: authority(private)}
	serve := func(handler http.Handler) string {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		return server.URL + "/realms/zot"
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := "http://" + listener.Addr().String() + "/realms/zot"
	_ = listener.Close()
	for name, tc := range map[string]struct {
		issuer string
		files  map[string]string
		fault  handover.Fault
		words  []string
	}{
		"fine":                          {plain.URL + "/realms/zot", nil, "", nil},
		"fine, of an authority of ours": {private.URL + "/realms/zot", trusted, "", nil},
		"moved": {
			serve(http.RedirectHandler(plain.URL+"/realms/zot/.well-known/openid-configuration", http.StatusFound)), nil, handover.FaultUnfit,
			[]string{"it calls itself " + plain.URL},
		},
		"of an unknown authority": {private.URL + "/realms/zot", nil, handover.FaultNotTrusted, []string{private.URL, "spec.caBundle"}},
		"another host": {
			strings.Replace(private.URL, "127.0.0.1", "localhost", 1) + "/realms/zot", trusted, handover.FaultNotTrusted, []string{"localhost"},
		},
		"nobody listens": {gone, nil, handover.FaultUnreachable, []string{"connection refused", "keycloak.url", "NetworkPolicy"}},
		"no such host":   {"http://keycloak.invalid/realms/zot", nil, handover.FaultUnreachable, []string{"keycloak.invalid cannot be resolved"}},
		"no such realm":  {plain.URL + "/realms/other", nil, handover.FaultNotFound, []string{"Realm does not exist", "keycloak.realm"}},
		"no Keycloak":    {serve(http.NotFoundHandler()), nil, handover.FaultNotFound, []string{"404 Not Found", "/auth"}},
		"another name":   {serve(realm("https://sso.example.com/realms/zot")), nil, handover.FaultUnfit, []string{"https://sso.example.com/realms/zot", "KC_HOSTNAME"}},
		"a page":         {serve(&canned{status: 200, body: "<html>"}), nil, handover.FaultUnfit, []string{"no discovery document"}},
		"not a realm's":  {serve(&canned{status: 200, body: "{}"}), nil, handover.FaultUnfit, []string{"no discovery document"}},
		"a server in trouble": {
			serve(&canned{status: 503, body: `{"error":"unknown_error","error_description":"For more on this error."}`}), nil, handover.FaultUnfit,
			[]string{"unknown_error: For more on this error"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			given := evidence(t, nil, tc.files)
			given.Issuer = tc.issuer
			got := InspectIssuer(t.Context(), given)
			expect(t, got, handover.SubjectIssuer, tc.fault, tc.words...)
			if again := InspectIssuer(t.Context(), given); again == nil || *again != *got {
				t.Errorf("the message is another one each time: %+v, %+v", got, again)
			}
		})
	}
	if got := InspectIssuer(t.Context(), agent.Evidence{}); got != nil {
		t.Errorf("without sign-in: %+v", got)
	}
}
