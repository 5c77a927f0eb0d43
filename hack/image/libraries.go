package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"path"
	"strings"
)

// libraryFolder is searched by every dynamic loader.
const libraryFolder = "/usr/lib/"

// addLibraries puts the loader and the shared libraries of the recipe's programs into the image, as ldd finds them on this machine. It
// is for servers of tests that others ship as dynamic programs; the operator's own image holds static ones.
func (r *recipe) addLibraries(ctx context.Context) error {
	for _, source := range programs(r.files) {
		// #nosec G204 -- the flag names the program, and whoever builds an image of it trusts it
		printed, err := exec.CommandContext(ctx, "ldd", source).CombinedOutput()
		if err != nil {
			return fmt.Errorf("ldd %s: %w\n%s", source, err, bytes.TrimSpace(printed))
		}
		found, err := parseLibraries(printed)
		if err != nil {
			return fmt.Errorf("ldd %s: %w", source, err)
		}
		maps.Copy(r.files, found)
	}
	r.dynamic = true
	return nil
}

// programs are the sources that could have libraries.
func programs(files map[string]string) []string {
	var out []string
	for _, source := range files {
		if isExecutable(source) {
			out = append(out, source)
		}
	}
	return out
}

// parseLibraries reads what ldd prints: "NAME => PATH (ADDRESS)" for a library, "PATH (ADDRESS)" for the loader, which a program
// names by its path, and "NAME (ADDRESS)" for what the kernel brings.
func parseLibraries(printed []byte) (map[string]string, error) {
	out := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(printed))
	for lines.Scan() {
		name, found, linked := strings.Cut(strings.TrimSpace(lines.Text()), " => ")
		switch {
		case linked && strings.HasPrefix(found, "not found"):
			return nil, fmt.Errorf("library %s is not on this machine", name)
		case linked:
			file, _, _ := strings.Cut(found, " (")
			out[libraryFolder+path.Base(name)] = file
		case path.IsAbs(name):
			file, _, _ := strings.Cut(name, " (")
			out[file] = file
		}
	}
	if len(out) == 0 {
		return nil, errors.New("it has no shared libraries: leave --libraries out")
	}
	return out, lines.Err()
}
