package pod

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/validation"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
)

// patience is how long a test waits for what takes a second on an idle machine.
const patience = time.Minute

// Pod is the pod of a store.
type Pod struct {
	t      *testing.T
	binary string
	root   string
	name   string
	port   int32
	secure bool

	boot  []byte
	agent *agent.Agent
	stop  context.CancelFunc
	done  chan struct{}

	process *exec.Cmd
	ended   chan struct{}
	starts  int

	// member is the name of the pod, where the store has several, and variables are those of zot that the operator sets beside the
	// ones that every store has.
	member    string
	variables []string
}

// New makes the folders of a pod in which nothing runs yet. Without zot it skips the test.
func New(t *testing.T, store string) *Pod {
	t.Helper()
	binary := os.Getenv("ZOT_BIN")
	if binary == "" {
		t.Skip("needs the real zot: set ZOT_BIN to its binary")
	}
	p := &Pod{t: t, binary: binary, root: t.TempDir(), name: store, port: freePort(t)}
	for _, dir := range []string{"boot", "live", "secrets", "configmaps", "run", "data"} {
		p.must(os.Mkdir(filepath.Join(p.root, dir), 0o700))
	}
	t.Cleanup(p.end)
	return p
}

// Address is host and port of the registry.
func (p *Pod) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(int(p.port))) }

// Starts counts how often zot was started.
func (p *Pod) Starts() int { return p.starts }

// Data is the folder of the store's volume.
func (p *Pod) Data() string { return filepath.Join(p.root, "data") }

// Secret writes the user's Secret, as the kubelet mounts it.
func (p *Pod) Secret(name string, content map[string]string) { p.volume("secrets", name, content) }

// ConfigMap is Secret for a ConfigMap.
func (p *Pod) ConfigMap(name string, content map[string]string) {
	p.volume("configmaps", name, content)
}

func (p *Pod) volume(kind, name string, content map[string]string) {
	p.t.Helper()
	dir := filepath.Join(p.root, kind, name)
	p.must(os.MkdirAll(dir, 0o700))
	for key, value := range content {
		p.must(os.WriteFile(filepath.Join(dir, key), []byte(value), 0o600))
	}
}

// Apply gives the pod what the operator renders for the spec: the first time it starts; later, what is live is changed, and what is not
// makes a new pod on the same volume. It waits until the config agent has put it in place, and says whether that took a new pod.
func (p *Pod) Apply(spec v1alpha1.ZotArtifactStoreSpec) (rolled bool) {
	p.t.Helper()
	spec = *spec.DeepCopy()
	if spec.HTTP == nil {
		spec.HTTP = &v1alpha1.HTTPSpec{}
	}
	spec.HTTP.Port = &p.port
	store := &v1alpha1.ZotArtifactStore{Spec: spec}
	store.Name, store.Namespace = p.name, "team-a"
	if errs := validation.Validate(validation.Input{New: store}); len(errs) > 0 {
		p.t.Fatalf("admission refuses the store: %v", errs.ToAggregate())
	}
	documents, err := zotconfig.Render(
		zotconfig.Store{Namespace: store.Namespace, Name: store.Name}, defaults.Effective(spec, defaults.Upstream()))
	p.must(err)
	boot, live := p.moved(documents.Boot), p.moved(documents.Live)
	rolled = !bytes.Equal(boot, p.boot)
	p.secure = defaults.TLSOn(spec)
	if defaults.SignInOn(spec) {
		p.Secret(names.SessionKeys(p.name), map[string]string{
			handover.SessionHashKey: strings.Repeat("h", 64), handover.SessionEncryptKey: strings.Repeat("e", 32),
		})
	}
	if rolled {
		p.end()
		p.boot = boot
		p.must(os.RemoveAll(filepath.Join(p.root, "run")))
		p.must(os.Mkdir(filepath.Join(p.root, "run"), 0o700))
		p.must(os.WriteFile(filepath.Join(p.root, "boot", handover.BootFile), boot, 0o600))
	}
	p.must(os.WriteFile(filepath.Join(p.root, "live", handover.LiveFile), live, 0o600))
	if rolled {
		p.begin()
	}
	want := handover.Hash(live)
	p.Eventually("the config agent has applied the change", func() bool {
		state := p.agent.State()
		return state.Applied && state.Live == want
	})
	return rolled
}

