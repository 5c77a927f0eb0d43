package programs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Df tells how full the volumes are that these folders are on, in the form of POSIX: `-P FOLDER...`.
func Df(args []string, dir string, out io.Writer) error {
	if len(args) < 2 || args[0] != "-P" {
		return errors.New("this one knows nothing but -P FOLDER")
	}
	if _, err := fmt.Fprintln(out, "Filesystem 1024-blocks Used Available Capacity Mounted on"); err != nil {
		return err
	}
	for _, folder := range args[1:] {
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(dir, folder)
		}
		var volume syscall.Statfs_t
		if err := syscall.Statfs(folder, &volume); err != nil {
			return fmt.Errorf("%s: %w", folder, err)
		}
		used := volume.Blocks - volume.Bfree
		kilobytes := func(blocks uint64) uint64 { return blocks * uint64(volume.Bsize) / 1024 } // #nosec G115 -- a size of blocks
		_, err := fmt.Fprintf(out, "- %d %d %d %d%% %s\n", kilobytes(volume.Blocks), kilobytes(used), kilobytes(volume.Bavail),
			percentage(used, volume.Bavail), folder)
		if err != nil {
			return err
		}
	}
	return nil
}

// percentage is rounded up, and of what an unprivileged user may fill.
func percentage(used, available uint64) uint64 {
	if used+available == 0 {
		return 0
	}
	return (used*100 + used + available - 1) / (used + available)
}

// Sleep waits for a number of seconds, or for what its unit says, or for `infinity`, until ctx ends.
func Sleep(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("one duration is wanted")
	}
	duration, err := parseDuration(args[0])
	if err != nil {
		return err
	}
	var over <-chan time.Time // never, for infinity
	if args[0] != "infinity" {
		timer := time.NewTimer(duration)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func parseDuration(text string) (time.Duration, error) {
	if text == "infinity" {
		return 0, nil
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		text += "s"
	}
	if days, found := strings.CutSuffix(text, "d"); found {
		number, err := strconv.Atoi(days)
		if err == nil && number >= 0 {
			return time.Duration(number) * 24 * time.Hour, nil
		}
	}
	duration, err := time.ParseDuration(text)
	if err != nil || duration < 0 {
		return 0, fmt.Errorf("%q is no duration: write 5, 0.5, 5s, 2m, 3h, 1d or infinity", text)
	}
	return duration, nil
}

// Sync writes to disk what is yet to be written.
func Sync(args []string) error {
	if len(args) > 0 {
		return errors.New("this one knows no arguments")
	}
	syscall.Sync()
	return nil
}

var signals = map[string]syscall.Signal{
	"TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP, "0": 0, "1": syscall.SIGHUP,
	"2": syscall.SIGINT, "9": syscall.SIGKILL, "15": syscall.SIGTERM,
}

// Kill sends a signal, by default TERM, to processes, or with 0 to all that the shell has started. The shell is one of these and gets it,
// too: before is called for that, so that the shell does not end by it.
func Kill(args []string, before func()) error {
	sent := syscall.SIGTERM
	if len(args) > 1 && strings.HasPrefix(args[0], "-") {
		name := strings.TrimPrefix(args[0], "-")
		args = args[1:]
		if name == "s" {
			name, args = args[0], args[1:]
		}
		var known bool
		if sent, known = signals[strings.TrimPrefix(name, "SIG")]; !known {
			return fmt.Errorf("%s is none of the signals that are known here: TERM, KILL, INT, HUP", name)
		}
	}
	if len(args) == 0 {
		return errors.New("the number of a process is wanted, or 0 for all that the shell has started")
	}
	for _, arg := range args {
		process, err := strconv.Atoi(arg)
		if err != nil || process < 0 {
			return fmt.Errorf("%q is no number of a process", arg)
		}
		if process == 0 {
			if sent != syscall.SIGTERM {
				return errors.New("all that the shell has started is sent TERM, and no other signal")
			}
			before()
		}
		if err := syscall.Kill(process, sent); err != nil {
			return fmt.Errorf("process %d: %w", process, err)
		}
	}
	return nil
}
