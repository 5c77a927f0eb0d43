// The authorities that are trusted are those that are compiled in, and those of the store's spec: the image has no others, and what a
// machine of a developer has must not make a difference.
//
//go:debug x509usefallbackroots=1
package main

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"golang.org/x/crypto/x509roots/fallback/bundle"

	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/mounted"
	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/serve"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
	"github.com/zot-artifact-store/operator/pkg/version"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	code := run(ctx, os.Args[1:], os.Getenv(s3gateway.ConfigEnv), os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process: it gives the exit code.
func run(ctx context.Context, arguments []string, document string, stderr io.Writer) int {
	const failed, misused = 1, 2
	options := serve.Options{Log: slog.New(slog.NewJSONHandler(stderr, nil))}
	var words string
	var tell bool
	flags := flag.NewFlagSet("s3-gateway", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&options.DataDir, "data-dir", s3gateway.DataDir, "the volume of objects")
	flags.StringVar(&options.Dirs.Secrets, "secrets-dir", s3gateway.SecretsDir, "directory of the mounted Secrets")
	flags.StringVar(&options.Dirs.ConfigMaps, "configmaps-dir", s3gateway.ConfigMapsDir, "directory of the mounted ConfigMaps")
	flags.StringVar(&options.RunDir, "run-dir", s3gateway.RunDir, "directory in memory")
	flags.StringVar(&options.Listen, "listen", ":"+strconv.Itoa(s3gateway.Port), "address of S3")
	flags.StringVar(&options.StatusListen, "status-listen", ":"+strconv.Itoa(s3gateway.StatusPort), "address of probes and figures")
	flags.StringVar(&words, "termination-log", handover.TerminationLog, "file for the last words")
	flags.BoolVar(&tell, "version", false, "print the version")
	if err := flags.Parse(arguments); err != nil {
		return misused
	}
	if tell {
		_, _ = fmt.Fprintln(stderr, version.Version)
		return 0
	}
	err := start(ctx, options, document)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, serve.ErrRotated):
		options.Log.Info(err.Error())
		return 0
	default:
		options.Log.Error("the S3 gateway has ended", "error", err)
		// The operator lifts them into the store's condition. Without the file there is the log.
		_ = os.WriteFile(words, []byte(err.Error()), 0o600)
		return failed
	}
}

func start(ctx context.Context, options serve.Options, document string) error {
	if document == "" {
		return fmt.Errorf("the environment has no %s: the operator writes it", s3gateway.ConfigEnv)
	}
	var err error
	if options.Config, err = s3gateway.Decode(document); err != nil {
		return err
	}
	if err := trust(options.Config, options.Dirs); err != nil {
		return err
	}
	return serve.Run(ctx, options)
}

// trust sets the authorities of the process.
func trust(config s3gateway.Config, dirs mounted.Dirs) error {
	pool := x509.NewCertPool()
	for root := range bundle.Roots() {
		certificate, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			return fmt.Errorf("read the public authorities: %w", err)
		}
		if root.Constraint == nil {
			pool.AddCert(certificate)
		} else {
			pool.AddCertWithConstraint(certificate, root.Constraint)
		}
	}
	if config.CA != nil {
		values, err := dirs.Values(handover.CA(config.CA.Secret, config.CA.ConfigMap))
		if err != nil {
			return err
		}
		if !pool.AppendCertsFromPEM([]byte(values[handover.PurposeCertificates])) {
			return errors.New("the bundle of authorities holds no certificate in PEM form")
		}
	}
	x509.SetFallbackRoots(pool)
	// The AWS SDK would take a bundle of its own from there, and fails with an HTTP client that is not its own.
	return os.Unsetenv("AWS_CA_BUNDLE")
}
