package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/s3api"

	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/mounted"
	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/objects"
	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/people"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// Options are what the gateway runs with. All but Log, Users and Ready come from the operator.
type Options struct {
	Config s3gateway.Config
	// DataDir is the volume, with Config.Filesystem.
	DataDir string
	// Dirs are where Secrets and ConfigMaps are mounted.
	Dirs mounted.Dirs
	// RunDir is a folder in memory for the certificate and its key.
	RunDir string
	// Listen and StatusListen are the addresses of S3 and of the gateway's state.
	Listen, StatusListen string
	Log                  *slog.Logger
	// Users are accounts beside the root keys, and the admin API of versitygw with them; nil for neither.
	Users auth.IAMService
	// Ready is called when S3 is served; nil for nobody.
	Ready func()
}

// ErrRotated says that the gateway has ended to be started again, with other keys.
var ErrRotated = errors.New("a mounted Secret or ConfigMap has changed: the gateway starts anew with it")

const (
	maxConnections = 10000
	maxRequests    = 2000
	// maxParts is S3's own number of parts of an upload.
	maxParts = 10000
	// look is how often what is mounted is read again: a few kilobytes in memory.
	look = 2 * time.Second
)

// Run serves until the context ends (nil), keys have changed (ErrRotated), or something fails. While a Secret or a ConfigMap is missing it
// waits and says so to whoever asks for its state: it goes on within seconds when that is mended, which a container that ends and is
// started again with growing pauses would not.
func Run(ctx context.Context, options Options) error {
	state := newState(options.Config)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	status, err := net.Listen("tcp", options.StatusListen)
	if err != nil {
		return fmt.Errorf("listen for probes: %w", err)
	}
	var tasks sync.WaitGroup
	defer tasks.Wait()
	defer cancel(nil) // before the wait
	tasks.Go(func() { cancel(state.serve(ctx, status)) })

	prepared, err := await(ctx, options, state)
	if err != nil || prepared == nil {
		return err
	}
	state.backend.Store(&prepared.backend)
	tasks.Go(func() { cancel(prepared.watch.run(ctx)) })
	err = embedgw.RunVersityGW(ctx, prepared.backend, gateway(options, state, prepared))
	if cause := context.Cause(ctx); errors.Is(cause, ErrRotated) || err == nil && cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// inputs are what a gateway makes of what is mounted.
type inputs struct {
	root    map[handover.Purpose]string
	backend backend.Backend
	watch   *watch
	// people is nil where nobody can sign in.
	people *people.Service
}

// await prepares, again and again while something is missing. It gives nil when the context ends before.
func await(ctx context.Context, options Options, state *state) (*inputs, error) {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for {
		prepared, err := prepare(ctx, options, state)
		if !errors.Is(err, mounted.ErrMissing) {
			return prepared, err
		}
		if state.tell(err) {
			options.Log.Warn("waiting", "for", err)
		}
		select {
		case <-ctx.Done():
			return nil, nil
		case <-ticker.C:
		}
	}
}

func prepare(ctx context.Context, options Options, state *state) (*inputs, error) {
	root, err := options.Dirs.Values(options.Config.Root())
	if err != nil {
		return nil, err
	}
	watch, err := newWatch(options)
	if err != nil {
		return nil, err
	}
	be, err := objects.Open(ctx, options.Config, options.DataDir, options.Dirs, state.refused.Inc)
	if err != nil {
		return nil, err
	}
	out := &inputs{root: root, backend: be, watch: watch}
	if signIn := options.Config.SignIn; signIn != nil {
		out.people, err = people.NewService(ctx, *signIn, root[handover.PurposeAccessKey], root[handover.PurposeSecretKey],
			options.Log, state.signedIn)
		if err != nil {
			return nil, err
		}
		out.backend = out.people.Shown(be)
	}
	return out, nil
}

// gateway is versitygw's configuration.
func gateway(options Options, state *state, prepared *inputs) *embedgw.Config {
	config := &embedgw.Config{
		RootUserAccess: prepared.root[handover.PurposeAccessKey], RootUserSecret: prepared.root[handover.PurposeSecretKey],
		Region: options.Config.Region, Ports: []string{options.Listen},
		MaxConnections: maxConnections, MaxRequests: maxRequests, MultipartMaxParts: maxParts,
		CertFile: prepared.watch.certFile, KeyFile: prepared.watch.keyFile, SigHup: prepared.watch.renewed,
		Quiet: true, KeepAlive: true, IAMService: accounts(options, prepared),
		S3Options: []s3api.Option{s3api.WithMiddleware("/", state.count), s3api.WithOnListen(func() {
			state.serving.Store(true)
			options.Log.Info("serving S3", "address", options.Listen, "tls", prepared.watch.certFile != "")
			if options.Ready != nil {
				options.Ready()
			}
		})},
	}
	if service := prepared.people; service != nil {
		config.S3Options = append(config.S3Options, s3api.WithRoute(http.MethodPost, "/", state.count, service.Serve))
	}
	if options.Users == nil {
		closeAdmin(config)
	}
	return config
}

// runs counts the gateways of this process.
var runs atomic.Uint32

// closeAdmin takes versitygw's admin API from the network: there are no users for it to manage, and root has S3. It must be somewhere, so
// it gets a socket without a file that nothing of the pod knows.
func closeAdmin(config *embedgw.Config) {
	config.AdminPorts = []string{fmt.Sprintf("@s3-gateway-%d-%d", os.Getpid(), runs.Add(1))}
	config.AdminMaxConnections, config.AdminMaxRequests = 1, 1
}
