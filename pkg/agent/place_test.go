package agent

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func TestWriteInPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	inode := func() os.FileInfo {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	var first os.FileInfo
	for _, step := range []struct{ content, want string }{
		{`{"abc":1}`, "{\"abc\":1}\n"},
		{`{}`, "{}       \n"},
		{`{"a":1}`, "{\"a\":1}  \n"},
		{`{"a":12345}`, "{\"a\":12345}\n"},
	} {
		if err := writeInPlace(path, []byte(step.content), ' '); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != step.want {
			t.Errorf("got %q, want %q", got, step.want)
		}
		if first == nil {
			first = inode()
		}
		if !os.SameFile(first, inode()) {
			t.Error("it is another file now; zot watches the first one")
		}
	}
	if mode := inode().Mode().Perm(); mode != 0o600 {
		t.Errorf("mode is %o", mode)
	}
}

func TestWriteInPlaceTakesAwayRights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, nil, 0o644); err != nil { //nolint:gosec // that is what the test is about
		t.Fatal(err)
	}
	if err := writeInPlace(path, []byte("x"), '\n'); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %o", info.Mode().Perm())
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		layout := Layout{RunDir: dir}
		for range rapid.IntRange(1, 4).Draw(t, "writes") {
			content := canonical([]byte(rapid.StringMatching(`[{}a-z \n]{1,40}x`).Draw(t, "content")))
			padding := rapid.SampledFrom([]byte{' ', '\n'}).Draw(t, "padding")
			before, _ := os.Stat(layout.run(handover.ConfigFile))
			if err := writeInPlace(layout.run(handover.ConfigFile), content, padding); err != nil {
				t.Fatal(err)
			}
			after, err := os.Stat(layout.run(handover.ConfigFile))
			if err != nil || before != nil && after.Size() < before.Size() {
				t.Fatalf("the file became shorter: %v", err)
			}
			found, err := readPlace(layout)
			if err != nil || !bytes.Equal(found.files[handover.ConfigFile], content) {
				t.Fatalf("got %q (%v), want %q", found.files[handover.ConfigFile], err, content)
			}
		}
	})
}
