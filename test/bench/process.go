package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// process is a program that runs until it is stopped. If it ends before, the run is over.
type process struct {
	name     string
	command  *exec.Cmd
	stopping atomic.Bool
	ended    chan struct{}
}

// launch starts a program. What it prints goes to a log in the folder; fail is called if it ends by itself.
func launch(fail context.CancelCauseFunc, folder, name string, command *exec.Cmd) (*process, error) {
	path := filepath.Join(folder, name+".log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", name, err), log.Close())
	}
	p := &process{name: name, command: command, ended: make(chan struct{})}
	go func() {
		err := command.Wait()
		_ = log.Close()
		if !p.stopping.Load() {
			fail(fmt.Errorf("%s has ended by itself: %w; the end of %s:\n%s", name, errors.Join(err, errEnded), path, tail(path)))
		}
		close(p.ended)
	}()
	return p, nil
}

var errEnded = errors.New("it should run until it is stopped")

// stop asks the program to end, and makes it end if it does not.
func (p *process) stop() error {
	p.stopping.Store(true)
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", p.name, err)
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(time.Minute):
		return errors.Join(fmt.Errorf("%s did not end within a minute of SIGTERM and was killed", p.name), p.command.Process.Kill())
	}
}

func tail(path string) string {
	const most = 4000
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-most):])
}

// usage is what a process has of the machine.
type usage struct {
	// RSS is the memory that it holds now, Anonymous the part of it that is no file, Peak the most that RSS ever was. In bytes.
	RSS       int64 `json:"rss"`
	Anonymous int64 `json:"anonymous"`
	Peak      int64 `json:"peak"`
	// CPU is the processor time that it has used since its start, in seconds.
	CPU float64 `json:"cpuSeconds"`
}

// usage asks the kernel.
func (p *process) usage() (usage, error) {
	folder := filepath.Join("/proc", strconv.Itoa(p.command.Process.Pid))
	status, err := os.ReadFile(filepath.Join(folder, "status"))
	if err != nil {
		return usage{}, fmt.Errorf("weigh %s (this needs Linux): %w", p.name, err)
	}
	stat, err := os.ReadFile(filepath.Join(folder, "stat"))
	if err != nil {
		return usage{}, fmt.Errorf("weigh %s: %w", p.name, err)
	}
	return parseUsage(status, stat)
}

// parseUsage reads the files /proc/<pid>/status and stat.
func parseUsage(status, stat []byte) (usage, error) {
	var u usage
	sizes := map[string]*int64{"VmRSS": &u.RSS, "RssAnon": &u.Anonymous, "VmHWM": &u.Peak}
	for lines := bufio.NewScanner(bytes.NewReader(status)); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), ":")
		if into, ok := sizes[key]; ok {
			if _, err := fmt.Sscanf(value, "%d kB", into); err != nil {
				return usage{}, fmt.Errorf("read %s of a process: %w", key, err)
			}
			*into <<= 10
			delete(sizes, key)
		}
	}
	if len(sizes) > 0 {
		return usage{}, fmt.Errorf("the kernel tells too little of a process: %q", status)
	}
	// The name, which may hold anything, is in parentheses; user and system time are the 12th and 13th field after it.
	const ticksPerSecond = 100 // of every Linux, towards programs
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	for _, at := range []int{11, 12} {
		if len(fields) <= at {
			return usage{}, fmt.Errorf("the kernel tells too little of a process: %q", stat)
		}
		ticks, err := strconv.ParseInt(string(fields[at]), 10, 64)
		if err != nil {
			return usage{}, fmt.Errorf("read the processor time of a process: %w", err)
		}
		u.CPU += float64(ticks) / ticksPerSecond
	}
	return u, nil
}
