package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const good = `on: push
permissions:
  contents: read
jobs:
  build:
    timeout-minutes: 10
    permissions:
      contents: write
    steps:
      - uses: actions/checkout@0123456789012345678901234567890123456789 # v1.2.3
        with:
          persist-credentials: false
      - uses: ./hack/action
      - run: make "$NAME"
        env:
          NAME: ${{ github.ref_name }}
    needs: [call, checked]
  call:
    uses: owner/name/.github/workflows/one.yaml@0123456789012345678901234567890123456789 # v2
  asked:
    environment: release
    uses: ./.github/workflows/asked.yaml
  checked:
    needs: asked
    uses: ./.github/workflows/checked.yaml
`

func TestCheck(t *testing.T) {
	if problems, err := check([]byte(good)); err != nil || len(problems) > 0 {
		t.Fatalf("the good workflow: %q, %v", problems, err)
	}
	commit := "@0123456789012345678901234567890123456789"
	for name, row := range map[string]struct{ old, new, want string }{
		"a tag":                    {"checkout" + commit + " # v1.2.3", "checkout@v4", "10: actions/checkout@v4: name the action by its commit"},
		"a short commit":           {"checkout" + commit, "checkout" + commit[:13], "name the action by its commit"},
		"an image":                 {"actions/checkout" + commit, "docker://alpine:3", "name the action by its commit"},
		"no commit":                {"actions/checkout" + commit, "actions/checkout", "name the action by its commit"},
		"no tag beside it":         {commit + " # v1.2.3", commit, "tell the tag of that commit"},
		"no tag in the comment":    {"# v1.2.3", "# as of today", "tell the tag of that commit"},
		"another workflow":         {"one.yaml" + commit, "one.yaml@main", "19: owner/name/.github/workflows/one.yaml@main: name"},
		"no permissions":           {"permissions:\n  contents: read\n", "", "no top-level permissions"},
		"all permissions":          {"permissions:\n  contents: read\n", "permissions: write-all\n", "no top-level permissions"},
		"permissions of all":       {"contents: read", "packages: write", "3: permission packages: write is every job's"},
		"no end":                   {"    timeout-minutes: 10\n", "", "job build has no timeout-minutes"},
		"a token that stays":       {"persist-credentials: false", "persist-credentials: true", "10: a checkout leaves its token"},
		"a token that stays, by":   {"persist-credentials: false", "fetch-depth: 0", "10: a checkout leaves its token"},
		"a name in a script":       {`"$NAME"`, "${{ github.ref_name }}", "14: ${{ }} in a script"},
		"a name in an action's":    {"persist-credentials: false", "persist-credentials: false\n          script: ${{ github.ref_name }}", "13: ${{ }} in a script"},
		"not after an environment": {"[call, checked]", "call", "8: job build has contents: write, and nobody lets it"},
		"no environment":           {"    environment: release\n", "", "8: job build has contents: write, and nobody lets it"},
		"rights of a job":          {"    permissions:\n      contents: write\n", "    permissions: write-all\n", "7: permissions of job build are no map"},
		"others' code, a name":     {"on: push", "on: pull_request_target", "1: pull_request_target runs with"},
		"others' code, a list":     {"on: push", "on: [push, workflow_run]", "1: workflow_run runs with"},
		"others' code, a map":      {"on: push", "on:\n  workflow_run:\n    workflows: [ci]", "2: workflow_run runs with"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(good, row.old, row.new, 1)
			if changed == good {
				t.Fatal("the row changes nothing")
			}
			problems, err := check([]byte(changed))
			if err != nil || len(problems) != 1 || !strings.Contains(problems[0], row.want) {
				t.Fatalf("got %q, %v; want one problem with %q", problems, err, row.want)
			}
		})
	}
}

// Jobs are a map, which Go reads in another order each time.
func TestFindingsAreSorted(t *testing.T) {
	var jobs strings.Builder
	jobs.WriteString("permissions: {}\njobs:\n")
	for _, job := range []string{"a", "b", "c", "d", "e", "f"} {
		jobs.WriteString("  " + job + ":\n    timeout-minutes: 1\n    permissions: write-all\n")
	}
	problems, err := check([]byte(jobs.String()))
	if err != nil || len(problems) != 6 {
		t.Fatalf("%q, %v", problems, err)
	}
	for i, problem := range problems {
		if want := fmt.Sprintf("%d: permissions of job", 5+3*i); !strings.HasPrefix(problem, want) {
			t.Errorf("finding %d is %q, want %q", i, problem, want)
		}
	}
}

func TestRunTellsFileAndLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "one.yaml")
	if err := os.WriteFile(file, []byte(strings.Replace(good, "contents: read", "contents: write", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	if err := run([]string{file}, &told); err == nil || !strings.Contains(told.String(), file+":3: permission contents") {
		t.Fatalf("%v, told %q", err, told.String())
	}
	for name, files := range map[string][]string{"no file": nil, "a file that is not there": {file + ".not"}} {
		if err := run(files, &told); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, content := range map[string]string{"no YAML": "a: b: c", "no jobs": "permissions:\n  contents: read\n"} {
		if _, err := check([]byte(content)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Dependabot looks only where it is told to: a module that it is not told of grows old, and nobody notices. Of a folder that is not there it
// complains itself.
func TestDependabotKnowsAllModules(t *testing.T) {
	root := filepath.Join("..", "..")
	data, err := os.ReadFile(filepath.Join(root, ".github", "dependabot.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Updates []struct {
			Ecosystem   string   `yaml:"package-ecosystem"`
			Directories []string `yaml:"directories"`
		} `yaml:"updates"`
	}
	if err := yaml.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, update := range config.Updates {
		got[update.Ecosystem] = update.Directories
	}
	for ecosystem, file := range map[string]string{"gomod": "go.mod", "npm": "package-lock.json"} {
		for _, folder := range foldersWith(t, root, file) {
			if !slices.Contains(got[ecosystem], folder) {
				t.Errorf("%s: %s has a %s: add it to .github/dependabot.yml", ecosystem, folder, file)
			}
		}
	}
	if !slices.Equal(got["github-actions"], []string{"/"}) {
		t.Errorf("github-actions: %q", got["github-actions"])
	}
}

// foldersWith lists the folders of the repository that have such a file, as Dependabot writes them.
func foldersWith(t *testing.T, root, file string) []string {
	t.Helper()
	var folders []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", "_out", "bin", "dist", "node_modules"}, entry.Name()):
			return fs.SkipDir
		// Releases of Kubernetes, put together by replacements that have to move at once.
		case entry.IsDir() && (strings.HasSuffix(path, "/test/compat") || strings.HasSuffix(path, "/test/cluster/kubernetes")):
			return fs.SkipDir
		case entry.Name() == file:
			folder, err := filepath.Rel(root, filepath.Dir(path))
			folders = append(folders, "/"+strings.TrimPrefix(filepath.ToSlash(folder), "."))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return folders
}
