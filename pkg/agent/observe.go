package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// volume is the content of one mounted Secret or ConfigMap by key.
type volume map[string][]byte

// inputs are what the agent is given. A missing document is nil, a missing Secret or ConfigMap has no keys.
type inputs struct {
	boot, live []byte
	// secrets and configMaps are the user's, by name.
	secrets, configMaps map[string]volume
	// withheld means that zot is to start without the provider with which people sign in.
	withheld bool
}

func (in inputs) equal(other inputs) bool {
	same := func(a, b volume) bool { return maps.EqualFunc(a, b, bytes.Equal) }
	return in.withheld == other.withheld && bytes.Equal(in.boot, other.boot) && bytes.Equal(in.live, other.live) &&
		maps.EqualFunc(in.secrets, other.secrets, same) && maps.EqualFunc(in.configMaps, other.configMaps, same)
}

// observe reads all inputs. They are a few kilobytes in memory-backed volumes, so the agent reads them again every second
// instead of watching: a node's inotify instances are few, shared by all pods of a user ID, and may be exhausted just
// when an access rule has to reach zot.
func observe(layout Layout) (inputs, error) {
	boot, err := readVolume(layout.BootDir)
	if err != nil {
		return inputs{}, err
	}
	live, err := readVolume(layout.LiveDir)
	if err != nil {
		return inputs{}, err
	}
	in := inputs{boot: boot[handover.BootFile], live: live[handover.LiveFile]}
	if in.secrets, err = readMounts(layout.SecretsDir); err != nil {
		return inputs{}, err
	}
	if in.configMaps, err = readMounts(layout.ConfigMapsDir); err != nil {
		return inputs{}, err
	}
	return in, nil
}

// readMounts reads all volumes that are mounted in a directory.
func readMounts(dir string) (map[string]volume, error) {
	found := map[string]volume{}
	mounts, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list mounted volumes: %w", err)
	}
	for _, mount := range mounts {
		if found[mount.Name()], err = readVolume(filepath.Join(dir, mount.Name())); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// swaps is how often a volume may be replaced under the reader before it gives up until the next round.
const swaps = 3

// dataLink is the link that the kubelet turns to a new directory when a Secret or config map changes.
const dataLink = "..data"

// readVolume reads a config map or Secret volume, all keys from one version. An absent directory has no keys.
//
// The kubelet turns the link before it removes the old version, file by file. So what was read is whole only if the link is still
// the same afterwards: a directory on its way out lists some of its files, without an error.
func readVolume(dir string) (volume, error) {
	link := filepath.Join(dir, dataLink)
	var err error
	for range swaps {
		target, linkErr := os.Readlink(link)
		if linkErr != nil {
			content, err := readKeys(dir)
			if errors.Is(err, fs.ErrNotExist) {
				return nil, nil
			}
			return content, err
		}
		var content volume
		content, err = readKeys(filepath.Join(dir, target))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read volume: %w", err)
		}
		if after, linkErr := os.Readlink(link); err == nil && linkErr == nil && after == target {
			return content, nil
		}
	}
	if err == nil {
		err = fs.ErrNotExist
	}
	return nil, fmt.Errorf("read volume %s: it was replaced %d times while it was read: %w", dir, swaps, err)
}

func readKeys(dir string) (volume, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	content := make(volume, len(entries))
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "..") {
			continue
		}
		path := filepath.Join(dir, entry.Name())
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			continue
		}
		if content[entry.Name()], err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	return content, nil
}
