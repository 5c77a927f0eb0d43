package pod

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/validation"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
	"github.com/zot-artifact-store/operator/test/outside"
)

// Namespace is that of stores which have no other.
const Namespace = "team-a"

// Pod is the pod of a store.
type Pod struct {
	// Member is the number of the pod, where the store has several.
	Member int
	// Hosts are other addresses that the pod has for addresses, each with its port, in the documents that it is given.
	Hosts map[string]string
	// Variables are set for the agent and zot, beside those that the operator sets.
	Variables []string
	// Proxy is the way out of the cluster, which the operator tells to zot.
	Proxy resources.Proxy
	// Authorities is the folder of those that the images trust; empty: the machine's.
	Authorities string
	// BackOff is how long the kubelet waits before it starts zot for the second time; then twice as long, and so on. Zero: not at all.
	BackOff time.Duration
	// Patience is how long Eventually waits, outside.Patience at first.
	Patience time.Duration

	t        *testing.T
	programs programs
	root     string
	store    v1alpha1.ZotArtifactStore
	secure   bool
	// address is the registry's, agentAt the agent's.
	address, agentAt string
	// boot and environment are what the operator gave for zot's start.
	boot        []byte
	environment []string

	agent *outside.Process
	log   *outside.Journal
	mutex sync.Mutex
	zot   *outside.Process
	// starts counts how often zot was started, rolls how often by a new pod.
	starts, rolls int
	over          chan struct{}
	kubelet       sync.WaitGroup
}

// New makes the folders of a pod in which nothing runs yet. Without zot it skips the test.
func New(t *testing.T, store string) *Pod {
	t.Helper()
	NeedsZot(t)
	out := v1alpha1.ZotArtifactStore{}
	out.Namespace, out.Name = Namespace, store
	return Of(t, out)
}

// Of is New for a store that has more than a name. Without zot the stand-in takes its place.
func Of(t *testing.T, store v1alpha1.ZotArtifactStore) *Pod {
	t.Helper()
	p := &Pod{
		t: t, root: t.TempDir(), store: store, address: outside.FreeAddress(t), agentAt: outside.FreeAddress(t), log: &outside.Journal{},
		Patience: outside.Patience,
	}
	var err error
	p.programs, err = built()
	p.must(err)
	for _, dir := range []string{"boot", "live", "secrets", "configmaps", "run", "data"} {
		p.must(os.Mkdir(p.at(dir), 0o700))
	}
	t.Cleanup(func() {
		p.End()
		if t.Failed() {
			t.Logf("zot wrote:\n%s", p.log.Tail())
		}
	})
	return p
}

// Address is host and port of the registry.
func (p *Pod) Address() string { return p.address }

// Port is where the registry listens.
func (p *Pod) Port() int32 {
	_, port, err := net.SplitHostPort(p.address)
	p.must(err)
	number, err := strconv.ParseInt(port, 10, 32)
	p.must(err)
	return int32(number)
}

// Data is the folder of the store's volume.
func (p *Pod) Data() string { return p.at("data") }

// Run is the folder from which zot is configured.
func (p *Pod) Run() string { return p.at("run") }

func (p *Pod) at(parts ...string) string { return filepath.Join(append([]string{p.root}, parts...)...) }

// Secret writes the user's Secret, as the kubelet mounts it.
func (p *Pod) Secret(name string, content map[string]string) { p.volume("secrets", name, content) }

// ConfigMap is Secret for a ConfigMap.
func (p *Pod) ConfigMap(name string, content map[string]string) {
	p.volume("configmaps", name, content)
}

func (p *Pod) volume(kind, name string, content map[string]string) {
	p.t.Helper()
	p.must(os.MkdirAll(p.at(kind, name), 0o700))
	for key, value := range content {
		p.must(os.WriteFile(p.at(kind, name, key), []byte(value), 0o600))
	}
}

// Apply gives the pod what the operator renders for the spec: the first time it starts; later, what is live is changed, and what is not
// makes a new pod on the same volume. It waits until the config agent has put it in place, and says whether that took a new pod.
func (p *Pod) Apply(spec v1alpha1.ZotArtifactStoreSpec) (rolled bool) {
	p.t.Helper()
	rolled, live := p.Give(spec)
	if rolled {
		p.Begin()
	}
	want := handover.Hash(live)
	p.Eventually("the config agent has applied the change", func() bool {
		state := p.State()
		return state.Applied && state.Live == want
	})
	return rolled
}

