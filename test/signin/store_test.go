package signin

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
)

// store is a store's pod, as processes.
type store struct {
	t    *testing.T
	name string
	root string
	spec v1alpha1.ZotArtifactStoreSpec
	// address is zot's host and port, agent the config agent's.
	address, agent string
	authority      *authority

	mutex sync.Mutex
	// zot is the process that runs, nil between two.
	zot *os.Process
	// starts is how often zot was started.
	starts int
}

// built is the folder of what is built for the tests, empty as long as nothing is.
var built string

// agentBinary is built once for all tests.
var agentBinary = sync.OnceValues(func() (string, error) {
	var err error
	if built, err = os.MkdirTemp("", "signin"); err != nil {
		return "", err
	}
	binary := filepath.Join(built, "config-agent")
	command := exec.Command("go", "build", "-o", binary, "./cmd/config-agent")
	command.Dir = filepath.Join("..", "..")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the agent: %w: %s", err, output)
	}
	return binary, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

func zotBinary(t *testing.T) string {
	t.Helper()
	binary := os.Getenv("ZOT_BIN")
	if binary == "" {
		t.Skip("needs zot: set ZOT_BIN to a zot binary")
	}
	return binary
}

// newStore makes a store of that spec, with TLS, and starts nothing yet.
func newStore(t *testing.T, ca *authority, change func(*v1alpha1.ZotArtifactStoreSpec)) *store {
	t.Helper()
	s := &store{t: t, name: "store", root: t.TempDir(), address: freeAddress(t), agent: freeAddress(t), authority: ca}
	_, port, err := net.SplitHostPort(s.address)
	s.must(err)
	number, err := strconv.Atoi(port)
	s.must(err)
	spec := v1alpha1.ZotArtifactStoreSpec{
		ExternalURL: "https://" + s.address,
		HTTP:        &v1alpha1.HTTPSpec{Port: new(int32(number)), TLS: &v1alpha1.TLSSpec{CertSecretName: "tls"}},
		CABundle:    &v1alpha1.CABundleSpec{ConfigMapName: "ca"},
	}
	change(&spec)
	s.spec = spec
	cert, key := ca.issue(t)
	s.write("secrets/tls/tls.crt", cert)
	s.write("secrets/tls/tls.key", key)
	s.write("configmaps/ca/ca.crt", ca.certificate)
	s.write("secrets/keycloak/client-secret", clientSecret)
	s.write("secrets/"+names.SessionKeys(s.name)+"/hash-key", strings.Repeat("h", 64))
	s.write("secrets/"+names.SessionKeys(s.name)+"/encrypt-key", strings.Repeat("e", 32))
	s.must(os.MkdirAll(s.at("run"), 0o700))
	s.deliver()
	return s
}

func (s *store) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *store) at(name string) string { return filepath.Join(s.root, name) }

func (s *store) write(name, content string) {
	s.t.Helper()
	s.must(os.MkdirAll(filepath.Dir(s.at(name)), 0o700))
	s.must(os.WriteFile(s.at(name), []byte(content), 0o600))
}

// deliver renders the spec and puts the documents where the node would, with the folders of this test in place of the pod's.
func (s *store) deliver() {
	s.t.Helper()
	documents, err := zotconfig.Render(zotconfig.Store{Namespace: "zot-system", Name: s.name}, defaults.Effective(s.spec, defaults.Upstream()))
	s.must(err)
	here := func(document []byte) string {
		document = bytes.ReplaceAll(document, []byte(handover.RunDir), []byte(s.at("run")))
		return string(bytes.ReplaceAll(document, []byte(handover.DataDir), []byte(s.at("data"))))
	}
	s.write("boot/boot.json", here(documents.Boot))
	s.write("live/live.json", here(documents.Live))
}

