package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
)

// assets is the variable that names the folder of the servers' binaries.
const assets = "KUBEBUILDER_ASSETS"

// options of a run.
type options struct {
	// manager is the operator's binary, folder takes its log and others, result is the file of the figures.
	manager, folder, result string
	// first and then further stores are created.
	first, further int
	// idle is how long nothing is asked of the operator.
	idle time.Duration
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	o, err := parse(args, out)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The libraries' own log is of no interest; errors are returned.
	ctrl.SetLogger(logr.Discard())
	return bench(ctx, o, out)
}

func parse(args []string, out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.manager, "manager", "", "the operator's binary")
	flags.StringVar(&o.folder, "folder", "_out/bench", "folder for logs; emptied at the start")
	flags.StringVar(&o.result, "result", "_out/bench.json", "file for the figures")
	flags.IntVar(&o.first, "stores", 50, "stores that are created at once, after one alone")
	flags.IntVar(&o.further, "further", 149, "stores that are created at once after that; 0: none")
	flags.DurationVar(&o.idle, "idle", 2*time.Minute, "how long nothing is asked of the operator")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	switch {
	case os.Getenv(assets) == "":
		return options{}, fmt.Errorf("%s is not set: it names the folder that holds etcd, kube-apiserver and kube-controller-manager; "+
			"`make bench` sets it", assets)
	case o.manager == "":
		return options{}, errors.New("-manager is missing: it names the operator's binary; `make bench` builds one")
	case o.first < 1 || o.further < 0:
		return options{}, errors.New("-stores must be at least 1, -further at least 0")
	}
	return o, nil
}
