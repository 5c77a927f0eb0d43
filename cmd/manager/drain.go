package main

import (
	"context"
	"net/http"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/webhook"
)

// drainTime is how long a replica that is told to stop still answers admission requests. Its pod is no endpoint of the Service from then
// on, but nodes learn that within a second or two, and the API server's open connections lead here for longer.
const drainTime = 5 * time.Second

// drainingServer tells callers to come with a new connection when the process is about to end. Without it the API server sends a
// request on a connection that ends at this moment, and refuses somebody's store: upgrades would not go unnoticed.
type drainingServer struct {
	webhook.Server

	ending <-chan struct{}
}

// Register adds a webhook at a path.
func (s drainingServer) Register(path string, hook http.Handler) {
	s.Server.Register(path, http.HandlerFunc(func(to http.ResponseWriter, request *http.Request) {
		select {
		case <-s.ending:
			// With HTTP/2, too: Go's server then says GOAWAY after the answer.
			to.Header().Set("Connection", "close")
		default:
		}
		hook.ServeHTTP(to, request)
	}))
}

// drained gives a context that ends so much later than the other one.
func drained(ctx context.Context, after time.Duration) context.Context {
	later, end := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		<-ctx.Done()
		time.Sleep(after)
		end()
	}()
	return later
}
