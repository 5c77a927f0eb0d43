package backend

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// exchange asks for a token (RFC 6749). Without one it gives the fault, and the server's own words.
func exchange(
	ctx context.Context, caller *http.Client, address string, form url.Values,
) (token string, fault handover.Fault, words string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", handover.FaultCredentialsRefused, "the address at which it signs in is no URL"
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := caller.Do(request)
	if err != nil {
		fault, words = connection(err)
		return "", fault, words
	}
	defer func() { _ = response.Body.Close() }()
	var said struct {
		Token       string `json:"access_token"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	// What is no JSON has no words; the status of HTTP speaks for it.
	_ = json.NewDecoder(io.LimitReader(response.Body, longestAnswer)).Decode(&said)
	answered := answer{status: response.StatusCode, code: said.Error, words: line(said.Description)}
	switch {
	case response.StatusCode == http.StatusOK && said.Token != "":
		return said.Token, "", ""
	case response.StatusCode < http.StatusBadRequest:
		return "", handover.FaultUnfit, "it gives no token"
	case response.StatusCode >= http.StatusInternalServerError:
		return "", handover.FaultUnfit, answered.said()
	default:
		return "", handover.FaultCredentialsRefused, answered.said()
	}
}
