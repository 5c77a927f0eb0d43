package backends

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/validation"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
	"github.com/zot-artifact-store/operator/test/e2e/registry"
)

// store is what a store's pod holds, as folders and processes of the test.
type store struct {
	t    *testing.T
	root string
	// address is the registry's, agentAt the agent's.
	address, agentAt string
	// variables are added to those that zot gets in a pod.
	variables []string

	mutex  sync.Mutex
	zot    *process
	starts int
	over   chan struct{}
}

// content of Secrets or ConfigMaps, by name and key.
type content map[string]map[string]string

// newStore starts the store of a spec as users write it. Secrets and ConfigMaps are those of its namespace.
func newStore(t *testing.T, spec string, secrets, configMaps content, variables ...string) *store {
	t.Helper()
	s := &store{
		t: t, root: t.TempDir(), address: freeAddress(t), agentAt: freeAddress(t), variables: variables, over: make(chan struct{}),
	}
	for _, dir := range []string{"boot", "live", "secrets", "configmaps", "run", "data"} {
		s.must(os.Mkdir(s.at(dir), 0o700))
	}
	s.render(spec)
	for name := range secrets {
		s.secret(name, secrets[name])
	}
	for name, keys := range configMaps {
		s.volume("configmaps", name, keys)
	}
	agent := func(verb string, more ...string) *process {
		return start(t, nil, programs.agent, append([]string{
			verb, "--boot-dir", s.at("boot"), "--live-dir", s.at("live"), "--secrets-dir", s.at("secrets"),
			"--configmaps-dir", s.at("configmaps"), "--run-dir", s.at("run"), "--termination-log", s.at("termination-log"),
		}, more...)...)
	}
	first := agent(handover.InitArg)
	<-first.ended
	if code := first.command.ProcessState.ExitCode(); code != 0 {
		said, _ := os.ReadFile(s.at("termination-log"))
		t.Fatalf("the init container ended with %d: %s\n%s", code, said, first.log)
	}
	agent(handover.RunArg, "--listen", s.agentAt)
	s.serve()
	s.ready()
	return s
}

// render puts the operator's documents where the kubelet mounts them. What is a path or a port of the pod becomes the test's.
func (s *store) render(spec string) {
	s.t.Helper()
	object := &v1alpha1.ZotArtifactStore{}
	object.Namespace, object.Name = "zot-system", "store"
	if err := yaml.UnmarshalStrict([]byte(spec), &object.Spec); err != nil {
		s.t.Fatal(err)
	}
	if errs := validation.Validate(validation.Input{New: object}); len(errs) > 0 {
		s.t.Fatalf("this store is not admitted: %v", errs.ToAggregate())
	}
	effective := defaults.Effective(object.Spec, defaults.Upstream())
	documents, err := zotconfig.Render(zotconfig.Store{Namespace: object.Namespace, Name: object.Name}, effective)
	s.must(err)
	_, port := split(s.t, s.address)
	boot := strings.NewReplacer(
		handover.RunDir+"/", s.at("run")+"/", `"`+handover.DataDir+`"`, `"`+s.at("data")+`"`,
		`"port": "8080"`, `"port": "`+port+`"`, `"address": "0.0.0.0"`, `"address": "127.0.0.1"`,
	).Replace(string(documents.Boot))
	s.must(os.WriteFile(s.at("boot/"+handover.BootFile), []byte(boot), 0o600))
	s.must(os.WriteFile(s.at("live/"+handover.LiveFile), documents.Live, 0o600))
}

func (s *store) at(name string) string { return filepath.Join(s.root, name) }

func (s *store) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// secret puts a Secret into place, or another content of it.
func (s *store) secret(name string, keys map[string]string) {
	s.t.Helper()
	s.volume("secrets", name, keys)
}

func (s *store) volume(kind, name string, keys map[string]string) {
	s.t.Helper()
	dir := s.at(filepath.Join(kind, name))
	s.must(os.MkdirAll(dir, 0o700))
	for key, value := range keys {
		s.must(os.WriteFile(filepath.Join(dir, key), []byte(value), 0o600))
	}
}

