package agent

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fakeZotEnv makes the test binary play a process in the pod: it waits for SIGTERM and says so by its exit code.
const fakeZotEnv = "CONFIG_AGENT_TEST_FAKE_ZOT"

const endedBySIGTERM = 42

func TestMain(m *testing.M) {
	if os.Getenv(fakeZotEnv) == "" {
		os.Exit(m.Run())
	}
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	_, _ = os.Stdout.WriteString("ready\n")
	select {
	case <-terminated:
		os.Exit(endedBySIGTERM)
	case <-time.After(time.Minute):
	}
}

// start runs the test binary with arguments like those of some process in the pod.
func start(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(os.Args[0], arguments...)
	command.Env = append(os.Environ(), fakeZotEnv+"=yes")
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	if _, err := io.ReadFull(output, make([]byte, len("ready\n"))); err != nil {
		t.Fatal(err)
	}
	return command
}

func TestOnlyZotIsEnded(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config.json")
	others := []*exec.Cmd{
		start(t, "serve", config+".old"),
		start(t, "run", config),
		start(t, "-c", "zot serve "+config),
		start(t, config, "serve"),
		start(t, "serve"),
	}
	zot := start(t, "serve", config)
	if !(SharedPIDs{}).Runs(config) {
		t.Error("a zot that runs is not seen")
	}
	if !(SharedPIDs{}).IsStarting(config) {
		t.Error("zot has just started")
	}
	if ended, err := (SharedPIDs{}).EndZot(config); err != nil || ended != 1 {
		t.Fatalf("ended %d, %v", ended, err)
	}
	if err := zot.Wait(); zot.ProcessState.ExitCode() != endedBySIGTERM {
		t.Errorf("zot ended by other means: %v", err)
	}
	for _, other := range others {
		if err := other.Process.Signal(syscall.Signal(0)); err != nil {
			t.Errorf("%v has ended, too: %v", other.Args, err)
		}
	}
	if ended, err := (SharedPIDs{}).EndZot(config); err != nil || ended != 0 {
		t.Errorf("without zot: ended %d, %v", ended, err)
	}
}

func TestServes(t *testing.T) {
	root := t.TempDir()
	tests := map[string]bool{
		"zot\x00serve\x00/c\x00":              true,
		"/usr/bin/zot\x00-v\x00serve\x00/c":   true,
		"serve\x00/c\x00":                     false,
		"zot\x00serve\x00/c/d\x00":            false,
		"sh\x00-c\x00zot serve /c\x00":        false,
		"zot\x00serve\x00":                    false,
		"":                                    false,
		"zot\x00verify\x00/c\x00serve\x00/c2": false,
	}
	pid := 100
	for line, want := range tests {
		pid++
		dir := filepath.Join(root, strconv.Itoa(pid))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "cmdline"), []byte(line), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := serves(root, pid, "/c"); got != want {
			t.Errorf("%q: got %t", bytes.ReplaceAll([]byte(line), []byte{0}, []byte(" ")), got)
		}
	}
	if serves(root, 1, "/c") {
		t.Error("a process that has ended serves")
	}
	if _, err := (SharedPIDs{Root: filepath.Join(root, "absent")}).EndZot("/c"); err == nil ||
		!strings.Contains(err.Error(), "list processes") {
		t.Errorf("got %v", err)
	}
}

func TestIsStarting(t *testing.T) {
	root := t.TempDir()
	processes := SharedPIDs{Root: root}
	write := func(name, content string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("7/cmdline", "zot\x00serve\x00/c\x00")
	if processes.IsStarting("/other") {
		t.Error("no zot is starting")
	}
	if !processes.IsStarting("/c") {
		t.Error("without a known start one must expect the worst")
	}
	write("uptime", "1000.50 3000.00\n")
	for stat, want := range map[string]bool{
		"7 (zot) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 99900 0 0":    true,
		"7 (a) b) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 98000 0 0":   false,
		"7 (zot) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 nonsense 0 0": true,
		"7 (zot) S": true,
	} {
		write("7/stat", stat)
		if got := processes.IsStarting("/c"); got != want {
			t.Errorf("%s: got %t", stat, got)
		}
	}
	if !(SharedPIDs{Root: filepath.Join(root, "absent")}).IsStarting("/c") {
		t.Error("without a list of processes one must expect the worst")
	}
}
