// Command gcs is Google Cloud Storage for tests: fake-gcs-server behind TLS, and beside it the endpoint where a service account buys its
// tokens. It serves whatever name it is called by: DNS leads the names of Google to it, and its clients trust the authority of its
// certificate.
package main

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/fsouza/fake-gcs-server/fakestorage"
	"github.com/golang-jwt/jwt/v5"
)

const (
	grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	// token is what every account gets that proves itself.
	token         = "token-of-the-test"
	tokenLife     = time.Hour
	headerTimeout = 10 * time.Second
)

// settings are the command's flags.
type settings struct{ address, certificate, key, account, bucket, data string }

func main() {
	var s settings
	flag.StringVar(&s.address, "address", ":8443", "where to listen")
	flag.StringVar(&s.certificate, "certificate", "", "file with the certificate")
	flag.StringVar(&s.key, "key", "", "file with its key")
	flag.StringVar(&s.account, "account", "", "file with the key of the service account that may come in, as Google writes it")
	flag.StringVar(&s.bucket, "bucket", "artifacts", "bucket that is there")
	flag.StringVar(&s.data, "data", "", "folder of the buckets; empty: in memory")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := serve(ctx, s)
	stop()
	if err != nil {
		slog.Error("gcs", "error", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, s settings) error {
	account, err := readAccount(s.account)
	if err != nil {
		return err
	}
	storage, err := fakestorage.NewServerWithOptions(fakestorage.Options{
		NoListener: true, StorageRoot: s.data, ExternalURL: "https://www.googleapis.com",
	})
	if err != nil {
		return fmt.Errorf("open the storage: %w", err)
	}
	storage.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: s.bucket})
	server := &http.Server{
		Addr: s.address, Handler: account.guard(storage.HTTPHandler()), ReadHeaderTimeout: headerTimeout,
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	slog.Info("serving", "address", s.address, "account", account.Email, "bucket", s.bucket)
	if err := server.ListenAndServeTLS(s.certificate, s.key); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// account is a service account, and who may use it.
type account struct {
	Email      string `json:"client_email"`
	PrivateKey string `json:"private_key"`
	public     *rsa.PublicKey
}

func readAccount(file string) (*account, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the account: %w", err)
	}
	out := &account{}
	if err := json.Unmarshal(content, out); err != nil {
		return nil, fmt.Errorf("read the account %s: %w", file, err)
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(out.PrivateKey))
	if err != nil {
		return nil, fmt.Errorf("read the account %s: its private_key: %w", file, err)
	}
	out.public = &key.PublicKey
	return out, nil
}

// guard sells tokens at /token, and lets nobody else in without one.
func (a *account) guard(storage http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", a.sell)
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			refusal := map[string]any{"code": http.StatusUnauthorized, "message": "Invalid Credentials"}
			answer(w, http.StatusUnauthorized, map[string]any{"error": refusal})
			return
		}
		storage.ServeHTTP(w, r)
	})
	return mux
}

// sell answers as Google's token endpoint does (RFC 7523).
func (a *account) sell(w http.ResponseWriter, r *http.Request) {
	claims := jwt.RegisteredClaims{}
	_, err := jwt.ParseWithClaims(r.PostFormValue("assertion"), &claims, func(*jwt.Token) (any, error) { return a.public, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(a.Email))
	if r.PostFormValue("grant_type") != grantType || err != nil {
		refusal := fmt.Sprintf("Invalid JWT Signature: %v", err)
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": refusal})
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": int(tokenLife.Seconds())})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
