package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"

	"github.com/go-logr/logr"
	"github.com/go-logr/zapr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	// The authorities of the public web: the agent's image has no file of them.
	_ "golang.org/x/crypto/x509roots/fallback"

	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/backend"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/version"
)

// The agent runs in every store's pod, so it trades a little processor time for a small memory. An own GOGC or GOMEMLIMIT in
// the environment wins.
const (
	collectAt   = 20
	memoryLimit = 24 << 20
)

const usage = `usage: config-agent init|run|version [flags]

  init      write zot's configuration and credentials once
  run       keep them up to date, and answer at /state and /healthz
  version   print the version and the formats that are supported
`

func main() {
	saveMemory()
	// The kubelet ends the agent with SIGTERM; it has nothing to finish.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func saveMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
}

// run is main without the process: it gives the exit code.
func run(ctx context.Context, arguments []string, stdout, stderr io.Writer) int {
	const failed, misused = 1, 2
	if len(arguments) == 0 {
		_, _ = fmt.Fprint(stderr, usage)
		return misused
	}
	layout := agent.PodLayout()
	var listen string
	flags := flag.NewFlagSet("config-agent "+arguments[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&layout.BootDir, "boot-dir", layout.BootDir, "directory of "+handover.BootFile)
	flags.StringVar(&layout.LiveDir, "live-dir", layout.LiveDir, "directory of "+handover.LiveFile)
	flags.StringVar(&layout.SecretsDir, "secrets-dir", layout.SecretsDir, "directory of the mounted Secrets")
	flags.StringVar(&layout.ConfigMapsDir, "configmaps-dir", layout.ConfigMapsDir, "directory of the mounted ConfigMaps")
	flags.StringVar(&layout.RunDir, "run-dir", layout.RunDir, "directory that zot reads")
	flags.StringVar(&layout.DataDir, "data-dir", layout.DataDir, "directory in which zot keeps what it trusts")
	flags.StringVar(&layout.TerminationLog, "termination-log", layout.TerminationLog, "file for the termination message")
	flags.StringVar(&listen, "listen", ":"+strconv.Itoa(handover.Port), "address of /state and /healthz")
	if err := flags.Parse(arguments[1:]); err != nil {
		return misused
	}
	log := newLogger(stderr)
	beside := agent.New(agent.Options{
		Layout: layout, Processes: agent.SharedPIDs{}, Log: log,
		Peers: agent.NewHTTPPeers(),
		Inspections: []agent.Inspection{
			agent.InspectCertificate, backend.InspectS3, backend.InspectAzure, backend.InspectGCS, backend.InspectRedis,
		},
		Provider: backend.InspectIssuer,
	})
	var err error
	switch arguments[0] {
	case handover.InitArg:
		err = beside.Init(ctx)
	case handover.RunArg:
		log.Info("Starting", "version", version.Version, "listen", listen, "formats", handover.SupportedFormats())
		err = serve(ctx, beside, listen)
	case "version":
		_, err = fmt.Fprintf(stdout, "config-agent %s, %s, reads formats %v\n",
			version.Version, runtime.Version(), handover.SupportedFormats())
	default:
		_, _ = fmt.Fprint(stderr, usage)
		return misused
	}
	if err != nil {
		log.Error(err, "config-agent "+arguments[0]+" failed")
		return failed
	}
	return 0
}

// serve runs the agent and its endpoint until the context ends or the endpoint fails.
func serve(ctx context.Context, beside *agent.Agent, address string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen for the operator: %w", err)
	}
	server := beside.Server(address)
	served := make(chan error, 1)
	go func() {
		served <- server.Serve(listener)
		stop()
	}()
	beside.Run(ctx)
	// Whoever asks just now may ask the next agent: the pod shall not wait.
	closed := server.Close()
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the state: %w", err)
	}
	if closed != nil {
		return fmt.Errorf("close the endpoint: %w", closed)
	}
	return nil
}

// newLogger writes JSON lines like the operator's. Stack traces would only make an expected problem look like a crash.
func newLogger(to io.Writer) logr.Logger {
	config := zap.NewProductionEncoderConfig()
	config.EncodeTime = zapcore.ISO8601TimeEncoder
	core := zapcore.NewCore(zapcore.NewJSONEncoder(config), zapcore.Lock(zapcore.AddSync(to)), zap.InfoLevel)
	return zapr.NewLogger(zap.New(core))
}
