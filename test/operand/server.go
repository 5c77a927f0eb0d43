package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/distribution/distribution/v3/configuration"
	"github.com/distribution/distribution/v3/registry/handlers"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/azure"      // storage driver
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem" // storage driver
	_ "github.com/distribution/distribution/v3/registry/storage/driver/gcs"        // storage driver
	_ "github.com/distribution/distribution/v3/registry/storage/driver/s3-aws"     // storage driver
	"github.com/docker/go-metrics"
)

const pageLimit = 1000

// server is the registry behind zot's gate.
type server struct {
	app      *handlers.App
	gate     atomic.Pointer[gate]
	mux      *http.ServeMux
	registry http.Handler
}

// newServer opens the storage that the configuration names.
func newServer(ctx context.Context, config *Config) (*server, error) {
	distribution, err := distributionConfig(config)
	if err != nil {
		return nil, err
	}
	app, err := newApp(ctx, distribution)
	if err != nil {
		return nil, fmt.Errorf("opening the storage: %w", err)
	}
	s := &server{app: app, registry: app, mux: http.NewServeMux()}
	s.apply(config)
	for _, probe := range []string{"/livez", "/readyz", "/startupz"} {
		s.mux.HandleFunc(probe, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) })
	}
	if path := config.metricsPath(); path != "" {
		s.mux.HandleFunc(path, s.serveMetrics)
	}
	s.mux.HandleFunc("/v2/", s.serveRegistry)
	s.mux.HandleFunc("/v2/_catalog", s.serveCatalog)
	return s, nil
}

// distributionConfig says in Distribution's words what zot's configuration says.
func distributionConfig(config *Config) (*configuration.Configuration, error) {
	if config.Storage.RootDirectory == "" {
		return nil, errors.New("storage.rootDirectory is missing: zot needs it with every storage")
	}
	out := &configuration.Configuration{}
	out.HTTP.RelativeURLs = true
	out.HTTP.Secret = rand.Text()
	out.Catalog.MaxEntries, out.Tags.MaxTags = pageLimit, pageLimit
	out.Validation.Disabled = true // Distribution refuses an index whose images it does not hold
	out.Storage = configuration.Storage{
		"delete":   {"enabled": true},
		"redirect": {"disable": true},
	}
	if config.Storage.StorageDriver == nil {
		if err := os.MkdirAll(config.Storage.RootDirectory, 0o700); err != nil {
			return nil, fmt.Errorf("making storage.rootDirectory: %w", err)
		}
		out.Storage["filesystem"] = configuration.Parameters{"rootdirectory": config.Storage.RootDirectory}
		return out, nil
	}
	parameters := configuration.Parameters{}
	maps.Copy(parameters, config.Storage.StorageDriver)
	name, _ := parameters["name"].(string)
	delete(parameters, "name")
	if _, set := parameters["rootdirectory"]; !set && name != "s3" {
		parameters["rootdirectory"] = "/zot" // zot's default for azure and gcs
	}
	out.Storage[drivers[name]] = parameters
	return out, nil
}

// newApp turns the panics by which Distribution reports a bad storage into errors.
func newApp(ctx context.Context, config *configuration.Configuration) (app *handlers.App, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%v", cause)
		}
	}()
	return handlers.NewApp(ctx, config), nil
}

// apply takes over what zot reloads and the stand-in honours: the access rules.
func (s *server) apply(config *Config) {
	s.gate.Store(&gate{rules: config.HTTP.AccessControl, signIn: config.HTTP.Auth.signsIn()})
}

func (s *server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	if !s.gate.Load().allowsMetrics() {
		refuse(w)
		return
	}
	metrics.Handler().ServeHTTP(w, r)
}

func (s *server) serveRegistry(w http.ResponseWriter, r *http.Request) {
	gate := s.gate.Load()
	if gate.open() {
		s.registry.ServeHTTP(w, r)
		return
	}
	repository, action := wanted(r, func() bool { return s.holds(r) })
	allowed := gate.allows(repository, action)
	if repository == "" {
		allowed = r.URL.Path == "/v2/" && gate.anonymousPing()
	}
	if !allowed {
		refuse(w)
		return
	}
	s.registry.ServeHTTP(w, r)
}

// serveCatalog shows the repositories that the client may read.
func (s *server) serveCatalog(w http.ResponseWriter, r *http.Request) {
	gate := s.gate.Load()
	if !gate.anonymousPing() {
		refuse(w)
		return
	}
	answer := httptest.NewRecorder()
	s.registry.ServeHTTP(answer, r)
	var catalog struct {
		Repositories []string `json:"repositories"`
	}
	body := answer.Body.Bytes()
	if answer.Code == http.StatusOK && json.Unmarshal(body, &catalog) == nil {
		catalog.Repositories = slices.DeleteFunc(catalog.Repositories, func(name string) bool {
			return !gate.allows(name, actionRead)
		})
		body, _ = json.Marshal(catalog)
	}
	maps.Copy(w.Header(), answer.Header())
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body)
}

// holds asks the registry itself whether the manifest of a PUT is there.
func (s *server) holds(put *http.Request) bool {
	head, err := http.NewRequestWithContext(put.Context(), http.MethodHead, put.URL.Path, nil)
	if err != nil {
		return false
	}
	head.Header.Set("Accept", "*/*")
	answer := httptest.NewRecorder()
	s.registry.ServeHTTP(answer, head)
	return answer.Code == http.StatusOK
}

func refuse(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Basic realm="Authorization Required"`)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.Write([]byte(`{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`))
}

// listen opens address and port, with TLS where the configuration says so.
func listen(config *Config) (net.Listener, error) {
	host, port := config.HTTP.Address, config.HTTP.Port
	if host == "" {
		host = "127.0.0.1"
	}
	if port == "" {
		port = "8080"
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("opening http.address and http.port: %w", err)
	}
	files := config.HTTP.TLS
	if files == nil || files.Cert == "" {
		return listener, nil
	}
	// The pair is read for each connection: a renewed certificate is picked up, as zot does.
	load := func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
		return &pair, err
	}
	secure := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: load, ClientAuth: tls.VerifyClientCertIfGiven}
	if _, err := load(nil); err != nil {
		return nil, fmt.Errorf("reading http.tls: %w", errors.Join(err, listener.Close()))
	}
	if files.CACert != "" {
		authority, err := os.ReadFile(files.CACert)
		if err != nil {
			return nil, fmt.Errorf("reading http.tls.cacert: %w", errors.Join(err, listener.Close()))
		}
		secure.ClientCAs = x509.NewCertPool()
		secure.ClientCAs.AppendCertsFromPEM(authority)
	}
	return tls.NewListener(listener, secure), nil
}

// httpServer carries the timeouts of the configuration; without one zot's own default of a minute holds.
func httpServer(config *Config, handler http.Handler) *http.Server {
	timeout := func(d *Duration) time.Duration {
		if d == nil {
			return time.Minute
		}
		return d.Duration
	}
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ReadTimeout:       timeout(config.HTTP.ReadTimeout),
		WriteTimeout:      timeout(config.HTTP.WriteTimeout),
	}
}
