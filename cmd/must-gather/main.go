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

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/zot-artifact-store/operator/cmd/must-gather/gather"
	"github.com/zot-artifact-store/operator/pkg/version"
)

// Where and since when oc wants it. It sets the variables by --since and --since-time.
const (
	defaultFolder = "/must-gather"
	sinceVariable = "MUST_GATHER_SINCE"
	timeVariable  = "MUST_GATHER_SINCE_TIME"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process: it gives the exit code.
func run(ctx context.Context, args []string, variable func(string) string, stdout, stderr io.Writer) int {
	const failed, misused = 1, 2
	options := gather.Options{Out: stdout}
	var tell bool
	flags := flag.NewFlagSet("gather", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&options.Folder, "dest-dir", defaultFolder, "folder to write into")
	flags.BoolVar(&tell, "version", false, "print the version")
	if err := flags.Parse(args); err != nil {
		return misused
	}
	if tell {
		_, _ = fmt.Fprintln(stdout, version.Version)
		return 0
	}
	err := since(&options, variable)
	if err == nil {
		options.Config, err = config(variable)
	}
	if err == nil {
		err = gather.Run(ctx, options)
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "gather:", err)
		return failed
	}
	return 0
}

func since(options *gather.Options, variable func(string) string) error {
	duration, moment := variable(sinceVariable), variable(timeVariable)
	if duration != "" {
		parsed, err := time.ParseDuration(duration)
		if err != nil || parsed <= 0 {
			return fmt.Errorf("%s is %q, which is no duration: write 5s, 2m or 3h", sinceVariable, duration)
		}
		options.Since = time.Now().Add(-parsed)
	}
	if moment != "" {
		parsed, err := time.Parse(time.RFC3339, moment)
		if err != nil {
			return fmt.Errorf("%s is %q, which is no time: write it as 2006-01-02T15:04:05Z", timeVariable, moment)
		}
		options.Since = parsed
	}
	return nil
}

// config is that of KUBECONFIG, or in a pod that of its service account.
func config(variable func(string) string) (*rest.Config, error) {
	if file := variable(clientcmd.RecommendedConfigPathEnvVar); file != "" {
		found, err := clientcmd.BuildConfigFromFlags("", file)
		if err != nil {
			return nil, fmt.Errorf("reading %s of KUBECONFIG: %w", file, err)
		}
		return found, nil
	}
	found, err := rest.InClusterConfig()
	if errors.Is(err, rest.ErrNotInCluster) {
		return nil, errors.New("this is no pod, and KUBECONFIG names no file: there is no cluster to look at")
	}
	return found, err
}
