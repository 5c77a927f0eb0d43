package mounted

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// Dirs are the parents of what is mounted.
type Dirs struct{ Secrets, ConfigMaps string }

// ErrMissing is the error when a Secret or a ConfigMap, or the key in it, does not exist.
var ErrMissing = errors.New("is missing")

// volumes are read again if the kubelet has replaced them meanwhile.
const attempts = 5

// Values gives the values of a credential by purpose, without the line ends that editors leave. Of the optional ones those are left out
// that do not exist. The error names Secret and keys.
func (d Dirs) Values(credential handover.Credential, optional ...handover.Purpose) (map[handover.Purpose]string, error) {
	out := map[handover.Purpose]string{}
	for _, source := range credential.Sources {
		content, err := d.read(source)
		if err != nil {
			return nil, err
		}
		value, found := find(content, source)
		value = strings.TrimRight(value, "\r\n")
		switch {
		case found && value != "":
			out[source.Purpose] = value
		case !slices.Contains(optional, source.Purpose):
			return nil, fmt.Errorf("the %s %w: the store's namespace needs %s with the key %s",
				source.Purpose, ErrMissing, origin(source), strings.Join(source.Keys, " or "))
		}
	}
	return out, nil
}

// Hash is that of all that the credentials are taken from. It changes when one of them is rotated.
func (d Dirs) Hash(credentials []handover.Credential) (string, error) {
	sum := sha256.New()
	for _, credential := range credentials {
		for _, source := range credential.Sources {
			content, err := d.read(source)
			if err != nil {
				return "", err
			}
			value, found := find(content, source)
			fmt.Fprintf(sum, "%s %v %d\n%s", source.Purpose, found, len(value), value)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func origin(source handover.Source) string {
	if source.ConfigMap != "" {
		return fmt.Sprintf("ConfigMap %q", source.ConfigMap)
	}
	return fmt.Sprintf("Secret %q", source.Secret)
}

func find(content map[string]string, source handover.Source) (string, bool) {
	for _, key := range source.Keys {
		if value, ok := content[key]; ok {
			return value, true
		}
	}
	if source.OnlyKey && len(content) == 1 {
		for _, value := range content {
			return value, true
		}
	}
	return "", false
}

// read gives the keys of what a source names. What does not exist has none.
func (d Dirs) read(source handover.Source) (map[string]string, error) {
	dir := filepath.Join(d.Secrets, source.Secret)
	if source.ConfigMap != "" {
		dir = filepath.Join(d.ConfigMaps, source.ConfigMap)
	}
	for range attempts {
		// The kubelet replaces all keys at once, by a link of this name.
		before, _ := os.Readlink(filepath.Join(dir, "..data"))
		content, err := readKeys(dir)
		if after, _ := os.Readlink(filepath.Join(dir, "..data")); before != after {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", origin(source), err)
		}
		return content, nil
	}
	return nil, fmt.Errorf("read %s: it was replaced %d times while it was read", origin(source), attempts)
}

func readKeys(dir string) (map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	content := map[string]string{}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "..") {
			continue
		}
		value, err := os.ReadFile(filepath.Join(dir, entry.Name())) // #nosec G304 -- the operator names the folder
		if err != nil {
			return nil, err
		}
		content[entry.Name()] = string(value)
	}
	return content, nil
}
