package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/go-logr/zapr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/zot-artifact-store/operator/pkg/version"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "manager:", err)
		os.Exit(1)
	}
}

func run() error {
	options, err := parse(flag.NewFlagSet(os.Args[0], flag.ContinueOnError), os.Args[1:], os.Getenv)
	if err != nil {
		return err
	}
	config := zap.NewProductionConfig()
	config.Level = zap.NewAtomicLevelAt(zapcore.Level(-options.verbosity))
	config.EncoderConfig.EncodeTime = zapcore.RFC3339TimeEncoder
	config.Sampling = nil
	logger, err := config.Build()
	if err != nil {
		return fmt.Errorf("set up logging: %w", err)
	}
	ctrl.SetLogger(zapr.NewLogger(logger))
	ctrl.Log.Info("starting", "version", version.Version, "agentImage", options.agentImage, "zotImage", options.zotImage)
	return start(ctrl.SetupSignalHandler(), ctrl.GetConfigOrDie(), options)
}