// serve starts zot, and again whenever it ends, as the kubelet does.
func (s *store) serve() {
	s.t.Helper()
	log := &journal{}
	run := func() error {
		started, err := launch(log, append([]string{
			handover.AWSFileEnv + "=" + s.at("run/"+handover.AWSFile), handover.CAEnv + "=/etc/ssl/certs:" + s.at("run/ca"),
		}, s.variables...), programs.zot, "serve", s.at("run/"+handover.ConfigFile))
		if err != nil {
			return err
		}
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.zot, s.starts = started, s.starts+1
		return nil
	}
	s.must(run())
	var kubelet sync.WaitGroup
	kubelet.Go(func() {
		for {
			select {
			case <-s.over:
				s.running().stop()
				return
			case <-s.running().ended:
			}
			if err := run(); err != nil {
				s.t.Error(err)
				return
			}
		}
	})
	s.t.Cleanup(func() {
		close(s.over)
		kubelet.Wait()
		if s.t.Failed() {
			s.t.Logf("zot wrote:\n%s", log)
		}
	})
}

func (s *store) running() *process {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.zot
}

// started counts how often zot was started.
func (s *store) started() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.starts
}

// ready waits until zot says that it serves.
func (s *store) ready() {
	s.t.Helper()
	eventually(s.t, "the registry answers", func() bool { return s.status(http.MethodGet, "/v2/") == http.StatusOK })
}

// status of the registry's answer, zero if there is none.
func (s *store) status(method, path string) int {
	request, err := http.NewRequestWithContext(s.t.Context(), method, "http://"+s.address+path, http.NoBody)
	s.must(err)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return response.StatusCode
}

func (s *store) state() (handover.State, error) {
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, "http://"+s.agentAt+handover.StatePath, http.NoBody)
	s.must(err)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return handover.State{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return handover.State{}, err
	}
	return handover.DecodeState(body)
}

// finds waits until the agent finds that of the subject, in these words.
func (s *store) finds(subject handover.Subject, fault handover.Fault, words ...string) {
	s.t.Helper()
	var last handover.State
	defer func() {
		if s.t.Failed() {
			s.t.Logf("the agent's last words: %+v", last)
		}
	}()
	eventually(s.t, fmt.Sprintf("the agent finds fault %q of %s, in the words %q", fault, subject, words), func() bool {
		state, err := s.state()
		if err != nil {
			return false
		}
		last = state
		for _, check := range state.Checks {
			if check.Subject == subject && check.Fault == fault {
				return !strings.ContainsFunc(check.Message, func(r rune) bool { return r == '\n' }) && saysAll(check.Message, words)
			}
		}
		return false
	})
}

func saysAll(message string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(message, word) {
			return false
		}
	}
	return true
}

// restarts waits until zot was started so often, and serves.
func (s *store) restarts(starts int) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("zot has started %d times", starts), func() bool { return s.started() >= starts })
	if got := s.started(); got != starts {
		s.t.Fatalf("zot has started %d times, not %d", got, starts)
	}
	s.ready()
}

// works pushes an image, lists, pulls and deletes it.
func (s *store) works() {
	s.t.Helper()
	ctx := s.t.Context()
	kept := s.push(ctx, "team/kept", "v1")
	gone := s.push(ctx, "team/gone", "v1")
	s.must(registry.Pull(ctx, s.address, kept))
	if tags := s.body("/v2/team/kept/tags/list"); !bytes.Contains(tags, []byte(`"v1"`)) {
		s.t.Errorf("tags: %s", tags)
	}
	if repositories := s.body("/v2/_catalog"); !bytes.Contains(repositories, []byte(`"team/kept"`)) {
		s.t.Errorf("repositories: %s", repositories)
	}
	manifest := "/v2/team/gone/manifests/" + gone.Digest.String()
	if status := s.status(http.MethodDelete, manifest); status != http.StatusAccepted {
		s.t.Errorf("deleted %s: status %d", manifest, status)
	}
	if status := s.status(http.MethodGet, manifest); status != http.StatusNotFound {
		s.t.Errorf("got %s after it was deleted: status %d", manifest, status)
	}
}

func (s *store) push(ctx context.Context, repository, tag string) registry.Image {
	s.t.Helper()
	image, err := registry.Push(ctx, s.address, repository, tag, registry.OCI)
	s.must(err)
	return image
}

// fails tries to push, and wants to be refused by the server's fault, not the client's.
func (s *store) fails() {
	s.t.Helper()
	if status := s.status(http.MethodPost, "/v2/team/app/blobs/uploads/"); status < http.StatusInternalServerError {
		s.t.Errorf("a push was begun: status %d", status)
	}
}

func (s *store) body(path string) []byte {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, "http://"+s.address+path, http.NoBody)
	s.must(err)
	response, err := http.DefaultClient.Do(request)
	s.must(err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	s.must(err)
	return body
}
