package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const cgroupRoot = "/sys/fs/cgroup"

// unified tells whether the machine has only cgroup v2.
func unified() bool {
	_, err := os.Stat(filepath.Join(cgroupRoot, "cgroup.controllers"))
	return err == nil
}

// hierarchies returns the roots of all control group hierarchies.
func hierarchies() ([]string, error) {
	if unified() {
		return []string{cgroupRoot}, nil
	}
	entries, err := os.ReadDir(cgroupRoot)
	if err != nil {
		return nil, fmt.Errorf("list control group hierarchies: %w", err)
	}
	var roots []string
	for _, e := range entries {
		root := filepath.Join(cgroupRoot, e.Name())
		// Links such as cpu -> cpu,cpuacct lead to a hierarchy that has its own entry.
		if _, err := os.Stat(filepath.Join(root, "cgroup.procs")); err == nil && e.IsDir() {
			roots = append(roots, root)
		}
	}
	return roots, nil
}

// CreateCgroup creates the control group at path in all hierarchies.
func CreateCgroup(path string) error {
	roots, err := hierarchies()
	if err != nil {
		return err
	}
	for _, root := range roots {
		if err := os.MkdirAll(filepath.Join(root, path), 0o755); err != nil {
			return fmt.Errorf("create control group: %w", err)
		}
	}
	if unified() {
		return delegate(path)
	}
	return nil
}

// delegate lets the control group and all of its parents hand the controllers that the kubelet needs to their children.
func delegate(path string) error {
	dir := cgroupRoot
	for _, element := range append([]string{""}, strings.Split(strings.Trim(path, "/"), "/")...) {
		dir = filepath.Join(dir, element)
		for _, controller := range []string{"cpuset", "cpu", "io", "memory", "hugetlb", "pids"} {
			err := os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte("+"+controller), 0o644)
			optional := controller == "io" || controller == "hugetlb"
			if err != nil && !optional {
				return fmt.Errorf("delegate the %s controller in %s: %w", controller, dir, err)
			}
		}
	}
	return nil
}

// RemoveCgroup ends what still runs in the control group at path and removes it with all of its children, and the parent that
// clusters share when it is empty.
func RemoveCgroup(path string) error {
	roots, err := hierarchies()
	if err != nil {
		return err
	}
	for _, root := range roots {
		if err := removeTree(filepath.Join(root, path)); err != nil {
			return err
		}
		_ = os.Remove(filepath.Join(root, filepath.Dir(path))) // other clusters may use it
	}
	return nil
}

func removeTree(dir string) error {
	var dirs []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && d.IsDir() {
			dirs = append(dirs, path)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("look for control groups: %w", err)
	}
	for _, dir := range slices.Backward(dirs) { // children first
		if err := removeCgroup(dir); err != nil {
			return err
		}
	}
	return nil
}

// removeCgroup removes one control group. Processes that are just ending keep it busy for a moment.
func removeCgroup(dir string) error {
	const patience = 10 * time.Second
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := syscall.Rmdir(dir)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("remove control group %s: %w", dir, err)
		}
		killMembers(dir)
	}
}

func killMembers(dir string) {
	content, err := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
	if err != nil {
		return // the control group has gone
	}
	for field := range strings.FieldsSeq(string(content)) {
		if pid, err := strconv.Atoi(field); err == nil && pid > 0 {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended by now
		}
	}
}
