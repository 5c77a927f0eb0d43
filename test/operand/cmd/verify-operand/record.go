package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// golden is one configuration as the operator renders it; its folder names it.
type golden struct {
	name, path, hash string
	data             []byte
}

func readGoldens(glob string) ([]golden, error) {
	paths, err := filepath.Glob(glob)
	if err != nil {
		return nil, fmt.Errorf("--configs %q: %w", glob, err)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no golden configuration matches %q: the check would guard nothing", glob)
	}
	slices.Sort(paths)
	goldens := make([]golden, 0, len(paths))
	for _, path := range paths {
		data, err := os.ReadFile(path) // #nosec G304 -- the flag names the files
		if err != nil {
			return nil, fmt.Errorf("reading a golden configuration: %w", err)
		}
		sum := sha256.Sum256(data)
		goldens = append(goldens, golden{name: filepath.Base(filepath.Dir(path)), path: path, hash: hex.EncodeToString(sum[:]), data: data})
	}
	return goldens, nil
}

// record is zot version -> hash of an accepted configuration -> name of its fixture.
type record map[string]map[string]string

func readRecord(path string) (record, error) {
	data, err := os.ReadFile(path) // #nosec G304 -- the flag names the file
	if errors.Is(err, fs.ErrNotExist) {
		return record{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the record: %w", err)
	}
	r := record{}
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("reading the record %s: %w", path, err)
	}
	return r, nil
}

// set replaces what is recorded for a version, so that configurations which are gone leave the record. Where two
// fixtures render the same bytes the first name stands for both.
func (r record) set(version string, goldens []golden) {
	accepted := map[string]string{}
	for _, g := range goldens {
		if _, known := accepted[g.hash]; !known {
			accepted[g.hash] = g.name
		}
	}
	r[version] = accepted
}

// write sorts by key, as encoding/json does with maps: the same verdicts give the same bytes.
func (r record) write(path string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the record: %w", err)
	}
	if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil { // #nosec G306 -- a file of the repository
		return fmt.Errorf("writing the record: %w", err)
	}
	return nil
}

// check fails with the name of every golden configuration that no zot, or not the wanted one, has accepted.
func (r record) check(goldens []golden, version string, out io.Writer) error {
	by := "any zot"
	if version != "" {
		by = "zot " + version
	}
	var missing []string
	for _, g := range goldens {
		if !r.accepted(g.hash, version) {
			missing = append(missing, g.path)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("not recorded as accepted by %s:\n  %s\nThese golden configurations changed since a real zot judged them: %s",
			by, strings.Join(missing, "\n  "), howToMend)
	}
	_, _ = fmt.Fprintf(out, "%d golden configurations are recorded as accepted by %s\n", len(goldens), by)
	return nil
}

func (r record) accepted(hash, version string) bool {
	for v, hashes := range r {
		if _, found := hashes[hash]; found && (version == "" || v == version) {
			return true
		}
	}
	return false
}
