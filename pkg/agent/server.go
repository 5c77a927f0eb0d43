package agent

import (
	"net/http"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// Server answers the operator and the kubelet. Anybody who reaches the pod may ask: there are hashes, verdicts, and problems,
// which name Secrets and their keys. Values of Secrets never are.
func (a *Agent) Server(address string) *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+handover.HealthPath, func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET "+handover.StatePath, a.serveState)
	const patience = 5 * time.Second
	return &http.Server{
		Addr:              address,
		Handler:           mux,
		ReadHeaderTimeout: patience,
		ReadTimeout:       patience,
		WriteTimeout:      patience,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    4 << 10,
	}
}

func (a *Agent) serveState(response http.ResponseWriter, _ *http.Request) {
	data, err := handover.EncodeState(a.State())
	if err != nil {
		http.Error(response, "the state cannot be encoded", http.StatusInternalServerError)
		return
	}
	response.Header().Set("Content-Type", "application/json")
	if _, err := response.Write(append(data, '\n')); err != nil {
		a.log.V(1).Info("Cannot answer", "error", err.Error())
	}
}
