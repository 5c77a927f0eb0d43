package outside

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Proxy is the way to every host that a store calls by HTTP, plain or over TLS, which it ends with a certificate of its authority. What
// is asked of a host goes to the server that the test has put there, as it came: the name by which it was called, too. Loopback is
// called without it, as programs do.
type Proxy struct {
	authority *Authority
	address   string
	inner     handed

	mutex   sync.Mutex
	servers map[string]http.Handler
	pairs   map[string]*tls.Certificate
	unknown []string
}

// NewProxy starts one that knows no host.
func NewProxy(t *testing.T, authority *Authority) *Proxy {
	t.Helper()
	p := &Proxy{
		authority: authority, inner: handed{conns: make(chan net.Conn), ended: make(chan struct{})},
		servers: map[string]http.Handler{}, pairs: map[string]*tls.Certificate{},
	}
	quiet := log.New(io.Discard, "", 0)
	// What comes out of TLS is served like what came without.
	within := &http.Server{
		Handler: http.HandlerFunc(p.serve), ReadHeaderTimeout: Patience, ErrorLog: quiet, ConnContext: withCalled,
	}
	go func() { _ = within.Serve(p.inner) }()
	front := httptest.NewUnstartedServer(http.HandlerFunc(p.accept))
	front.Config.ErrorLog = quiet
	front.Start()
	p.address = front.Listener.Addr().String()
	t.Cleanup(func() {
		close(p.inner.ended)
		_ = within.Close()
		front.CloseClientConnections()
		front.Close()
	})
	return p
}

// Lead puts a server at a host, whatever the port.
func (p *Proxy) Lead(host string, to http.Handler) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.servers[strings.ToLower(host)] = to
}

// Unknown are the hosts that were called and at which nobody is.
func (p *Proxy) Unknown() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.unknown)
}

// URL is where it listens.
func (p *Proxy) URL() string { return "http://" + p.address }

// Environment are the variables that lead programs here.
func (p *Proxy) Environment() []string {
	to := p.URL()
	return []string{"HTTP_PROXY=" + to, "HTTPS_PROXY=" + to, "http_proxy=" + to, "https_proxy=" + to, "NO_PROXY=", "no_proxy="}
}

// accept opens TLS where that is asked for.
func (p *Proxy) accept(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		p.serve(w, r)
		return
	}
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if _, err := io.WriteString(connection, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = connection.Close()
		return
	}
	to := connected{Conn: connection, host: hostname(r.Host)}
	secured := tls.Server(to, &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return p.pair(to.host) },
	})
	select {
	case p.inner.conns <- secured:
	case <-p.inner.ended:
		_ = connection.Close()
	}
}

func (p *Proxy) pair(host string) (*tls.Certificate, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if known, ok := p.pairs[host]; ok {
		return known, nil
	}
	made, err := p.authority.pair(host)
	if err == nil {
		p.pairs[host] = made
	}
	return made, err
}

func (p *Proxy) serve(w http.ResponseWriter, r *http.Request) {
	host, ok := r.Context().Value(calledKey{}).(string)
	if !ok {
		host = hostname(r.URL.Host)
	}
	p.mutex.Lock()
	to := p.servers[host]
	if to == nil && !slices.Contains(p.unknown, host) {
		p.unknown = append(p.unknown, host)
	}
	p.mutex.Unlock()
	if to == nil {
		http.Error(w, "nobody is at "+host, http.StatusBadGateway)
		return
	}
	to.ServeHTTP(w, r)
}

// connected is a connection to a host.
type connected struct {
	net.Conn
	host string
}

type calledKey struct{}

// withCalled notes to which host a connection goes. The header does not always say it: Amazon's library writes IPv6 addresses without
// brackets.
func withCalled(ctx context.Context, connection net.Conn) context.Context {
	if secured, ok := connection.(*tls.Conn); ok {
		if to, ok := secured.NetConn().(connected); ok {
			return context.WithValue(ctx, calledKey{}, to.host)
		}
	}
	return ctx
}

// hostname is a host without its port, as it is looked up.
func hostname(host string) string {
	return strings.ToLower((&url.URL{Host: host}).Hostname())
}

// At is the server at an address on loopback, plain or over TLS. A server that goes by the name by which it is called may need another
// one than the client has used.
func At(address string, secure bool, name func(called string) string) http.Handler {
	target := &url.URL{Scheme: "http", Host: address}
	if secure {
		target.Scheme = "https"
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			if name != nil {
				r.Out.Host = name(r.In.Host)
			}
		},
		Transport: &http.Transport{
			Proxy: nil, DisableCompression: true, IdleConnTimeout: time.Second,
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // it has just been started by the test
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
}

// handed is a listener of connections that somebody else has accepted.
type handed struct {
	conns chan net.Conn
	ended chan struct{}
}

// Accept implements net.Listener.
func (h handed) Accept() (net.Conn, error) {
	select {
	case connection := <-h.conns:
		return connection, nil
	case <-h.ended:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (h handed) Close() error { return nil }

// Addr implements net.Listener.
func (h handed) Addr() net.Addr { return &net.TCPAddr{} }
