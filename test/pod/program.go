package pod

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Program is another program that a test needs, by its name in the folder TEST_PROGRAMS; hack/programs.sh builds them. Without it the
// test is skipped.
func Program(t *testing.T, name string) string {
	t.Helper()
	folder := os.Getenv("TEST_PROGRAMS")
	if folder == "" {
		t.Skipf("needs %s: hack/programs.sh builds it into a folder, which is given as TEST_PROGRAMS", name)
	}
	path := filepath.Join(folder, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs %s, which TEST_PROGRAMS does not hold: hack/programs.sh builds it", name)
	}
	return path
}

// Run runs a program in a folder, where it also keeps its own files, and fails the test if it fails.
func Run(t *testing.T, folder, program string, arguments ...string) {
	t.Helper()
	command := exec.Command(program, arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(), "HOME="+folder, "XDG_CONFIG_HOME="+folder, "COSIGN_PASSWORD=")
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s", filepath.Base(program), arguments, err, said.String())
	}
}
