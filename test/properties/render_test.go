package properties

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/validation"
	"github.com/zot-artifact-store/operator/pkg/version"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
	"github.com/zot-artifact-store/operator/test/properties/schema"
	"github.com/zot-artifact-store/operator/test/properties/specs"
	"github.com/zot-artifact-store/operator/test/properties/zotschema"
)

// stores is how many admissible stores are rendered, and handedStores how many of them are given to the real agent.
const (
	stores       = 10_000
	handedStores = 300
)

func stock(t *testing.T) *rapid.Generator[*v1alpha1.ZotArtifactStore] {
	t.Helper()
	spec, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	return specs.Store(spec)
}

func admissible(store *v1alpha1.ZotArtifactStore) bool {
	return len(validation.Validate(validation.Input{New: store})) == 0
}

// render is what the workload controller does.
func render(t failer, store *v1alpha1.ZotArtifactStore) zotconfig.Documents {
	t.Helper()
	spec := defaults.Effective(store.Spec, defaults.Upstream())
	if defaults.RBACOn(spec) {
		spec.ExternalURL = resources.WayBack(resources.Input{Namespace: store.Namespace, Name: store.Name, Spec: spec},
			resources.Outside{Route: "registry.example.com", LoadBalancer: "192.0.2.1"})
	}
	documents, err := zotconfig.Render(zotconfig.Store{Namespace: store.Namespace, Name: store.Name, UID: store.UID}, spec)
	if err != nil {
		t.Fatalf("an admissible store cannot be rendered: %v\n%s", err, written(store))
	}
	return documents
}

