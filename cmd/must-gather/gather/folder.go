package gather

import (
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// Files at the top of the folder that tell about the collection.
const (
	versionFile = "version"
	filesFile   = "files.txt"
	errorsFile  = "errors.txt"
)

// folder is where all is written. Names of files come from a cluster, so nothing may lead out of it.
type folder struct {
	root *os.Root
	// files are lines of filesFile, by what they tell about.
	files map[string]string
	// failed is how many things could not be read.
	failed int
}

func openFolder(at string) (*folder, error) {
	if err := os.MkdirAll(at, 0o755); err != nil { // #nosec G301 -- oc fetches it by another container
		return nil, fmt.Errorf("making the folder to write into: %w", err)
	}
	root, err := os.OpenRoot(at)
	if err != nil {
		return nil, fmt.Errorf("opening the folder to write into: %w", err)
	}
	return &folder{root: root, files: map[string]string{}}, nil
}

// write puts a file there, and remembers it, with what there is to say of it.
func (f *folder) write(file string, data []byte, remark string) error {
	err := f.root.MkdirAll(path.Dir(file), 0o755)
	if err == nil {
		err = f.root.WriteFile(file, data, 0o644)
	}
	if err != nil {
		return &writeError{file, err}
	}
	f.files[file] = strings.TrimRight(fmt.Sprintf("%10d  %s  %s", len(data), file, remark), " ") + "\n"
	return nil
}

func (f *folder) writeYAML(file string, value any) error {
	data, err := yaml.Marshal(value)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", file, err)
	}
	return f.write(file, data, "")
}

// fail notes what could not be read, at once: gather may be ended at any time.
func (f *folder) fail(what string, why error) error {
	f.failed++
	file, err := f.root.OpenFile(errorsFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return &writeError{errorsFile, err}
	}
	_, err = fmt.Fprintf(file, "%s: %s\n", what, cleanText(why.Error()))
	if errClose := file.Close(); err == nil {
		err = errClose
	}
	if err != nil {
		return &writeError{errorsFile, err}
	}
	return nil
}

// close writes the list of files.
func (f *folder) close() error {
	var text strings.Builder
	for _, file := range slices.Sorted(maps.Keys(f.files)) {
		text.WriteString(f.files[file])
	}
	err := f.root.WriteFile(filesFile, []byte(text.String()), 0o644)
	if errClose := f.root.Close(); err == nil {
		err = errClose
	}
	if err != nil {
		return &writeError{filesFile, err}
	}
	return nil
}

// writeError is why nothing more can be collected, such as a full volume.
type writeError struct {
	file string
	err  error
}

// Error names the file.
func (e *writeError) Error() string { return fmt.Sprintf("writing %s: %v", e.file, e.err) }

// Unwrap gives the cause.
func (e *writeError) Unwrap() error { return e.err }
