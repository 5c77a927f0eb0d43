package pod

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// Starts counts how often zot was started.
func (p *Pod) Starts() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.starts
}

// Serving fails the test if zot has ended by itself, or was ended.
func (p *Pod) Serving() {
	p.t.Helper()
	if starts := p.Starts(); starts > p.rolls {
		p.t.Fatalf("zot was started %d times in %d pods:\n%s", starts, p.rolls, p.log.Tail())
	}
}

// Serves is true when zot says so.
func (p *Pod) Serves() bool { return p.Status(http.MethodGet, "/readyz") == http.StatusOK }

// Log is what zot has written.
func (p *Pod) Log() string { return p.log.String() }

// State is the config agent's, the zero state if it does not answer.
func (p *Pod) State() handover.State {
	response, err := p.ask(http.MethodGet, "http://"+p.agentAt+handover.StatePath)
	if err != nil {
		return handover.State{}
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return handover.State{}
	}
	state, err := handover.DecodeState(body)
	p.must(err)
	return state
}

// Eventually waits for something, and says how long. It fails the test if it does not come.
func (p *Pod) Eventually(what string, condition func() bool) time.Duration {
	p.t.Helper()
	began := time.Now()
	for ; time.Since(began) < p.Patience; time.Sleep(20 * time.Millisecond) {
		if condition() {
			return time.Since(began)
		}
	}
	p.t.Fatalf("waited %s in vain: %s\nthe config agent says %+v", p.Patience, what, p.State())
	return 0
}

// Status is that of the registry's answer to somebody who does not sign in, zero if there is none.
func (p *Pod) Status(method, path string) int {
	response, err := p.ask(method, p.URL()+path)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return response.StatusCode
}

// Body is that of the registry's answer.
func (p *Pod) Body(path string) []byte {
	p.t.Helper()
	response, err := p.ask(http.MethodGet, p.URL()+path)
	p.must(err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	p.must(err)
	return body
}

// URL is the address of the registry.
func (p *Pod) URL() string {
	if p.secure {
		return "https://" + p.address
	}
	return "http://" + p.address
}

func (p *Pod) ask(method, address string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(p.t.Context(), 10*time.Second)
	request, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	p.must(err)
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // asked is whether zot serves, not who it is
	}}
	response, err := client.Do(request)
	if err != nil {
		cancel()
		return nil, err
	}
	response.Body = closing{response.Body, cancel}
	return response, nil
}

// closing ends the request with its answer.
type closing struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (c closing) Close() error {
	defer c.cancel()
	return c.ReadCloser.Close()
}
