package agent

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// Processes finds zot. It is an interface so that tests need no process.
type Processes interface {
	// IsStarting is true if a zot that serves this configuration has started only just now, or if that cannot be told.
	IsStarting(configPath string) bool
	// Runs is true if there is a zot that serves this configuration, or if that cannot be told.
	Runs(configPath string) bool
	// EndZot sends SIGTERM to each zot that serves this configuration and says how many that were. None is fine: the
	// kubelet is about to start it, and it will read the new files.
	EndZot(configPath string) (int, error)
}

// SharedPIDs finds zot in the PID namespace that the pod's containers share.
type SharedPIDs struct {
	// Root is where proc is mounted, /proc if empty.
	Root string
}

func (s SharedPIDs) root() string {
	if s.Root == "" {
		return "/proc"
	}
	return s.Root
}

// find gives the IDs of zot's processes. There is one at most, as long as nobody starts another by hand.
func (s SharedPIDs) find(configPath string) ([]int, error) {
	entries, err := os.ReadDir(s.root())
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	var found []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err == nil && pid != os.Getpid() && serves(s.root(), pid, configPath) {
			found = append(found, pid)
		}
	}
	return found, nil
}

// startTime is how long after its start zot surely watches its configuration. On an idle processor it takes 0.2 s.
const startTime = 10 * time.Second

// IsStarting implements Processes.
func (s SharedPIDs) IsStarting(configPath string) bool {
	found, err := s.find(configPath)
	if err != nil {
		return true
	}
	for _, pid := range found {
		if age, err := age(s.root(), pid); err != nil || age < startTime {
			return true
		}
	}
	return false
}

// Runs implements Processes.
func (s SharedPIDs) Runs(configPath string) bool {
	found, err := s.find(configPath)
	return err != nil || len(found) > 0
}

// age is how long a process has been running. The kernel counts its start in hundredths of a second since the boot
// (USER_HZ, the same on all architectures that zot is built for).
func age(root string, pid int) (time.Duration, error) {
	stat, err := os.ReadFile(filepath.Join(root, strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, fmt.Errorf("read when zot has started: %w", err)
	}
	uptime, err := os.ReadFile(filepath.Join(root, "uptime"))
	if err != nil {
		return 0, fmt.Errorf("read when zot has started: %w", err)
	}
	// The second field is the program's name in brackets and may hold anything; the start is the 20th after it.
	const position = 19
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	since := strings.Fields(string(uptime))
	if len(fields) <= position || len(since) == 0 {
		return 0, errors.New("read when zot has started: the kernel's answer is too short")
	}
	started, err := strconv.ParseInt(fields[position], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read when zot has started: %w", err)
	}
	now, err := strconv.ParseFloat(since[0], 64)
	if err != nil {
		return 0, fmt.Errorf("read when zot has started: %w", err)
	}
	const tick = 10 * time.Millisecond
	return time.Duration(now*float64(time.Second)) - time.Duration(started)*tick, nil
}

// EndZot implements Processes.
func (s SharedPIDs) EndZot(configPath string) (int, error) {
	found, err := s.find(configPath)
	if err != nil {
		return 0, err
	}
	ended := 0
	for _, pid := range found {
		told, err := end(s.root(), pid, configPath)
		if err != nil {
			return ended, err
		}
		if told {
			ended++
		}
	}
	return ended, nil
}

// end takes hold of the process first and then looks again: between the two looks its ID may have passed to another one.
func end(root string, pid int, configPath string) (bool, error) {
	process, err := os.FindProcess(pid)
	if err != nil {
		return false, fmt.Errorf("find zot's process: %w", err)
	}
	defer func() { _ = process.Release() }()
	if !serves(root, pid, configPath) {
		return false, nil
	}
	if err := process.Signal(syscall.SIGTERM); errors.Is(err, os.ErrProcessDone) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("send SIGTERM to zot: %w", err)
	}
	return true, nil
}

// serves is true for a process whose arguments hold those of the zot container, as whole arguments in a row: a shell whose
// one argument mentions them is not meant. A process that has ended, or that is only about to become zot, has no arguments.
func serves(root string, pid int, configPath string) bool {
	data, err := os.ReadFile(filepath.Join(root, strconv.Itoa(pid), "cmdline"))
	if err != nil {
		return false
	}
	arguments := bytes.Split(bytes.TrimSuffix(data, []byte{0}), []byte{0})
	serve := []byte(handover.ZotArgs()[0])
	at := slices.IndexFunc(arguments, func(argument []byte) bool { return bytes.Equal(argument, serve) })
	return at > 0 && at+1 < len(arguments) && string(arguments[at+1]) == configPath
}
