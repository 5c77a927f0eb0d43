package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// agents answers as the config agents of pods, each at an address of its own.
type agents struct {
	mutex   sync.Mutex
	last    int
	servers []*http.Server
	// asked counts by address since the last reset.
	asked map[string]int
}

func newAgents() *agents { return &agents{asked: map[string]int{}} }

// serve starts an agent that says that it has applied these documents, and gives its address.
func (a *agents) serve(ctx context.Context, state handover.State) (string, error) {
	answer, err := handover.EncodeState(state)
	if err != nil {
		return "", fmt.Errorf("start an agent: %w", err)
	}
	listener, ip, err := a.listen(ctx)
	if err != nil {
		return "", fmt.Errorf("start an agent: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+handover.StatePath, func(w http.ResponseWriter, _ *http.Request) {
		a.mutex.Lock()
		a.asked[ip]++
		a.mutex.Unlock()
		_, _ = w.Write(answer)
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	a.mutex.Lock()
	a.servers = append(a.servers, server)
	a.mutex.Unlock()
	// It ends with stop, and that is the only error.
	go func() { _ = server.Serve(listener) }()
	return ip, nil
}

// listen takes the next address of this machine that is free: all of 127.0.0.0/8 is its own.
func (a *agents) listen(ctx context.Context) (net.Listener, string, error) {
	for {
		a.mutex.Lock()
		a.last++
		number := a.last
		a.mutex.Unlock()
		ip := net.IPv4(127, 80, byte(number>>8), byte(number)).String()
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(ip, strconv.Itoa(handover.Port)))
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) || number > 1<<14 {
			return listener, ip, err
		}
	}
}

// reset begins to count anew.
func (a *agents) reset() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	clear(a.asked)
}

// count says how many agents were asked since the reset, and how often.
func (a *agents) count() (asked, questions int) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for _, times := range a.asked {
		questions += times
	}
	return len(a.asked), questions
}

func (a *agents) stop() error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	var errs []error
	for _, server := range a.servers {
		errs = append(errs, server.Close())
	}
	return errors.Join(errs...)
}