func written(store *v1alpha1.ZotArtifactStore) string {
	data, err := json.MarshalIndent(store.Spec, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// TestAdmissibleStoresRender is the promise of admission: what it takes becomes a configuration that zot takes.
func TestAdmissibleStoresRender(t *testing.T) {
	tryStores(t, stores, fake)
}

// TestTheAgentMakesItWork does the same with the real agent.
func TestTheAgentMakesItWork(t *testing.T) {
	tryStores(t, handedStores, pod{dir: filepath.Join(t.TempDir(), "pod")}.hand)
}

// handOver is what the agent does, or somebody in its place.
type handOver func(failer, zotconfig.Documents) handed

func tryStores(t *testing.T, wanted int, hand handOver) {
	t.Helper()
	store := stock(t)
	count, drawn, rendered, start := checks(t, wanted), 0, 0, time.Now()
	rapid.Check(t, func(t *rapid.T) {
		drawn++
		s := store.Draw(t, "store")
		if !admissible(s) {
			t.Skip("admission refuses it")
		}
		judge(t, s, hand)
		rendered++
	})
	t.Logf("%d admissible stores rendered of %d drawn (%d%%), in %s", rendered, drawn, rendered*100/drawn, time.Since(start).Round(time.Second))
	if !t.Failed() && rendered < count {
		t.Errorf("only %d of %d stores were rendered: give the test more time (-timeout)", rendered, count)
	}
}

// asked is how many draws somebody asks for on the command line; zero, nobody does.
var asked = sync.OnceValue(func() int {
	out := 0
	flag.Visit(func(f *flag.Flag) {
		if value, ok := f.Value.(flag.Getter); ok && f.Name == drawsFlag {
			out, _ = value.Get().(int)
		}
	})
	return out
})

const drawsFlag = "rapid.checks"

// checks lets rapid draw so many, or as many as somebody asks for.
func checks(t *testing.T, count int) int {
	t.Helper()
	if n := asked(); n > 0 {
		return shortened(n)
	}
	before := flag.Lookup(drawsFlag).Value.String()
	if err := flag.Set(drawsFlag, strconv.Itoa(count)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set(drawsFlag, before) })
	return shortened(count)
}

// shortened is how often rapid draws that is told to do so that often: a fifth with -short.
func shortened(count int) int {
	if testing.Short() {
		return count / 5
	}
	return count
}

// judge gives what is wrong with what becomes of a store. Rapid then looks for the smallest store of that kind.
func judge(t *rapid.T, store *v1alpha1.ZotArtifactStore, hand handOver) {
	before := store.DeepCopy()
	documents := render(t, store)
	given := hand(t, documents)
	zot, known := version.ZotVersion(defaults.Effective(store.Spec, defaults.Upstream()).Image.Tag)
	if !known || zot.Major == 0 {
		// Nobody knows what that is; admission takes it for the newest.
		zot = zotschema.Newest()
	}
	wrong := slices.Concat(zotschema.Check(given.zot, zot), zotschema.Rules(given.zot), files(given), secrets(t, given, documents))
	if again := render(t, before); !reflect.DeepEqual(documents, again) {
		wrong = append(wrong, errors.New("the second rendering is another one"))
	}
	if !reflect.DeepEqual(before, store) {
		wrong = append(wrong, errors.New("rendering changes the store"))
	}
	http, _ := given.zot["http"].(map[string]any)
	if http["accessControl"] == nil {
		wrong = append(wrong, errors.New("http.accessControl is missing: zot obeys rules that come later only if it is there at its start"))
	}
	if http["readTimeout"] == nil && version.Timeouts.In(zot.String()) {
		wrong = append(wrong, errors.New("http.readTimeout is missing: zot cuts transfers after 60 s"))
	}
	wrong = append(wrong, opened(store, given.zot)...)
	wrong = append(wrong, defaulted(t, store, documents)...)
	if len(wrong) == 0 {
		return
	}
	read, _ := json.MarshalIndent(given.zot, "", "  ")
	t.Fatalf("%v\nthe store is\n%s\nand zot reads\n%s", errors.Join(wrong...), written(store), read)
}

// files: every file that the configuration names is one that the agent writes, and the other way round.
func files(given handed) []error {
	var out []error
	// Zot's environment names these.
	used := map[string]bool{filepath.Join(given.run, handover.AWSFile): true, filepath.Join(given.run, handover.CAFile): true}
	for key, file := range zotschema.Files(given.zot) {
		used[file] = true
		if !given.files[file] {
			out = append(out, fmt.Errorf("%s names %s, which nobody writes", key, file))
		}
	}
	for file := range given.files {
		if !used[file] {
			out = append(out, fmt.Errorf("the agent writes %s, which the configuration does not name", file))
		}
	}
	return out
}

// secrets: what stands in a config map holds no secret, and names the user's Secrets only where the agent is asked to read them.
func secrets(t *rapid.T, given handed, documents zotconfig.Documents) []error {
	var out []error
	for _, document := range []map[string]any{given.boot.Zot, given.live.Zot} {
		for _, key := range zotschema.Secrets(asRead(t, document)) {
			if key == "cluster.hashKey" {
				continue // It opens nothing: it says which member a repository belongs to.
			}
			out = append(out, fmt.Errorf("a config map holds what may be a secret: %s", key))
		}
		if data, err := json.Marshal(document); err != nil || bytes.Contains(data, []byte(specs.SecretMark)) {
			out = append(out, fmt.Errorf("the name of a Secret is in the configuration: %s (%w)", data, err))
		}
	}
	if bytes.Contains(documents.Live, []byte(specs.SecretMark)) {
		out = append(out, errors.New("the live document names a Secret, which only pods that start would read"))
	}
	return out
}

// asRead is a document with the types that JSON has.
func asRead(t failer, document map[string]any) map[string]any {
	t.Helper()
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatalf("write the configuration: %v", err)
	}
	out, err := zotschema.Decode(data)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return out
}

// defaulted: a store that the webhook has seen is rendered like one that it has not, and is admissible still.
func defaulted(t *rapid.T, store *v1alpha1.ZotArtifactStore, documents zotconfig.Documents) []error {
	var out []error
	seen := store.DeepCopy()
	defaults.Persist(&seen.Spec, defaults.Upstream())
	if errs := validation.Validate(validation.Input{New: seen}); len(errs) > 0 {
		out = append(out, fmt.Errorf("with the webhook's defaults the store is not admissible any more: %w", errs.ToAggregate()))
	}
	if again := render(t, seen); !reflect.DeepEqual(documents, again) {
		out = append(out, errors.New("with the webhook's defaults another configuration is rendered"))
	}
	return out
}