// Give is the part of Apply before anything runs. Where a new pod is needed the one before has ended.
func (p *Pod) Give(spec v1alpha1.ZotArtifactStoreSpec) (rolled bool, live []byte) {
	p.t.Helper()
	in, documents := p.render(spec)
	boot, live := p.moved(documents.Boot), p.moved(documents.Live)
	rolled = !bytes.Equal(boot, p.boot)
	p.secure = defaults.TLSOn(in.Spec)
	if defaults.SignInOn(in.Spec) {
		p.Secret(names.SessionKeys(p.store.Name), map[string]string{
			handover.SessionHashKey: strings.Repeat("h", 64), handover.SessionEncryptKey: strings.Repeat("e", 32),
		})
	}
	if rolled {
		p.End()
		p.boot, p.environment = boot, p.variables(in, documents)
		p.must(os.RemoveAll(p.at("run")))
		p.must(os.Mkdir(p.at("run"), 0o700))
		p.must(os.WriteFile(p.at("boot", handover.BootFile), boot, 0o600))
	}
	p.must(os.WriteFile(p.at("live", handover.LiveFile), live, 0o600))
	return rolled, live
}

// Credentials are those that the operator asks the agent to read for a spec.
func (p *Pod) Credentials(spec v1alpha1.ZotArtifactStoreSpec) []handover.Credential {
	p.t.Helper()
	_, documents := p.render(spec)
	return documents.Credentials
}

// render is what the operator does.
func (p *Pod) render(spec v1alpha1.ZotArtifactStoreSpec) (resources.Input, zotconfig.Documents) {
	p.t.Helper()
	store := p.store.DeepCopy()
	store.Spec = *spec.DeepCopy()
	if store.Spec.HTTP == nil {
		store.Spec.HTTP = &v1alpha1.HTTPSpec{}
	}
	store.Spec.HTTP.Port = new(p.Port())
	if errs := validation.Validate(validation.Input{New: store}); len(errs) > 0 {
		p.t.Fatalf("admission refuses the store: %v", errs.ToAggregate())
	}
	in := resources.Input{
		Namespace: store.Namespace, Name: store.Name, UID: store.UID, Spec: defaults.Effective(store.Spec, defaults.Upstream()),
		Proxy: p.Proxy,
	}
	if defaults.RBACOn(in.Spec) {
		in.Spec.ExternalURL = resources.WayBack(in, resources.Outside{Route: "registry.example.com", LoadBalancer: "192.0.2.1"})
	}
	documents, err := zotconfig.Render(zotconfig.Store{Namespace: store.Namespace, Name: store.Name, UID: store.UID}, in.Spec)
	p.must(err)
	return in, documents
}

// variables are those of the zot container.
func (p *Pod) variables(in resources.Input, documents zotconfig.Documents) []string {
	set := resources.StatefulSet(resources.Pods{Input: in, Documents: documents, Image: "zot", AgentImage: "agent"})
	var out []string
	for i := range set.Spec.Template.Spec.Containers {
		container := &set.Spec.Template.Spec.Containers[i]
		if *container.Name != handover.ZotContainer {
			continue
		}
		for j := range container.Env {
			out = append(out, *container.Env[j].Name+"="+string(p.moved([]byte(*container.Env[j].Value))))
		}
	}
	return out
}

// moved puts our folders and addresses into the place of the pod's.
func (p *Pod) moved(document []byte) []byte {
	replacements := []string{
		handover.RunDir, p.at("run"), handover.DataDir, p.at("data"), `"0.0.0.0"`, `"127.0.0.1"`, `"/tmp/`, `"` + p.at("tmp") + `/`,
	}
	for from, to := range p.Hosts {
		replacements = append(replacements, `"`+from+`"`, `"`+to+`"`)
	}
	return []byte(strings.NewReplacer(replacements...).Replace(string(document)))
}

func (p *Pod) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *Pod) String() string {
	return fmt.Sprintf("pod %s of %s", names.Pod(p.store.Name, p.Member), p.store.Name)
}

// Spec reads the spec of a store as a user writes it.
func Spec(t *testing.T, text string) v1alpha1.ZotArtifactStoreSpec {
	t.Helper()
	var spec v1alpha1.ZotArtifactStoreSpec
	if err := yaml.UnmarshalStrict([]byte(text), &spec); err != nil {
		t.Fatalf("the spec is wrong: %v\n%s", err, text)
	}
	return spec
}
