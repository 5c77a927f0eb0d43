package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A repository with the two scripts, a Makefile, a CHANGELOG and a commit on main, in a folder of the test's own.
func repository(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"changelog.sh", "release-tag.sh"} {
		script, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, "hack", name), string(script), 0o700)
	}
	write(t, filepath.Join(folder, "Makefile"), "VERSION ?= 1.2.3\n", 0o600)
	write(t, filepath.Join(folder, "CHANGELOG.md"), `# Changelog

## [Unreleased]

## [1.2.3] - 2026-12-01

### Added

* A thing.

## [1.2.2] - 2026-11-01

* Older.

[1.2.2]: https://example.com
`, 0o600)
	git(t, folder, "init", "--quiet", "--initial-branch=main")
	git(t, folder, "add", ".")
	git(t, folder, "commit", "--quiet", "--message=one")
	return folder
}

func write(t *testing.T, file, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, folder string, args ...string) {
	t.Helper()
	args = append([]string{"-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"}, args...)
	if output, err := started(folder, "git", args...); err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, output)
	}
}

// started runs a program there, and returns what it printed and told.
func started(folder, program string, args ...string) (string, error) {
	command := exec.Command(program, args...)
	command.Dir = folder
	// Not the repository that a hook of git may have named.
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "GIT_") {
			command.Env = append(command.Env, variable)
		}
	}
	command.Env = append(command.Env, "MAIN=refs/heads/main")
	output, err := command.CombinedOutput()
	return strings.TrimSpace(string(output)), err
}

func TestChangelogPrintsOneSection(t *testing.T) {
	folder := repository(t)
	for version, want := range map[string]string{"1.2.3": "### Added\n\n* A thing.", "1.2.2": "* Older."} {
		if got, err := started(folder, "hack/changelog.sh", version); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", version, got, err, want)
		}
	}
	for _, version := range []string{"Unreleased", "1.2", "1.2.4", "1.2.3 - 2026-12-01"} {
		if got, err := started(folder, "hack/changelog.sh", version); err == nil || !strings.Contains(got, "says nothing of "+version) {
			t.Errorf("%s: %q, %v; want an error", version, got, err)
		}
	}
}

func TestReleaseTag(t *testing.T) {
	for name, row := range map[string]struct {
		prepare func(t *testing.T, folder string)
		tag     string
		want    string
		refused bool
	}{
		"as it should be": {
			prepare: func(t *testing.T, folder string) { git(t, folder, "tag", "v1.2.3") },
			tag:     "v1.2.3", want: "version=1.2.3\nreplaces=",
		},
		"after another release": {
			prepare: func(t *testing.T, folder string) {
				git(t, folder, "tag", "v1.1.0")
				git(t, folder, "commit", "--quiet", "--allow-empty", "--message=two")
				git(t, folder, "tag", "v1.2.2")
				git(t, folder, "tag", "vsomething")
				git(t, folder, "commit", "--quiet", "--allow-empty", "--message=three")
				git(t, folder, "tag", "v1.2.3")
			},
			tag: "v1.2.3", want: "version=1.2.3\nreplaces=1.2.2",
		},
		"with a message of its own, below the head of main": {
			prepare: func(t *testing.T, folder string) {
				git(t, folder, "tag", "--annotate", "--message=notes", "v1.2.3")
				git(t, folder, "commit", "--quiet", "--allow-empty", "--message=two")
				git(t, folder, "checkout", "--quiet", "v1.2.3")
			},
			tag: "v1.2.3", want: "version=1.2.3\nreplaces=",
		},
		"another version": {
			prepare: func(t *testing.T, folder string) { git(t, folder, "tag", "v1.2.2") },
			tag:     "v1.2.2", want: "the Makefile's VERSION is 1.2.3", refused: true,
		},
		"no tag": {prepare: func(*testing.T, string) {}, tag: "v1.2.3", want: "there is no such tag", refused: true},
		"another commit": {
			prepare: func(t *testing.T, folder string) {
				git(t, folder, "tag", "v1.2.3")
				git(t, folder, "commit", "--quiet", "--allow-empty", "--message=two")
			},
			tag: "v1.2.3", want: "which is not checked out", refused: true,
		},
		"not on main": {
			prepare: func(t *testing.T, folder string) {
				git(t, folder, "checkout", "--quiet", "-b", "side")
				git(t, folder, "commit", "--quiet", "--allow-empty", "--message=two")
				git(t, folder, "tag", "v1.2.3")
			},
			tag: "v1.2.3", want: "is not on refs/heads/main", refused: true,
		},
		"no main": {
			prepare: func(t *testing.T, folder string) {
				git(t, folder, "tag", "v1.2.3")
				git(t, folder, "branch", "--move", "main", "side")
			},
			tag: "v1.2.3", want: "there is no refs/heads/main to compare with", refused: true,
		},
		"no notes": {
			prepare: func(t *testing.T, folder string) {
				write(t, filepath.Join(folder, "CHANGELOG.md"), "# Changelog\n\n## [Unreleased]\n\n* A thing.\n", 0o600)
				git(t, folder, "tag", "v1.2.3")
			},
			tag: "v1.2.3", want: "there are no notes of it", refused: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := repository(t)
			row.prepare(t, folder)
			got, err := started(folder, "hack/release-tag.sh", row.tag)
			if (err != nil) != row.refused || !strings.Contains(got, row.want) || !row.refused && got != row.want {
				t.Fatalf("%q, %v; want %q, refused: %v", got, err, row.want, row.refused)
			}
		})
	}
}
