package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/zot-artifact-store/operator/cmd/must-gather/shell/programs"
)

// grace is how long a script has after a signal, and what it has started.
const grace = 2 * time.Second

func main() {
	os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// run is main without the process: it gives the exit code.
func run(args []string, stdin *os.File, stdout, stderr io.Writer) int {
	switch name := filepath.Base(args[0]); name {
	case "bash", "sh":
		return runShell(name, args[1:], stdin, stdout, stderr)
	case "tar":
		if err := programs.Tar(args[1:], stdout); err != nil {
			_, _ = fmt.Fprintln(stderr, "tar:", err)
			return misused
		}
		return 0
	default:
		_, _ = fmt.Fprintf(stderr, "%s: this program acts by the name it is called by, and knows bash, sh and tar\n", name)
		return misused
	}
}

func runShell(name string, args []string, stdin *os.File, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s := &shell{name: name, stdin: stdin, stdout: stdout, stderr: stderr}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer signal.Stop(signals)
	go func() {
		for received := range signals {
			if s.isOwn(received) {
				continue
			}
			code := signalled + int(received.(syscall.Signal)) //nolint:errcheck // there are no others on this system
			s.ended.Store(int32(code))
			cancel()
			time.AfterFunc(grace, func() { os.Exit(code) })
		}
	}()
	code := s.run(ctx, args)
	if ended := s.ended.Load(); ended != 0 {
		return int(ended)
	}
	return code
}
