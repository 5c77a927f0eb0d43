package properties

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/test/properties/specs"
)

// verified is how many different configurations the real zot judges. One takes it about a quarter of a second.
var verified = flag.Int("verified", 500, "how many configurations the zot of ZOT_BIN verifies")

// workers is how many zots run at a time.
const workers = 2

// TestZotTakesAdmissibleStores lets the real zot judge. A refusal is a mistake of the rules of admission or of the rendering; the
// smallest store that shows it is printed.
func TestZotTakesAdmissibleStores(t *testing.T) {
	binary := os.Getenv("ZOT_BIN")
	if binary == "" {
		t.Skip("ZOT_BIN names no zot: none judges the configurations")
	}
	judged, start := pick(t, *verified), time.Now()
	queue := make(chan *v1alpha1.ZotArtifactStore)
	var done, refusals atomic.Int32
	var wait sync.WaitGroup
	for range workers {
		z := zot{binary: binary, dir: filepath.Join(t.TempDir(), "pod")}
		wait.Go(func() {
			for store := range queue {
				if said := z.verify(t, store); said != "" && refusals.Add(1) <= 5 {
					small, why := z.smallest(t, store)
					t.Errorf("zot refuses what admission takes: %s\nthe smallest such store is\n%s", why, written(small))
				}
				if n := done.Add(1); n%250 == 0 {
					t.Logf("%d verified, %s", n, time.Since(start).Round(time.Second))
				}
			}
		})
	}
	for _, store := range judged {
		queue <- store
	}
	close(queue)
	wait.Wait()
	t.Logf("zot has judged %d configurations in %s and refused %d", done.Load(), time.Since(start).Round(time.Second), refusals.Load())
}

// pick draws admissible stores whose configurations all differ.
func pick(t *testing.T, count int) []*v1alpha1.ZotArtifactStore {
	t.Helper()
	store := stock(t)
	seen := map[string]bool{}
	var out []*v1alpha1.ZotArtifactStore
	for len(out) < count {
		checks(t, count)
		rapid.Check(t, func(t *rapid.T) {
			s := store.Draw(t, "store")
			if len(out) == count || !admissible(s) {
				return
			}
			documents := render(t, s)
			if key := string(documents.Boot) + string(documents.Live); !seen[key] {
				seen[key] = true
				out = append(out, s)
			}
		})
	}
	return out
}

// zot is a binary, and the folder of the pod in which it runs.
type zot struct {
	binary, dir string
}

// verify gives what zot says against the store, and nothing if it takes it.
func (z zot) verify(t failer, store *v1alpha1.ZotArtifactStore) string {
	t.Helper()
	p := pod{dir: z.dir}
	p.hand(t, render(t, store))
	// #nosec G204 -- the person who runs the tests names the binary
	output, err := exec.Command(z.binary, "verify", p.config()).CombinedOutput()
	if err == nil {
		return ""
	}
	return fmt.Sprintf("%v: %s", err, complaint(output))
}

// complaint is what zot logs as errors.
func complaint(output []byte) string {
	var out []string
	for line := range bytes.Lines(output) {
		if bytes.Contains(line, []byte(`"level":"error"`)) || !bytes.HasPrefix(line, []byte("{")) {
			out = append(out, string(bytes.TrimSpace(line)))
		}
	}
	return strings.Join(out, "\n")
}

// smallest takes fields out of the store as long as admission takes and zot refuses it.
func (z zot) smallest(t failer, store *v1alpha1.ZotArtifactStore) (small *v1alpha1.ZotArtifactStore, why string) {
	t.Helper()
	small, why = store, z.verify(t, store)
	for shrunk := true; shrunk; {
		shrunk = false
		object, err := specs.Object(small.Spec)
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, without := range smaller(object) {
			next := small.DeepCopy()
			next.Spec = v1alpha1.ZotArtifactStoreSpec{}
			data, err := json.Marshal(without)
			if err != nil || json.Unmarshal(data, &next.Spec) != nil || !admissible(next) {
				continue
			}
			if said := z.verify(t, next); said != "" {
				small, why, shrunk = next, said, true
				break
			}
		}
	}
	return small, why
}

// smaller are copies of the value, each without one field or entry, large ones first.
func smaller(value any) []any {
	var out, deeper []any
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			without := maps.Clone(v)
			delete(without, key)
			out = append(out, without)
			for _, below := range smaller(v[key]) {
				changed := maps.Clone(v)
				changed[key] = below
				deeper = append(deeper, changed)
			}
		}
	case []any:
		for i := range v {
			out = append(out, slices.Delete(slices.Clone(v), i, i+1))
			for _, below := range smaller(v[i]) {
				changed := slices.Clone(v)
				changed[i] = below
				deeper = append(deeper, changed)
			}
		}
	}
	return append(out, deeper...)
}
