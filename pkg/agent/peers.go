package agent

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// HTTPPeers asks the other members by their Services.
type HTTPPeers struct {
	client *http.Client
	// port is where their agents listen.
	port string
}

// stateLimit bounds an answer, in bytes.
const stateLimit = 64 << 10

// NewHTTPPeers makes peers. Questions last as long as their contexts.
func NewHTTPPeers() HTTPPeers {
	return HTTPPeers{port: strconv.Itoa(handover.Port), client: &http.Client{
		Transport: &http.Transport{
			Proxy: nil, DisableKeepAlives: true,
			// Whether zot serves is asked as the kubelet does, which does not look at the certificate.
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // nothing is sent, and no answer but "ready" read
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Serves implements Peers.
func (p HTTPPeers) Serves(ctx context.Context, address string, secure bool) bool {
	scheme := "http"
	if secure {
		scheme = "https"
	}
	_, err := p.get(ctx, scheme+"://"+address+"/readyz")
	return err == nil
}

// State implements Peers.
func (p HTTPPeers) State(ctx context.Context, address string) (handover.State, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return handover.State{}, fmt.Errorf("address of a member: %w", err)
	}
	body, err := p.get(ctx, "http://"+net.JoinHostPort(host, p.port)+handover.StatePath)
	if err != nil {
		return handover.State{}, err
	}
	return handover.DecodeState(body)
}

func (p HTTPPeers) get(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("ask a member: %w", err)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask a member: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask a member: it answered %s", response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, stateLimit))
	if err != nil {
		return nil, fmt.Errorf("ask a member: %w", err)
	}
	return body, nil
}
