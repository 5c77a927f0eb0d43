package host

import (
	"fmt"
	"os"
	"syscall"
)

// Lock takes the lock file at path, waiting for others, and returns what releases it.
func Lock(path string) (func(), error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, fmt.Errorf("take lock %s: %w", path, err)
	}
	return func() { file.Close() }, nil
}
