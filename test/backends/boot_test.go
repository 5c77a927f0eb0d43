package backends

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/validation"
	"github.com/zot-artifact-store/operator/test/pod"
	"github.com/zot-artifact-store/operator/test/properties/schema"
	"github.com/zot-artifact-store/operator/test/properties/specs"
)

var (
	booted = flag.Int("booted", 10, "how many drawn stores start")
	seed   = flag.Int("seed", 0, "the number of the first store that is drawn; zero: any")
)

// Whatever admission takes, zot starts with: drawn stores run as processes with the servers that they name, until they answer. The config
// agent finds nothing wrong with any of the servers, so that the store has reached them with what its Secrets hold. Each kind of
// storage, of sign-in and of extension is among them.
func TestAdmittedStoresStart(t *testing.T) {
	first := *seed
	if first == 0 {
		first = int(time.Now().UnixNano() % 1_000_000_000)
	}
	t.Logf("-seed=%d draws these stores again", first)
	var mutex sync.Mutex
	answered := map[string]int{}
	stores := draw(t, first, *booted)
	t.Run("of them", func(t *testing.T) {
		for number, store := range stores {
			t.Run(fmt.Sprintf("%03d", number), func(t *testing.T) {
				t.Parallel()
				boot(t, store)
				mutex.Lock()
				defer mutex.Unlock()
				for kind := range kinds(store.Spec) {
					answered[kind]++
				}
			})
		}
	})
	var counts []string
	for _, kind := range slices.Sorted(maps.Keys(answered)) {
		counts = append(counts, fmt.Sprintf("%s %d", kind, answered[kind]))
	}
	t.Logf("answered: %s", strings.Join(counts, ", "))
	for kind, variable := range everyKind {
		if *booted >= enough && answered[kind] == 0 && (variable == "" || os.Getenv(variable) != "") {
			t.Errorf("none of %d stores has: %s", *booted, kind)
		}
	}
}

// enough stores have every kind.
const enough = 100

func boot(t *testing.T, store *v1alpha1.ZotArtifactStore) {
	t.Helper()
	written, _ := json.MarshalIndent(store.Spec, "", "  ")
	p := pod.Of(t, *store)
	defer func() {
		if t.Failed() {
			t.Logf("the store is %s of %s:\n%s", store.Name, store.Namespace, written)
		}
	}()
	given := store.DeepCopy()
	around := surround(t, p, given)
	p.Give(given.Spec)
	p.Start()
	p.Eventually("zot answers", func() bool {
		p.Serving()
		status := p.Status(http.MethodGet, "/v2/")
		return status == http.StatusOK || status == http.StatusUnauthorized && defaults.SignInOn(given.Spec)
	})
	want := subjects(given.Spec)
	p.Eventually(fmt.Sprintf("the config agent has found nothing wrong with %v", want), func() bool {
		state := p.State()
		fine := map[handover.Subject]bool{}
		for _, check := range state.Checks {
			fine[check.Subject] = check.Fault == ""
		}
		return state.Applied && len(state.Problems) == 0 && !slices.ContainsFunc(want, func(s handover.Subject) bool { return !fine[s] })
	})
	p.Serving()
	for _, word := range []string{`"level":"panic"`, `"level":"fatal"`, "panic: ", "[recovered]"} {
		if strings.Contains(p.Log(), word) {
			t.Errorf("zot writes %s", word)
		}
	}
	if unknown := around.proxy.Unknown(); len(unknown) > 0 {
		t.Errorf("called are hosts that the store does not name: %v", unknown)
	}
}

// subjects are what the config agent looks at.
func subjects(spec v1alpha1.ZotArtifactStoreSpec) []handover.Subject {
	var out []handover.Subject
	if spec.Storage != nil && defaults.ObjectStore(*spec.Storage) {
		out = append(out, handover.SubjectStorage)
		if spec.Storage.Cache != nil && spec.Storage.Cache.Redis != nil {
			out = append(out, handover.SubjectCache)
		}
	}
	if defaults.RBACOn(spec) {
		out = append(out, handover.SubjectIssuer)
	}
	if defaults.TLSOn(spec) {
		out = append(out, handover.SubjectCertificate)
	}
	return out
}

// draw gives stores that admission takes and for which there are servers: first those that have a kind which none before has, then as
// they come.
func draw(t *testing.T, first, count int) []*v1alpha1.ZotArtifactStore {
	t.Helper()
	spec, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	generator := specs.Store(spec)
	seen, missing, refused := map[string]bool{}, map[string]int{}, 0
	var chosen, others []*v1alpha1.ZotArtifactStore
	for number := first; len(chosen) < count && len(chosen)+len(others) < 10*count; number++ {
		store := generator.Example(number)
		if len(validation.Validate(validation.Input{New: store})) > 0 {
			refused++
			continue
		}
		if server := lacks(store.Spec); server != "" {
			missing[server]++
			continue
		}
		brings := false
		for kind := range kinds(store.Spec) {
			brings = brings || !seen[kind]
			seen[kind] = true
		}
		if brings {
			chosen = append(chosen, store)
		} else {
			others = append(others, store)
		}
	}
	for server, stores := range missing {
		t.Logf("%d stores were passed over for want of %s: hack/backends.sh brings it", stores, server)
	}
	t.Logf("admission has refused %d", refused)
	return append(chosen, others...)[:count]
}

// lacks names the server that the store needs and that is not there.
func lacks(spec v1alpha1.ZotArtifactStoreSpec) string {
	for kind := range kinds(spec) {
		if variable := everyKind[kind]; variable != "" && os.Getenv(variable) == "" {
			return variable
		}
	}
	return ""
}
