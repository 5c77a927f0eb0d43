package extensions

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// Gateways asks an S3 gateway what keeps it from serving.
type Gateways interface {
	// Problem gives its words, empty if it serves. The error is for no answer.
	Problem(ctx context.Context, address string) (string, error)
}

// HTTPGateways asks over the pod network.
type HTTPGateways struct{ client *http.Client }

const (
	// askTimeout is longer than a gateway waits for its storage.
	askTimeout = 7 * time.Second
	// answerLimit bounds an answer, in bytes.
	answerLimit = 2 << 10
)

// NewHTTPGateways makes gateways that answer in time or count as silent.
func NewHTTPGateways() *HTTPGateways {
	return &HTTPGateways{client: component.PodClient(askTimeout)}
}

// Problem asks the pod of that address.
func (g *HTTPGateways) Problem(ctx context.Context, address string) (string, error) {
	target := url.URL{Scheme: "http", Host: net.JoinHostPort(address, strconv.Itoa(s3gateway.StatusPort)), Path: s3gateway.ReadyPath}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return "", fmt.Errorf("ask the S3 gateway: %w", err)
	}
	response, err := g.client.Do(request)
	if err != nil {
		return "", errors.New("the S3 gateway does not answer")
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	switch {
	case err != nil:
		return "", errors.New("the S3 gateway does not answer")
	case response.StatusCode == http.StatusOK:
		return "", nil
	case response.StatusCode == http.StatusServiceUnavailable:
		return strings.TrimSpace(string(body)), nil
	default:
		return "", fmt.Errorf("the S3 gateway answered %s", response.Status)
	}
}
