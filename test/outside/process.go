package outside

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Patience is how long something may take before it counts as failed.
const Patience = 60 * time.Second

// Process is a program that the test has started. It ends with the test at the latest.
type Process struct {
	command *exec.Cmd
	ended   chan struct{}
	log     *Journal
}

// Journal is what a program has written.
type Journal struct {
	mutex   sync.Mutex
	written bytes.Buffer
}

// Write implements io.Writer.
func (j *Journal) Write(line []byte) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.written.Write(line)
}

func (j *Journal) String() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.written.String()
}

// Tail is the end of it, as much as a person reads.
func (j *Journal) Tail() string {
	const enough = 16 << 10
	log := j.String()
	return log[max(0, len(log)-enough):]
}

// Start starts a program with these variables and nothing else of the machine's: authorities, proxies and identities of its own would
// change what is tested.
func Start(t *testing.T, variables []string, program string, arguments ...string) *Process {
	t.Helper()
	p, err := Launch(&Journal{}, variables, program, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Stop()
		if t.Failed() {
			t.Logf("%s wrote:\n%s", program, p.log.Tail())
		}
	})
	return p
}

// Launch starts a program that nobody stops.
func Launch(log *Journal, variables []string, program string, arguments ...string) (*Process, error) {
	p := &Process{command: exec.Command(program, arguments...), ended: make(chan struct{}), log: log}
	p.command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent"}, variables...)
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

// Ended is closed when it has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// ExitCode is that of a process that has ended.
func (p *Process) ExitCode() int { return p.command.ProcessState.ExitCode() }

// Log is what it has written.
func (p *Process) Log() string { return p.log.String() }

// Signal is sent to it. One that has ended does not mind.
func (p *Process) Signal(signal os.Signal) { _ = p.command.Process.Signal(signal) }

// Stop ends it at once, and waits until it has ended.
func (p *Process) Stop() {
	p.Signal(syscall.SIGKILL)
	<-p.ended
}

// ports gives each port once. They are below those that the system gives to clients by itself, and begin at another place in each process.
var ports = func() *atomic.Int32 {
	const first, each, places = 20_000, 1_000, 12 // more than a process asks for
	out := &atomic.Int32{}
	out.Store(int32(first + os.Getpid()%places*each)) //nolint:gosec // it is bounded
	return out
}()

// FreeAddress is an address on loopback at which nobody listens, and which nobody else is given.
func FreeAddress(t *testing.T) string {
	t.Helper()
	const last = 32_000
	for port := ports.Add(1); port < last; port = ports.Add(1) {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port)))
		if listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address); err == nil {
			_ = listener.Close()
			return address
		}
	}
	t.Fatal("there is no free port left")
	return ""
}

// Listens waits until somebody listens there.
func Listens(t *testing.T, address string) {
	t.Helper()
	Eventually(t, "somebody listens at "+address, func() bool {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			return false
		}
		_ = connection.Close()
		return true
	})
}

// Eventually waits until the condition holds, and fails the test if that takes too long.
func Eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(Patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("waited %s in vain: %s", Patience, what)
}

// Split gives the host and the port of an address.
func Split(t *testing.T, address string) (host, port string) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}
