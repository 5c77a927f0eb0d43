package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/webhook"
)

// A replica that is told to end answers, and asks for another connection the next time.
func TestAReplicaThatEndsAsksForAnotherConnection(t *testing.T) {
	ending := make(chan struct{})
	mux := http.NewServeMux()
	server := drainingServer{Server: webhook.NewServer(webhook.Options{WebhookMux: mux}), ending: ending}
	server.Register("/ask", http.HandlerFunc(func(to http.ResponseWriter, _ *http.Request) { to.WriteHeader(http.StatusNoContent) }))
	ask := func() *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/ask", http.NoBody))
		return answer
	}
	if answer := ask(); answer.Code != http.StatusNoContent || answer.Header().Get("Connection") != "" {
		t.Errorf("at work: %d, %v", answer.Code, answer.Header())
	}
	close(ending)
	if answer := ask(); answer.Code != http.StatusNoContent || answer.Header().Get("Connection") != "close" {
		t.Errorf("at its end: %d, %v", answer.Code, answer.Header())
	}
}

func TestDrained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told, tell := context.WithCancel(context.Background())
		ctx := drained(told, drainTime)
		tell()
		time.Sleep(drainTime - time.Millisecond)
		if ctx.Err() != nil {
			t.Error("it ends too early")
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		if ctx.Err() == nil {
			t.Error("it does not end")
		}
	})
}
