package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// shell runs a command as a person types it, in the checkout and in namespace zot-system, and gives all that it prints.
func shell(ctx context.Context, command, input string) (string, error) {
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.Dir, cmd.Stdin = env.root, strings.NewReader(input)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+env.kubeconfig)
	out, err := cmd.CombinedOutput()
	_, _ = fmt.Fprintf(GinkgoWriter, "$ %s\n%s\n", command, out)
	return string(out), err
}

// run is shell for a command that must succeed.
func run(ctx context.Context, command string) string {
	GinkgoHelper()
	out, err := shell(ctx, command, "")
	Expect(err).NotTo(HaveOccurred(), "$ %s\n%s", command, out)
	return out
}

// refused is shell for a command that must fail. It gives what it says.
func refused(ctx context.Context, command, input string) string {
	GinkgoHelper()
	out, err := shell(ctx, command, input)
	Expect(err).To(HaveOccurred(), "$ %s\n%s", command, out)
	return out
}

var forwarding = regexp.MustCompile(`Forwarding from 127\.0\.0\.1:(\d+)`)

// portForward runs the documentation's port-forward while do uses it. Where port 8080 of this machine is taken, another serves.
func portForward(ctx context.Context, service string, do func(address string) error) {
	GinkgoHelper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	local := "8080"
	if probe, err := net.Listen("tcp", "127.0.0.1:8080"); err != nil {
		local = ""
	} else {
		Expect(probe.Close()).To(Succeed())
	}
	// exec: the signal of a cancelled context must reach kubectl and not a shell before it.
	command := fmt.Sprintf("kubectl port-forward svc/%s %s:8080", service, local)
	cmd := exec.CommandContext(ctx, "sh", "-c", "exec "+command)
	cmd.Dir, cmd.Env = env.root, append(os.Environ(), "KUBECONFIG="+env.kubeconfig)
	cmd.WaitDelay = 5 * time.Second
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	output, err := cmd.StdoutPipe()
	Expect(err).NotTo(HaveOccurred())
	complaints := &strings.Builder{}
	cmd.Stderr = complaints
	_, _ = fmt.Fprintf(GinkgoWriter, "$ %s\n", command)
	Expect(cmd.Start()).To(Succeed())
	lines := bufio.NewReader(output)
	first, readErr := lines.ReadString('\n')
	found := forwarding.FindStringSubmatch(first)
	err = fmt.Errorf("it said %q (%w)", first, readErr)
	if found != nil {
		go func() { _, _ = io.Copy(io.Discard, lines) }()
		err = do("127.0.0.1:" + found[1])
	}
	cancel()
	_ = cmd.Wait() // Interrupted by us: its exit code tells nothing.
	Expect(err).NotTo(HaveOccurred(), "$ %s\n%s", command, complaints)
}
