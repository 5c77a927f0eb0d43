package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// note is what the agent remembers across its own restarts, in a file in memory next to the credentials: hashes only.
type note struct {
	// Boot and Live are the hashes of the documents in place.
	Boot string `json:"boot"`
	Live string `json:"live"`
	// Restart is the hash of everything in place that zot reads only when it starts, see target.
	Restart string `json:"restart"`
	// Reload is the hash of what in place zot takes up when it reads its configuration, see target.
	Reload string `json:"reload"`
	// Withheld is true when the configuration in place leaves the provider out with which people sign in.
	Withheld bool `json:"withheld,omitempty"`
	// ZotRestarts is the count of handover.State.
	ZotRestarts int `json:"zotRestarts"`
}

// place is what is in the directory that zot reads.
type place struct {
	// files by name, in canonical form.
	files map[string][]byte
	note  note
}

// readPlace looks at what an earlier run of the agent has left.
func readPlace(layout Layout) (place, error) {
	found := place{files: map[string][]byte{}}
	names := []string{handover.ConfigFile, handover.AppliedFile}
	for _, files := range filesOf {
		names = append(names, files...)
	}
	for _, name := range names {
		content, err := os.ReadFile(layout.run(name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return place{}, fmt.Errorf("read what is in place: %w", err)
		}
		found.files[name] = canonical(content)
	}
	// A note that cannot be read counts as none: then everything is compared and zot starts once more.
	if err := json.Unmarshal(found.files[handover.AppliedFile], &found.note); err != nil {
		found.note = note{}
	}
	delete(found.files, handover.AppliedFile)
	return found, nil
}

// canonical takes away the padding of writeInPlace.
func canonical(content []byte) []byte { return bytes.TrimRight(content, " \r\n") }

// write replaces the content of a file that zot reads.
func (l Layout) write(name string, content []byte, padding byte) error {
	if dir := filepath.Dir(name); dir != "." {
		if err := os.Mkdir(l.run(dir), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("make directory: %w", err)
		}
	}
	return writeInPlace(l.run(name), content, padding)
}

// writeInPlace replaces a file's content with one write and without truncating it, as zot reads its configuration on every
// write and would find an empty file, or half of one, in between. A shorter content is padded to the old length; the formats
// that are written here end with as much white space as one likes. That also overwrites all bytes of an old credential.
func writeInPlace(path string, content []byte, padding byte) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("write in place: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("write in place: %w", err)
	}
	// The file's mode is not umask's or an earlier owner's matter: it holds secrets.
	if info.Mode().Perm() != 0o600 {
		if err := file.Chmod(0o600); err != nil {
			return fmt.Errorf("write in place: %w", err)
		}
	}
	padded := append([]byte{}, content...)
	if missing := info.Size() - int64(len(content)) - 1; missing > 0 {
		padded = append(padded, bytes.Repeat([]byte{padding}, int(missing))...)
	}
	if _, err := file.WriteAt(append(padded, '\n'), 0); err != nil {
		return fmt.Errorf("write in place: %w", err)
	}
	return nil
}

// writeNote is not read by zot, and truncating is fine: a note that a crash has cut counts as none.
func writeNote(layout Layout, current note) error {
	data, err := json.Marshal(current)
	if err != nil {
		return fmt.Errorf("encode note: %w", err)
	}
	if err := os.WriteFile(layout.run(handover.AppliedFile), data, 0o600); err != nil {
		return fmt.Errorf("write note: %w", err)
	}
	return nil
}
