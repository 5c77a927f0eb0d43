package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// script is hack/release.sh in a folder of the test's own, in which it can build nothing.
type script struct{ root string }

func newScript(t *testing.T) script {
	t.Helper()
	s := script{root: t.TempDir()}
	for _, name := range []string{"release.sh", "step.sh", "names.sh"} {
		put(t, string(read(t, "..", name)), s.root, "hack", name)
	}
	return s
}

// run gives what the script told before it failed.
func (s script) run(t *testing.T, environment ...string) string {
	t.Helper()
	command := exec.Command("bash", filepath.Join(s.root, "hack", "release.sh")) // #nosec G204 -- a test
	for _, variable := range os.Environ() {
		// Not the repository that a hook of git may have named.
		if !strings.HasPrefix(variable, "GIT_") {
			command.Env = append(command.Env, variable)
		}
	}
	command.Env = append(command.Env, "VERSION=1.2.3", "SOURCE_COMMIT=", "SOURCE_DATE_EPOCH=", "ALLOW_DIRTY=", "RELEASE_FOLDER=")
	command.Env = append(command.Env, environment...)
	out, err := command.CombinedOutput()
	if err == nil {
		t.Errorf("it has made a release:\n%s", out)
	}
	return string(out)
}

// commit makes it a repository of git, with a user's setting that hides files.
func (s script) commit(t *testing.T) {
	t.Helper()
	for _, args := range [][]string{
		{"init", "-q"}, {"config", "status.showUntrackedFiles", "no"}, {"add", "hack"}, {"commit", "-q", "-m", "first"},
	} {
		args = append([]string{"-C", s.root, "-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
}

// The script refuses sources that are in no commit, and sources that say not which they are.
func TestReleaseRefusesSources(t *testing.T) {
	s := newScript(t)
	if out := s.run(t); !strings.Contains(out, "SOURCE_COMMIT: there is no git here") {
		t.Errorf("without git:\n%s", out)
	}
	if out := s.run(t, "SOURCE_COMMIT="+commitOne); !strings.Contains(out, "SOURCE_DATE_EPOCH: there is no git here") {
		t.Errorf("without a time:\n%s", out)
	}
	s.commit(t)
	put(t, "", s.root, "folder", "new.go")
	if out := s.run(t); !strings.Contains(out, "in no commit") || !strings.Contains(out, "?? folder/new.go") {
		t.Errorf("a file that is in no commit:\n%s", out)
	}
	if out := s.run(t, "ALLOW_DIRTY=1"); !strings.Contains(out, "NOT A RELEASE") || !strings.Contains(out, "dist/1.2.3-dirty") {
		t.Errorf("what is not committed was taken, and not said:\n%s", out)
	}
}

// What a person has set for Go does not count, but for where modules come from.
func TestReleaseSetsGo(t *testing.T) {
	s := newScript(t)
	s.commit(t)
	settings := put(t, "GOPROXY=https://modules.example.com\nGOFLAGS=-tags=mine\nGOAMD64=v3\n", t.TempDir(), "env")
	goProgram, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	// It builds nothing, and tells what it was to build with.
	programs := t.TempDir()
	const instead = `#!/usr/bin/env bash
[[ $1 != env ]] || exec "$GO" "$@"
"$GO" env GOENV GOPROXY GOFLAGS GOAMD64 GOWORK GOTOOLCHAIN GOFIPS140
exit 1
`
	if err := os.Chmod(put(t, instead, programs, "go"), 0o700); err != nil { // #nosec G302 -- a program
		t.Fatal(err)
	}
	out := s.run(t, "GO="+goProgram, "PATH="+programs+":"+os.Getenv("PATH"), "GOENV="+settings, "GOPROXY=", "GOFLAGS=", "GOWORK=",
		"GOTOOLCHAIN=", "GOFIPS140=latest", "GOAMD64=")
	// go env shows GOENV=off as nothing.
	want := "\n\nhttps://modules.example.com\n-mod=readonly\nv1\noff\nlocal\noff\n"
	if !strings.Contains(out, want) {
		t.Errorf("Go was to build with\n%s\nwant %s", out, want)
	}
}
