package backends

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long something may take before it counts as failed.
const patience = 60 * time.Second

// process is a program that the test has started. It ends with the test at the latest.
type process struct {
	command *exec.Cmd
	ended   chan struct{}
	log     *journal
}

// journal is what a program has written.
type journal struct {
	mutex   sync.Mutex
	written bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.written.Write(line)
}

func (j *journal) String() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.written.String()
}

// start starts a program with variables added to the environment.
func start(t *testing.T, variables []string, program string, arguments ...string) *process {
	t.Helper()
	p, err := launch(&journal{}, variables, program, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("%s wrote:\n%s", program, p.log)
		}
	})
	return p
}

// launch starts a program that nobody stops.
func launch(log *journal, variables []string, program string, arguments ...string) (*process, error) {
	p := &process{command: exec.Command(program, arguments...), ended: make(chan struct{}), log: log}
	p.command.Env = append(os.Environ(), variables...)
	p.command.Stdout, p.command.Stderr = p.log, p.log
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.command.Wait()
		close(p.ended)
	}()
	return p, nil
}

func (p *process) stop() {
	_ = p.command.Process.Signal(syscall.SIGKILL)
	<-p.ended
}

// freeAddress is an address on loopback at which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// listens waits until somebody listens there.
func listens(t *testing.T, address string) {
	t.Helper()
	eventually(t, "somebody listens at "+address, func() bool {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			return false
		}
		_ = connection.Close()
		return true
	})
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("waited %s in vain: %s", patience, what)
}

// split gives the host and the port of an address.
func split(t *testing.T, address string) (host, port string) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}
