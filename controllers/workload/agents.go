package workload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// HTTPAgents asks agents over the pod network.
type HTTPAgents struct{ client *http.Client }

// stateLimit bounds an answer, in bytes.
const stateLimit = 64 << 10

// NewHTTPAgents makes agents that answer within two seconds or count as silent.
func NewHTTPAgents() *HTTPAgents {
	return &HTTPAgents{client: component.PodClient(2 * time.Second)}
}

// State asks the agent of a pod.
func (a *HTTPAgents) State(ctx context.Context, pod *corev1.Pod) (handover.State, error) {
	address := url.URL{
		Scheme: "http", Host: net.JoinHostPort(pod.Status.PodIP, strconv.Itoa(handover.Port)), Path: handover.StatePath,
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return handover.State{}, fmt.Errorf("ask the agent: %w", err)
	}
	response, err := a.client.Do(request)
	if err != nil {
		return handover.State{}, plain(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return handover.State{}, fmt.Errorf("the agent answered %s", response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, stateLimit))
	if err != nil {
		return handover.State{}, plain(err)
	}
	return handover.DecodeState(body)
}

// plain drops addresses from an error: its text ends in a condition and must not change from try to try.
func plain(err error) error {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return errors.New("no answer within 2 s")
	}
	return errors.New("no connection")
}
