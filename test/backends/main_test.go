package backends

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The programs of a pod, built once for all tests.
var programs struct {
	agent, zot string
	// real is true if zot is no stand-in.
	real bool
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "backends")
	if err == nil {
		err = build(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func build(dir string) error {
	programs.agent, programs.zot = filepath.Join(dir, "config-agent"), os.Getenv("ZOT_BIN")
	if err := compile("../..", programs.agent, "./cmd/config-agent"); err != nil {
		return err
	}
	if programs.real = programs.zot != ""; programs.real {
		return nil
	}
	programs.zot = filepath.Join(dir, "stand-in")
	return compile("../operand", programs.zot, ".")
}

func compile(module, binary, pkg string) error {
	command := exec.Command("go", "build", "-o", binary, pkg)
	command.Dir = module
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", pkg, err, said)
	}
	return nil
}
