package host

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

// Process identifies a process beyond the reuse of its number.
type Process struct {
	// PID is its number.
	PID int `json:"pid"`
	// Start is when it started, in the kernel's ticks since the boot.
	Start string `json:"start"`
	// Boot identifies the boot of the machine.
	Boot string `json:"boot"`
}

// Identify returns the identity of a running process.
func Identify(pid int) (Process, error) {
	start, _, err := stat(pid)
	if err != nil {
		return Process{}, err
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return Process{}, fmt.Errorf("identify the boot: %w", err)
	}
	return Process{PID: pid, Start: start, Boot: strings.TrimSpace(string(boot))}, nil
}

// Alive tells whether this very process runs.
func (p Process) Alive() bool {
	if p.PID <= 0 {
		return false
	}
	now, err := Identify(p.PID)
	if err != nil || now != p {
		return false
	}
	_, state, err := stat(p.PID)
	return err == nil && state != "Z" && state != "X"
}

// Kill ends the process and waits until it is gone.
func (p Process) Kill(timeout time.Duration) error {
	if !p.Alive() {
		return nil
	}
	if err := syscall.Kill(p.PID, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("kill process %d: %w", p.PID, err)
	}
	for deadline := time.Now().Add(timeout); p.Alive(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("process %d does not end within %s: a process below it hangs in the kernel", p.PID, timeout)
		}
	}
	return nil
}

// stat reads start time and state of a process.
func stat(pid int) (start, state string, err error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", "", fmt.Errorf("look at process %d: %w", pid, err)
	}
	return parseStat(content)
}

// parseStat reads fields 22 and 3. The name of the program, field 2, may hold anything: fields count from its closing bracket.
func parseStat(content []byte) (start, state string, err error) {
	fields := strings.Fields(string(content[bytes.LastIndexByte(content, ')')+1:]))
	if len(fields) < 20 {
		return "", "", fmt.Errorf("unexpected content of a stat file: %q", content)
	}
	return fields[19], fields[0], nil
}
