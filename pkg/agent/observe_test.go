package agent

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadVolume(t *testing.T) {
	p := newPod(t)
	dir := filepath.Join(p.layout.SecretsDir, "s")
	if got, err := readVolume(dir); err != nil || len(got) != 0 {
		t.Errorf("absent: got %v, %v", got, err)
	}
	p.project(dir, map[string]string{"a": "1", "b": "2"})
	p.project(dir, map[string]string{"a": "3"})
	got, err := readVolume(dir)
	if diff := cmp.Diff(volume{"a": []byte("3")}, got); err != nil || diff != "" {
		t.Errorf("a key of the last version is left, or: %v\n%s", err, diff)
	}
	p.project(dir, nil)
	if got, err := readVolume(dir); err != nil || len(got) != 0 {
		t.Errorf("empty: got %v, %v", got, err)
	}
	plain := t.TempDir()
	p.must(os.WriteFile(filepath.Join(plain, "k"), []byte("v"), 0o600))
	p.must(os.Mkdir(filepath.Join(plain, "directory"), 0o700))
	got, err = readVolume(plain)
	if diff := cmp.Diff(volume{"k": []byte("v")}, got); err != nil || diff != "" {
		t.Errorf("plain: %v\n%s", err, diff)
	}
}

func TestReadVolumeGivesUpOnABrokenLink(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("..gone", filepath.Join(dir, dataLink)); err != nil {
		t.Fatal(err)
	}
	if _, err := readVolume(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// A version is read as a whole, however often the kubelet replaces it meanwhile.
func TestReadVolumeMixesNoVersions(t *testing.T) {
	p := newPod(t)
	dir := filepath.Join(p.layout.SecretsDir, "s")
	project := func(value string) { p.project(dir, map[string]string{"a": value, "b": value, "c": value}) }
	project("0")
	var writer sync.WaitGroup
	stop := make(chan struct{})
	writer.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				project(strings.Repeat("x", i%9))
			}
		}
	})
	for range 300 {
		got, err := readVolume(dir)
		if err != nil {
			// Replaced again and again: the next round will do.
			continue
		}
		if string(got["a"]) != string(got["b"]) || string(got["b"]) != string(got["c"]) || len(got) != 3 {
			t.Errorf("mixed: %q", got)
		}
	}
	close(stop)
	writer.Wait()
}

func TestUnreadableVolumeIsToldAndLookedAtAgain(t *testing.T) {
	p := newPod(t)
	p.boot(plainBoot)
	p.live(readOnly)
	a := p.started()
	hidden := filepath.Join(p.layout.SecretsDir, "s")
	p.must(os.MkdirAll(hidden, 0o700))
	p.must(os.Symlink("..gone", filepath.Join(hidden, dataLink)))
	a.round()
	if state := a.State(); state.Applied || len(state.Problems) != 1 {
		t.Errorf("got %+v", state)
	}
	p.must(os.RemoveAll(hidden))
	a.round()
	if state := a.State(); !state.Applied || len(state.Problems) != 0 {
		t.Errorf("got %+v", state)
	}
}