// moved puts our folders into the place of the pod's.
func (p *Pod) moved(document []byte) []byte {
	for from, to := range map[string]string{
		handover.RunDir: filepath.Join(p.root, "run"), handover.DataDir: filepath.Join(p.root, "data"), `"0.0.0.0"`: `"127.0.0.1"`,
	} {
		document = bytes.ReplaceAll(document, []byte(from), []byte(to))
	}
	return document
}

func (p *Pod) layout() agent.Layout {
	at := func(name string) string { return filepath.Join(p.root, name) }
	return agent.Layout{
		BootDir: at("boot"), LiveDir: at("live"), SecretsDir: at("secrets"), ConfigMapsDir: at("configmaps"), RunDir: at("run"),
		DataDir: at("data"), TerminationLog: at("termination-log"), Pod: p.member,
	}
}

// begin does what the kubelet does: the init container, then zot and the agent.
func (p *Pod) begin() {
	p.t.Helper()
	options := agent.Options{Layout: p.layout(), Processes: agent.SharedPIDs{}, Log: logr.Discard(), Interval: 100 * time.Millisecond}
	if err := agent.New(options).Init(p.t.Context()); err != nil {
		p.t.Fatalf("the config agent does not let zot start: %v", err)
	}
	p.serve()
	beside := agent.New(options)
	ctx, stop := context.WithCancel(p.t.Context())
	done := make(chan struct{})
	go func() {
		beside.Run(ctx)
		close(done)
	}()
	p.agent, p.stop, p.done = beside, stop, done
	p.Eventually("zot serves", func() bool { return p.answer("/readyz") == http.StatusOK })
}

func (p *Pod) serve() {
	p.t.Helper()
	process := exec.Command(p.binary, "serve", filepath.Join(p.root, "run", handover.ConfigFile))
	log, err := os.OpenFile(filepath.Join(p.root, "zot.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	p.must(err)
	defer func() { _ = log.Close() }()
	process.Stdout, process.Stderr = log, log
	process.Env = append(os.Environ(), handover.CAEnv+"="+filepath.Join(p.root, "run", "ca"))
	process.Env = append(process.Env, p.variables...)
	p.must(process.Start())
	ended := make(chan struct{})
	go func() {
		_ = process.Wait()
		close(ended)
	}()
	p.process, p.ended = process, ended
	p.starts++
}

// end ends everything that runs.
func (p *Pod) end() {
	if p.stop != nil {
		p.stop()
		<-p.done
		p.stop = nil
	}
	if p.process != nil {
		_ = p.process.Process.Signal(syscall.SIGKILL)
		<-p.ended
		p.process = nil
	}
}

// Serving fails the test if zot has ended by itself, or was ended.
func (p *Pod) Serving() {
	p.t.Helper()
	select {
	case <-p.ended:
		p.t.Fatalf("zot has ended:\n%s", p.Log())
	default:
	}
	if restarts := p.agent.State().ZotRestarts; restarts > 0 {
		p.t.Fatalf("the config agent has ended zot %d times", restarts)
	}
}

// Log is what zot has written.
func (p *Pod) Log() string {
	log, err := os.ReadFile(filepath.Join(p.root, "zot.log"))
	if err != nil {
		return err.Error()
	}
	return string(log)
}

// State is the config agent's.
func (p *Pod) State() handover.State { return p.agent.State() }

// Eventually waits for something, and fails the test with zot's log if it does not come.
func (p *Pod) Eventually(what string, condition func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if condition() {
			return
		}
	}
	state := handover.State{}
	if p.agent != nil {
		state = p.agent.State()
	}
	p.t.Fatalf("waited %s in vain: %s\nthe config agent says %+v\nzot's log ends\n%s", patience, what, state, tail(p.Log()))
}

func tail(log string) string {
	const enough = 8 << 10
	return log[max(0, len(log)-enough):]
}

// answer is the status of an answer to somebody who does not sign in, zero if there is none.
func (p *Pod) answer(path string) int {
	ctx, cancel := context.WithTimeout(p.t.Context(), 5*time.Second)
	defer cancel()
	scheme := "http://"
	if p.secure {
		scheme = "https://"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+p.Address()+path, http.NoBody)
	p.must(err)
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // asked is whether zot serves, not who it is
	}}
	response, err := client.Do(request)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func (p *Pod) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func freePort(t *testing.T) int32 {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return int32(listener.Addr().(*net.TCPAddr).Port) //nolint:errcheck,gosec // a TCP listener's, and ports fit
}
