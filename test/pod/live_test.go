package pod

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// What changes in a running zot is seen in what it does, and the process stays the same. Each part begins where the one before ended.
func TestLiveSettings(t *testing.T) {
	const users = `auth: {htpasswd: {secretName: users}}`
	const rules = users + `
accessControl:
  adminPolicy: {users: [ann], actions: [read, create, update, delete]}
  repositories: [{pattern: "**", anonymousPolicy: [`
	const keep = "]}]\nstorage: {retention: {policies: [{repositories: ['**'], keepTags: [{mostRecentlyPushedCount: "
	ann := User{"ann", "one"}
	p := New(t, "live")
	p.Secret("users", map[string]string{"htpasswd": "ann:" + hashes["one"]})
	apply := func(t *testing.T, text string) {
		t.Helper()
		if p.Apply(Spec(t, text)) && p.Starts() > 1 {
			t.Fatal("it takes a new pod")
		}
	}
	apply(t, rules+keep+"10}]}]}}")
	for _, tag := range []string{"v1", "v2", "v3"} {
		_, err := p.Push(ann, "app", tag)
		p.must(err)
	}
	anonymous := func() bool { _, err := p.Pull(User{}, "app", "v3"); return err == nil }

	t.Run("access rules", func(t *testing.T) {
		for _, given := range []string{"read", "", "read"} {
			began := time.Now()
			apply(t, rules+given+keep+"10}]}]}}")
			p.Eventually("everybody may read: "+given, func() bool { return anonymous() == (given != "") })
			t.Logf("in effect after %s", time.Since(began).Round(time.Millisecond))
		}
	})
	t.Run("passwords", func(*testing.T) {
		p.Secret("users", map[string]string{"htpasswd": "ann:" + hashes["two"]})
		ann.Password = "two"
		p.Eventually("ann signs in with another one", func() bool { _, err := p.Tags(ann, "app"); return err == nil })
	})
	t.Run("retention", func(t *testing.T) {
		apply(t, rules+keep+"1}]}]}}")
		p.Eventually("one tag is left", func() bool {
			tags, err := p.Tags(ann, "app")
			return err == nil && slices.Equal(tags, []string{"v3"})
		})
	})
	t.Run("scrub", func(t *testing.T) {
		scrubs(t, p, ann, func() { apply(t, rules+keep+"1}]}]}}\nextensions: {scrub: {}}") })
	})
	t.Run("a configuration that is none does not reach zot", func(t *testing.T) {
		config := p.at("run", handover.ConfigFile)
		before, err := os.ReadFile(config)
		p.must(err)
		for _, wrong := range []string{`{"format": 1, "zot": {`, `{"format": 99, "zot": {}}`, `{"format": 1, "zot": {}, "other": true}`} {
			p.must(os.WriteFile(p.at("live", handover.LiveFile), []byte(wrong), 0o600))
			p.Eventually("the config agent says what is wrong with "+wrong, func() bool { return len(p.State().Problems) == 1 })
			after, err := os.ReadFile(config)
			p.must(err)
			if string(after) != string(before) {
				t.Errorf("zot was given something else")
			}
		}
		apply(t, rules+keep+"1}]}]}}")
	})
	p.Serving()
	if p.Starts() != 1 {
		t.Errorf("zot was started %d times", p.Starts())
	}
	t.Run("what zot reads at its start only", func(t *testing.T) {
		if !p.Apply(Spec(t, rules+keep+"1}]}]}}\nextensions: {metrics: {}}")) || p.Starts() != 2 {
			t.Errorf("zot was started %d times", p.Starts())
		}
		p.Eventually("it serves its figures", func() bool { return p.Status(http.MethodGet, "/metrics") == http.StatusOK })
		p.Serving()
	})
}

// scrubs spoils a layer, which zot tells as soon as it reads everything again.
func scrubs(t *testing.T, p *Pod, user User, on func()) {
	t.Helper()
	const told = "blobs/manifest affected"
	target, err := p.tag("app", "v3")
	p.must(err)
	image, err := remote.Image(target, user.option())
	p.must(err)
	layers, err := image.Layers()
	p.must(err)
	digest, err := layers[0].Digest()
	p.must(err)
	blob := filepath.Join(p.Data(), "app", "blobs", "sha256", digest.Hex)
	p.must(os.Chmod(blob, 0o600))
	p.must(os.WriteFile(blob, []byte("spoiled"), 0o600))
	if strings.Contains(p.Log(), told) {
		t.Error("told before anybody asked")
	}
	on()
	p.Eventually("zot tells that a layer is not what it was", func() bool { return strings.Contains(p.Log(), told) })
}

// Garbage collection is switched on and off in the running zot.
func TestLiveGarbageCollection(t *testing.T) {
	p := New(t, "collected")
	p.Apply(Spec(t, `storage: {gc: {enabled: false}}`))
	digest, err := p.Push(User{}, "app", "v1")
	p.must(err)
	target, err := p.tag("app", "v1")
	p.must(err)
	p.must(remote.Delete(target.Context().Digest(digest.String())))
	blobs := filepath.Join(p.Data(), "app", "blobs", "sha256")
	left := func() int {
		entries, err := os.ReadDir(blobs)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		return len(entries)
	}
	old := time.Now().Add(-time.Hour)
	entries, err := os.ReadDir(blobs)
	p.must(err)
	for _, entry := range entries {
		p.must(os.Chtimes(filepath.Join(blobs, entry.Name()), old, old))
	}
	if left() == 0 {
		t.Fatal("what no tag leads to is gone without garbage collection")
	}
	if p.Apply(Spec(t, `storage: {gc: {delay: 1m, interval: 1m}}`)) {
		t.Fatal("it takes a new pod")
	}
	p.Eventually("what no tag leads to is removed", func() bool { return left() == 0 })
	p.Serving()
}
