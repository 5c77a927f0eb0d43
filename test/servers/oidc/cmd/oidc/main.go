// Command oidc serves a realm as Keycloak would, for tests: see package oidc.
//
//	oidc --listen :8080 --realm realm.json [--cert tls.crt --key tls.key]
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/zot-artifact-store/operator/test/servers/oidc"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "oidc:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("oidc", flag.ContinueOnError)
	listen := flags.String("listen", ":8080", "the address to listen on")
	file := flags.String("realm", "", "a file with the realm: issuer, users and clients, in JSON")
	cert := flags.String("cert", "", "a file with the certificate; without it plain http is served")
	key := flags.String("key", "", "a file with its key")
	if err := flags.Parse(args); err != nil {
		return err
	}
	handler, err := load(*file)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	server := &http.Server{Addr: *listen, Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if *cert != "" {
		err = server.ListenAndServeTLS(*cert, *key)
	} else {
		err = server.ListenAndServe()
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func load(file string) (http.Handler, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the realm: %w", err)
	}
	var realm oidc.Realm
	if err := json.Unmarshal(data, &realm); err != nil {
		return nil, fmt.Errorf("read the realm: %w", err)
	}
	return oidc.New(realm)
}
