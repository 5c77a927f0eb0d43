package node

import (
	"context"
	"fmt"
	"log"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	// probePeriod is how often a starting component is asked.
	probePeriod = 100 * time.Millisecond
	// restartDelay is how long a component that ended stays down.
	restartDelay = time.Second
)

// supervisor starts components and collects every process that ends, as process 1 must.
type supervisor struct {
	config Config

	mu      sync.Mutex
	running map[int]chan<- syscall.WaitStatus
}

func newSupervisor(c Config) *supervisor {
	s := &supervisor{config: c, running: map[int]chan<- syscall.WaitStatus{}}
	go s.reap()
	return s
}

// reap waits for all descendants: its own components, and orphans of containers.
func (s *supervisor) reap() {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if err == syscall.ECHILD {
			time.Sleep(probePeriod)
			continue
		}
		if err != nil || pid <= 0 {
			continue
		}
		s.mu.Lock()
		ended, ours := s.running[pid]
		delete(s.running, pid)
		s.mu.Unlock()
		if ours {
			ended <- status
		}
	}
}

// launch starts a process of the component. The lock makes sure that reap knows it before it can end.
func (s *supervisor) launch(component Component) (<-chan syscall.WaitStatus, error) {
	output, err := os.OpenFile(s.config.Run.Log(component.Name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	defer output.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, fmt.Errorf("open standard input: %w", err)
	}
	defer null.Close()

	descriptors := []uintptr{null.Fd(), output.Fd(), output.Fd()}
	for _, fd := range component.Inherits {
		descriptors = append(descriptors, uintptr(fd))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	pid, err := syscall.ForkExec(component.path(s.config.Bin), component.Args, &syscall.ProcAttr{
		Dir: s.config.Run.Dir, Env: os.Environ(), Files: descriptors, Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", component.Args[0], err)
	}
	ended := make(chan syscall.WaitStatus, 1)
	s.running[pid] = ended
	return ended, nil
}

// start brings a component up and keeps it up. It returns when the component is ready, or has ended, or ctx is over.
func (s *supervisor) start(ctx context.Context, component Component) error {
	ended, err := s.launch(component)
	if err != nil {
		return err
	}
	var last error
	for component.Ready != nil {
		if last = component.Ready(ctx); last == nil {
			break
		}
		select {
		case status := <-ended:
			return fmt.Errorf("ended with %s before it was ready", describe(status))
		case <-ctx.Done():
			return fmt.Errorf("not ready in time: %w", last)
		case <-time.After(probePeriod):
		}
	}
	go s.keep(component, ended)
	return nil
}

// keep starts a component again whenever it ends.
func (s *supervisor) keep(component Component, ended <-chan syscall.WaitStatus) {
	for {
		status := <-ended
		log.Printf("%s ended with %s: starting it again", component.Name, describe(status))
		for {
			time.Sleep(restartDelay)
			again, err := s.launch(component)
			if err == nil {
				ended = again
				break
			}
			log.Printf("%s: %v", component.Name, err)
		}
	}
}

func describe(status syscall.WaitStatus) string {
	if status.Signaled() {
		return "signal " + status.Signal().String()
	}
	return fmt.Sprintf("status %d", status.ExitStatus())
}
