package pod

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// programs are those of a pod.
type programs struct{ agent, zot string }

// Real is true if zot is no stand-in.
func Real() bool { return os.Getenv("ZOT_BIN") != "" }

// NeedsZot skips a test that shows nothing on the stand-in.
func NeedsZot(t *testing.T) {
	t.Helper()
	if !Real() {
		t.Skip("needs the real zot: set ZOT_BIN to its binary")
	}
}

// folder is that of what was built for the tests, empty as long as nothing was.
var folder string

// built builds what is not there, once for all tests of a package.
var built = sync.OnceValues(func() (programs, error) {
	var err error
	if folder, err = os.MkdirTemp("", "pod"); err != nil {
		return programs{}, err
	}
	root, err := moduleRoot()
	if err != nil {
		return programs{}, err
	}
	out := programs{agent: filepath.Join(folder, "config-agent"), zot: os.Getenv("ZOT_BIN")}
	if err := compile(root, out.agent, "./cmd/config-agent"); err != nil || Real() {
		return out, err
	}
	out.zot = filepath.Join(folder, "stand-in")
	return out, compile(filepath.Join(root, "test", "operand"), out.zot, ".")
})

// Main is TestMain of packages with pods: it removes what was built.
func Main(run func() int) {
	code := run()
	if folder != "" {
		_ = os.RemoveAll(folder)
	}
	os.Exit(code)
}

// moduleRoot is the folder of the project, above the test that runs.
func moduleRoot() (string, error) {
	at, err := os.Getwd()
	for ; err == nil && at != filepath.Dir(at); at = filepath.Dir(at) {
		if _, missing := os.Stat(filepath.Join(at, "cmd", "config-agent")); missing == nil {
			return at, nil
		}
	}
	return "", fmt.Errorf("find the folder of the project: %w", os.ErrNotExist)
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
