package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// roleEnv makes the test binary play the agent or zot, each as a process of its own.
const roleEnv = "CONFIG_AGENT_TEST_ROLE"

const endedBySIGTERM = 42

func TestMain(m *testing.M) {
	switch os.Getenv(roleEnv) {
	case "agent":
		main()
	case "zot":
		playZot()
	default:
		os.Exit(m.Run())
	}
}

func playZot() {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	_, _ = os.Stdout.WriteString("ready\n")
	select {
	case <-terminated:
		os.Exit(endedBySIGTERM)
	case <-time.After(time.Minute):
	}
}

// pod has the directories of a pod and starts its processes.
type pod struct {
	t    *testing.T
	root string
}

func newPod(t *testing.T, boot handover.Boot, live handover.Live) pod {
	t.Helper()
	p := pod{t: t, root: t.TempDir()}
	for _, dir := range []string{"boot", "live", "secrets", "run"} {
		p.must(os.Mkdir(filepath.Join(p.root, dir), 0o700))
	}
	data, err := handover.EncodeBoot(boot)
	p.must(err)
	p.write("boot/boot.json", string(data))
	data, err = handover.EncodeLive(live)
	p.must(err)
	p.write("live/live.json", string(data))
	return p
}

func (p pod) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p pod) write(name, content string) {
	p.t.Helper()
	path := filepath.Join(p.root, name)
	p.must(os.MkdirAll(filepath.Dir(path), 0o700))
	p.must(os.WriteFile(path, []byte(content), 0o600))
}

func (p pod) command(role string, arguments ...string) *exec.Cmd {
	command := exec.Command(os.Args[0], arguments...)
	command.Env = append(os.Environ(), roleEnv+"="+role)
	p.t.Cleanup(func() {
		if command.Process != nil && command.ProcessState == nil {
			_ = command.Process.Kill()
			_ = command.Wait()
		}
	})
	return command
}

func (p pod) agent(verb string, more ...string) *exec.Cmd {
	at := func(name string) string { return filepath.Join(p.root, name) }
	arguments := []string{
		verb, "--boot-dir", at("boot"), "--live-dir", at("live"), "--secrets-dir", at("secrets"),
		"--configmaps-dir", at("configmaps"),
		"--run-dir", at("run"), "--termination-log", at("termination-log"),
	}
	return p.command("agent", append(arguments, more...)...)
}

// zot starts a process with zot's arguments.
func (p pod) zot() *exec.Cmd {
	p.t.Helper()
	command := p.command("zot", "serve", filepath.Join(p.root, "run", handover.ConfigFile))
	output, err := command.StdoutPipe()
	p.must(err)
	p.must(command.Start())
	_, err = io.ReadFull(output, make([]byte, len("ready\n")))
	p.must(err)
	return command
}

func (p pod) state(address string) (handover.State, error) {
	answer, err := http.Get("http://" + address + handover.StatePath)
	if err != nil {
		return handover.State{}, err
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(answer.Body)
	p.must(err)
	return handover.DecodeState(data)
}

// awaits polls the state until it is as wanted.
func (p pod) awaits(address string, wanted func(handover.State) bool) {
	p.t.Helper()
	var last handover.State
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if state, err := p.state(address); err == nil {
			if last = state; wanted(state) {
				return
			}
		}
	}
	p.t.Fatalf("waited 20 s in vain, last state %+v", last)
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

// The life of a pod with real processes: a Secret is missing, comes, changes; the sidecar tells and ends zot.
func TestLifeOfAPod(t *testing.T) {
	p := newPod(t, handover.Boot{Credentials: []handover.Credential{handover.AWS("s3", "s3")}}, handover.Live{})
	var logs bytes.Buffer
	first := p.agent("init")
	first.Stderr = &logs
	if err := first.Run(); first.ProcessState.ExitCode() != 1 {
		t.Fatalf("init without its Secret: %v\n%s", err, logs.String())
	}
	message, err := os.ReadFile(filepath.Join(p.root, "termination-log"))
	p.must(err)
	problem, err := handover.DecodeProblem(message)
	if err != nil || problem.Secret != "s3" {
		t.Errorf("got %+v, %v", problem, err)
	}
	second := p.agent("init")
	p.must(second.Start())
	p.write("secrets/s3/access-key", "AKIA1")
	p.write("secrets/s3/secret-key", "hush-hush-1")
	p.must(second.Wait())

	address := freeAddress(t)
	sidecar := p.agent("run", "--listen", address)
	sidecar.Stderr = &logs
	p.must(sidecar.Start())
	zot := p.zot()
	p.awaits(address, func(s handover.State) bool { return s.Applied && s.ZotRestarts == 0 })
	p.write("secrets/s3/secret-key", "hush-hush-2")
	if err := zot.Wait(); zot.ProcessState.ExitCode() != endedBySIGTERM {
		t.Fatalf("zot was not ended with SIGTERM: %v", err)
	}
	p.awaits(address, func(s handover.State) bool { return s.Applied && s.ZotRestarts == 1 })
	if answer, err := http.Get("http://" + address + handover.HealthPath); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("not healthy: %v", err)
	}

	// A crash of the sidecar does not end zot.
	p.must(sidecar.Process.Kill())
	_ = sidecar.Wait()
	zot = p.zot()
	sidecar = p.agent("run", "--listen", address)
	sidecar.Stderr = &logs
	p.must(sidecar.Start())
	p.awaits(address, func(s handover.State) bool { return s.Applied && s.ZotRestarts == 1 })
	if err := zot.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("zot has ended: %v", err)
	}

	asked := time.Now()
	p.must(sidecar.Process.Signal(syscall.SIGTERM))
	if err := sidecar.Wait(); err != nil || time.Since(asked) > 2*time.Second {
		t.Errorf("the sidecar ended after %s: %v", time.Since(asked), err)
	}
	checkLogs(t, logs.String())
}

func checkLogs(t *testing.T, logs string) {
	t.Helper()
	if strings.Contains(logs, "hush-hush") {
		t.Error("a secret is logged")
	}
	lines := bufio.NewScanner(strings.NewReader(logs))
	for lines.Scan() {
		var line struct{ Level, Msg, TS string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil || line.Level == "" || line.Msg == "" || line.TS == "" {
			t.Errorf("no JSON log line: %s", lines.Text())
		}
	}
}

func TestMisuse(t *testing.T) {
	for _, arguments := range [][]string{nil, {"fly"}, {"run", "--unknown"}} {
		var said bytes.Buffer
		if code := run(t.Context(), arguments, &said, &said); code != 2 || said.Len() == 0 {
			t.Errorf("%v: code %d, says %q", arguments, code, said.String())
		}
	}
}

func TestVersion(t *testing.T) {
	var said bytes.Buffer
	if code := run(t.Context(), []string{"version"}, &said, &said); code != 0 || !strings.Contains(said.String(), "formats [1]") {
		t.Errorf("code %d, says %q", code, said.String())
	}
}

func TestTakenAddress(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	var said bytes.Buffer
	code := run(t.Context(), []string{"run", "--listen", listener.Addr().String()}, &said, &said)
	if code != 1 || !strings.Contains(said.String(), "address already in use") {
		t.Errorf("code %d, says %q", code, said.String())
	}
}
