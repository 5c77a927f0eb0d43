package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"

	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/people"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

const (
	// checkTimeout is how long the storage may take to answer a probe.
	checkTimeout = 5 * time.Second
	// farewell is how long the state is served after the end began.
	farewell = time.Second
)

// state is what probes and Prometheus see of the gateway.
type state struct {
	config  s3gateway.Config
	backend atomic.Pointer[backend.Backend]
	// missing is what the gateway waits for before it serves.
	missing atomic.Pointer[string]
	// serving is true from when S3 is served.
	serving  atomic.Bool
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	received prometheus.Counter
	refused  prometheus.Counter
	signIns  *prometheus.CounterVec
}

func newState(config s3gateway.Config) *state {
	s := &state{
		config:   config,
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "s3_gateway_requests_total", Help: "Requests that were answered, by method and status.",
		}, []string{"method", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "s3_gateway_request_seconds", Help: "Time until the answer began, by method.",
			Buckets: prometheus.ExponentialBuckets(0.005, 4, 8),
		}, []string{"method"}),
		received: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "s3_gateway_received_bytes_total", Help: "Bytes of bodies of requests, as their headers tell.",
		}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "s3_gateway_uploads_refused_total", Help: "Uploads that were refused as larger than the largest upload.",
		}),
		signIns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "s3_gateway_sign_ins_total", Help: "Requests for keys: given, refused, or failed without the provider.",
		}, []string{"outcome"}),
	}
	if config.SignIn != nil {
		s.registry.MustRegister(s.signIns)
	}
	s.registry.MustRegister(s.requests, s.seconds, s.received, s.refused, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "s3_gateway_max_upload_bytes", Help: "The size of the largest object that is taken.",
		}, func() float64 { return float64(config.MaxUploadSize) }))
	return s
}

// signedIn counts requests for keys.
func (s *state) signedIn(outcome people.Outcome) { s.signIns.WithLabelValues(string(outcome)).Inc() }

// count is before every request for S3.
func (s *state) count(ctx fiber.Ctx) error {
	begin, method := time.Now(), ctx.Method()
	if length := ctx.Request().Header.ContentLength(); length > 0 {
		s.received.Add(float64(length))
	}
	err := ctx.Next()
	s.seconds.WithLabelValues(method).Observe(time.Since(begin).Seconds())
	s.requests.WithLabelValues(method, strconv.Itoa(status(ctx, err))).Inc()
	return err
}

// status is what the client is answered. An error becomes an answer only after this has returned.
func status(ctx fiber.Ctx, err error) int {
	var answer s3err.S3Error
	var routing *fiber.Error
	switch {
	case err == nil:
		return ctx.Response().StatusCode()
	case errors.As(err, &answer):
		return answer.StatusCode()
	case errors.As(err, &routing):
		return routing.Code
	default:
		return http.StatusInternalServerError
	}
}

// tell says what the gateway waits for. It is true if that is news.
func (s *state) tell(err error) bool {
	text := err.Error()
	before := s.missing.Swap(&text)
	return before == nil || *before != text
}

// ready gives what keeps the gateway from serving.
func (s *state) ready(ctx context.Context) error {
	if s.serving.Load() {
		return s.check(ctx)
	}
	if missing := s.missing.Load(); missing != nil {
		return errors.New(*missing)
	}
	return errors.New("S3 is not served yet")
}

// serve answers probes and Prometheus until the context ends.
func (s *state) serve(ctx context.Context, listener net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+s3gateway.LivePath, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok\n")
	})
	mux.HandleFunc("GET "+s3gateway.ReadyPath, func(w http.ResponseWriter, r *http.Request) {
		if err := s.ready(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ok\n")
	})
	mux.Handle("GET "+s3gateway.MetricsPath, promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: checkTimeout}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve probes: %w", err)
	case <-ctx.Done():
	}
	// The context of the process is over; the last probes are still answered.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	_ = server.Shutdown(end)
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve probes: %w", err)
	}
	return nil
}
