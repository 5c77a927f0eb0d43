package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/sirupsen/logrus"
)

const (
	standIn = "stand-in, not zot: the CNCF Distribution registry v3.1.1, started from zot's configuration"
	usage   = "usage: operand serve <config.json> | operand verify <config.json> | operand --version"
	// drain is short because zot's is: it ends open connections after a fifth of a second.
	drain = 200 * time.Millisecond
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	log := newLog(out, slog.LevelInfo)
	switch {
	case len(args) == 1 && (args[0] == "--version" || args[0] == "-v"):
		log.Info("version", "commit", "", "binary-type", "stand-in", "note", standIn)
		return nil
	case len(args) == 2 && args[0] == "verify":
		if _, err := readConfig(args[1]); err != nil {
			log.Error("config file is not valid", "error", err)
			return err
		}
		log.Info("config file is valid", "config", args[1], "note", standIn)
		return nil
	case len(args) == 2 && args[0] == "serve":
		log.Warn(standIn)
		err := serve(ctx, args[1], out)
		if err != nil {
			log.Error("cannot serve, exiting", "error", err)
		}
		return err
	}
	return errors.New(usage)
}

// serve runs until the context ends, which is what a signal does.
func serve(ctx context.Context, path string, out io.Writer) error {
	config, err := readConfig(path)
	if err != nil {
		return err
	}
	log := newLog(out, logLevel(config.Log.Level))
	server, err := newServer(ctx, config)
	if err != nil {
		return err
	}
	defer func() { _ = server.app.Shutdown() }()
	if err := watch(ctx, path, log, server.apply); err != nil {
		return err
	}
	listener, err := listen(config)
	if err != nil {
		return err
	}
	web := httpServer(config, server.mux)
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	log.Info("serving", "address", listener.Addr().String(), "rootDirectory", config.Storage.RootDirectory)
	select {
	case err := <-failed:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	log.Info("received signal, ending")
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := web.Shutdown(grace); err != nil && !errors.Is(err, http.ErrServerClosed) {
		_ = web.Close()
	}
	return nil
}

// newLog writes zot's line format and makes Distribution's own logger follow it.
func newLog(out io.Writer, level slog.Level) *slog.Logger {
	logrus.SetOutput(out)
	logrus.SetFormatter(&logrus.JSONFormatter{FieldMap: logrus.FieldMap{logrus.FieldKeyMsg: "message"}})
	logrus.SetLevel(logrus.WarnLevel)
	if level <= slog.LevelDebug {
		logrus.SetLevel(logrus.InfoLevel)
	}
	names := map[slog.Level]string{slog.LevelDebug: "debug", slog.LevelInfo: "info", slog.LevelWarn: "warn", slog.LevelError: "error"}
	return slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.MessageKey:
				a.Key = "message"
			case slog.LevelKey:
				if level, ok := a.Value.Any().(slog.Level); ok {
					a.Value = slog.StringValue(names[level])
				}
			}
			return a
		},
	}))
}

func logLevel(name string) slog.Level {
	switch name {
	case "trace", "debug", "":
		return slog.LevelDebug
	case "warn", "warning":
		return slog.LevelWarn
	case "error", "fatal", "panic":
		return slog.LevelError
	}
	return slog.LevelInfo
}