// start runs the init container, then zot and the sidecar until the test ends.
func (s *store) start() {
	s.t.Helper()
	binary, err := agentBinary()
	s.must(err)
	arguments := []string{
		"--boot-dir", s.at("boot"), "--live-dir", s.at("live"), "--secrets-dir", s.at("secrets"), "--configmaps-dir", s.at("configmaps"),
		"--run-dir", s.at("run"), "--termination-log", s.at("termination-log"),
	}
	if output, err := exec.Command(binary, append([]string{handover.InitArg}, arguments...)...).CombinedOutput(); err != nil {
		s.t.Fatalf("init: %v\n%s", err, output)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	s.t.Cleanup(func() {
		stop()
		s.signal(syscall.SIGKILL)
		running.Wait()
		if s.t.Failed() {
			s.tell("agent.log")
			s.tell("zot.log")
		}
	})
	sidecar := exec.CommandContext(ctx, binary, append([]string{handover.RunArg, "--listen", s.agent}, arguments...)...)
	log := s.log("agent.log")
	sidecar.Stdout, sidecar.Stderr = log, log
	s.must(sidecar.Start())
	running.Go(func() { _ = sidecar.Wait() })
	running.Go(func() { s.keepZot(ctx) })
}

// firstBackOff is how long a node waits before it starts a container again that has ended, for the first time; then twice as long, and so on.
const firstBackOff = time.Second

// keepZot starts zot again and again, as a node does.
func (s *store) keepZot(ctx context.Context) {
	log := s.log("zot.log")
	for backOff := firstBackOff; ctx.Err() == nil; backOff *= 2 {
		process := exec.Command(os.Getenv("ZOT_BIN"), "serve", filepath.Join(s.at("run"), handover.ConfigFile))
		process.Env = append(os.Environ(), handover.CAEnv+"=/etc/ssl/certs:"+filepath.Join(s.at("run"), "ca"))
		process.Stdout, process.Stderr = log, log
		s.mutex.Lock()
		if ctx.Err() != nil || process.Start() != nil {
			s.mutex.Unlock()
			return
		}
		s.zot = process.Process
		s.starts++
		s.mutex.Unlock()
		_ = process.Wait()
		s.mutex.Lock()
		s.zot = nil
		s.mutex.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(backOff):
		}
	}
}

func (s *store) signal(signal os.Signal) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.zot != nil {
		_ = s.zot.Signal(signal)
	}
}

// restarts of zot since its first start.
func (s *store) restarts() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.starts - 1
}

func (s *store) log(name string) *os.File {
	s.t.Helper()
	file, err := os.OpenFile(s.at(name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	s.must(err)
	s.t.Cleanup(func() { _ = file.Close() })
	return file
}

// tell logs the end of a log.
func (s *store) tell(name string) {
	data, _ := os.ReadFile(s.at(name))
	const most = 6000
	s.t.Logf("%s:\n%s", name, data[max(0, len(data)-most):])
}

// state is what the agent answers, the zero state if it does not.
func (s *store) state() handover.State {
	answer, err := http.Get("http://" + s.agent + handover.StatePath)
	if err != nil {
		return handover.State{}
	}
	defer func() { _ = answer.Body.Close() }()
	var body bytes.Buffer
	if _, err := body.ReadFrom(answer.Body); err != nil {
		return handover.State{}
	}
	state, err := handover.DecodeState(body.Bytes())
	s.must(err)
	return state
}

// fault of the provider, as the agent sees it.
func (s *store) fault() handover.Fault {
	for _, check := range s.state().Checks {
		if check.Subject == handover.SubjectIssuer {
			return check.Fault
		}
	}
	return "not looked at"
}

// serves is true when zot answers.
func (s *store) serves() bool { return s.status(http.MethodGet, "/readyz", nil) == http.StatusOK }

// status of zot's answer, zero if there is none.
func (s *store) status(method, path string, who func(*http.Request)) int {
	request, err := http.NewRequest(method, "https://"+s.address+path, http.NoBody)
	s.must(err)
	if who != nil {
		who(request)
	}
	answer, err := s.authority.client().Do(request)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func (s *store) eventually(what string, condition func() bool) time.Duration {
	s.t.Helper()
	// The agent looks at what was fine once a minute.
	const patience = 2 * time.Minute
	began := time.Now()
	for time.Since(began) < patience {
		if condition() {
			return time.Since(began)
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Fatalf("waited %s in vain: %s; the agent says %+v", patience, what, s.state())
	return 0
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// client trusts the authority, keeps no connection, and is sent nowhere.
func (a *authority) client() *http.Client {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(a.certificate))
	return &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool}},
	}
}
