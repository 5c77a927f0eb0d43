package node

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// masked are the folders of the host into which container runtimes, kubelet and CNI plugins write at fixed paths. The node sees
// memory file systems there: the host keeps its own, and nothing stays behind.
var masked = []string{"/run", "/var/lib", "/var/log"}

// tunables are the kernel settings that the kubelet sets for the whole machine, with the values that it wants. It finds files
// with these values instead, so that the host's settings stay as they are.
var tunables = map[string]string{
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}

// prepareMounts makes the mount namespace the node's own.
func prepareMounts(c Config) error {
	// First cut the ties to the host's mounts, then let those of the node propagate among its own namespaces.
	for _, flag := range []uintptr{syscall.MS_PRIVATE, syscall.MS_SHARED} {
		if err := syscall.Mount("", "/", "", syscall.MS_REC|flag, ""); err != nil {
			return fmt.Errorf("set propagation of mounts: %w", err)
		}
	}
	if err := syscall.Mount("proc", "/proc", "proc", syscall.MS_NOSUID|syscall.MS_NODEV|syscall.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mount /proc of the node: %w", err)
	}
	if err := mask(c.Run.Dir, c.Bin); err != nil {
		return err
	}
	return hideTunables()
}

// mask mounts the memory file systems and brings the folders back that they hide.
func mask(keep ...string) error {
	var kept []*os.File
	for _, dir := range keep {
		f, err := os.Open(dir)
		if err != nil {
			return fmt.Errorf("open folder to keep: %w", err)
		}
		defer f.Close()
		kept = append(kept, f)
	}
	for _, dir := range masked {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, "mode=0755"); err != nil {
			return fmt.Errorf("mount %s of the node: %w", dir, err)
		}
	}
	for _, f := range kept {
		if _, err := os.Stat(f.Name()); err == nil {
			continue
		}
		if err := os.MkdirAll(f.Name(), 0o755); err != nil {
			return fmt.Errorf("create mount point: %w", err)
		}
		source := fmt.Sprintf("/proc/self/fd/%d", f.Fd())
		if err := syscall.Mount(source, f.Name(), "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
			return fmt.Errorf("bring %s back: %w", f.Name(), err)
		}
	}
	return nil
}

func hideTunables() error {
	dir := "/run/tunables"
	for name, value := range tunables {
		target := filepath.Join("/proc/sys", name)
		if _, err := os.Stat(target); os.IsNotExist(err) {
			continue
		}
		source := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(source), 0o755); err != nil {
			return fmt.Errorf("create folder of kernel settings: %w", err)
		}
		if err := os.WriteFile(source, []byte(value+"\n"), 0o644); err != nil {
			return fmt.Errorf("write kernel setting: %w", err)
		}
		if err := syscall.Mount(source, target, "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("hide kernel setting %s: %w", name, err)
		}
	}
	return nil
}
