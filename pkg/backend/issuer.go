package backend

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// discoveryPath is below the issuer, see OpenID Connect Discovery 1.0, section 4.
const discoveryPath = "/.well-known/openid-configuration"

// InspectIssuer reads the discovery document of the provider with which people sign in, as zot does at its start
// (http.auth.openid.providers.oidc.issuer). The address of the document, and what it says of itself, must be the same to the letter.
func InspectIssuer(ctx context.Context, evidence agent.Evidence) *handover.Check {
	issuer := evidence.Issuer
	if issuer == "" {
		return nil
	}
	what := fmt.Sprintf("Nobody can sign in with Keycloak at %s", issuer)
	response, err := discover(ctx, evidence)
	if err != nil {
		fault, words := connection(err)
		remedy := "Look at the host and the port in spec.extensions.rbac.keycloak.url, whether the server runs, and whether a " +
			"NetworkPolicy lets the pods reach it."
		if fault == handover.FaultNotTrusted {
			remedy = "Put the certificate of its authority into spec.caBundle, or mend the server's certificate."
		}
		return check(handover.SubjectIssuer, fault, what, words, remedy)
	}
	defer func() { _ = response.Body.Close() }()
	return judgeDiscovery(response, issuer, what)
}

func discover(ctx context.Context, evidence agent.Evidence) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(evidence.Issuer, "/")+discoveryPath, http.NoBody)
	if err != nil {
		return nil, err
	}
	caller, err := client(evidence)
	if err != nil {
		return nil, err
	}
	// zot follows redirects here.
	caller.CheckRedirect = nil
	return caller.Do(request)
}

func judgeDiscovery(response *http.Response, issuer, what string) *handover.Check {
	unfit := func(why, remedy string) *handover.Check {
		return check(handover.SubjectIssuer, handover.FaultUnfit, what, why, remedy)
	}
	status := fmt.Sprintf("%d %s", response.StatusCode, http.StatusText(response.StatusCode))
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		fault, words := connection(err)
		return check(handover.SubjectIssuer, fault, what, words, "Look whether the server runs.")
	}
	switch {
	case response.StatusCode == http.StatusNotFound:
		return check(handover.SubjectIssuer, handover.FaultNotFound, what, "the server has no such realm; "+errorOf(body, status),
			"Write the realm as Keycloak calls it to spec.extensions.rbac.keycloak.realm, and to url what is before /realms: of Keycloak "+
				"before version 17 it ends in /auth.")
	case response.StatusCode != http.StatusOK:
		return unfit("it answers "+errorOf(body, status), "Look at the server's log; a proxy before it may be in the way.")
	}
	var document struct {
		Issuer string `json:"issuer"`
	}
	if json.Unmarshal(body, &document) != nil || document.Issuer == "" {
		return unfit("its answer is no discovery document of OpenID Connect",
			"Look whether spec.extensions.rbac.keycloak.url is that of a Keycloak.")
	}
	if document.Issuer != issuer {
		return unfit(fmt.Sprintf("it calls itself %s, and tokens of that name are not taken", line(document.Issuer)),
			"Make both the same: write its address to spec.extensions.rbac.keycloak.url, or set Keycloak's hostname (KC_HOSTNAME).")
	}
	return check(handover.SubjectIssuer, "", "", "", "")
}

// errorOf gives Keycloak's own words, or the status of HTTP.
func errorOf(body []byte, status string) string {
	var said struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &said) != nil || said.Error == "" {
		return status
	}
	if said.Description == "" {
		return line(said.Error)
	}
	return line(said.Error + ": " + said.Description)
}
