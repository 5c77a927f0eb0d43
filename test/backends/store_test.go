package backends

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/test/e2e/registry"
	"github.com/zot-artifact-store/operator/test/pod"
)

// store is a running store.
type store struct {
	*pod.Pod
	t *testing.T
}

// content of Secrets or ConfigMaps, by name and key.
type content map[string]map[string]string

// newStore starts the store of a spec as users write it. Secrets and ConfigMaps are those of its namespace.
func newStore(t *testing.T, spec string, secrets, configMaps content, settings ...func(*pod.Pod)) *store {
	t.Helper()
	named := v1alpha1.ZotArtifactStore{}
	named.Namespace, named.Name = "zot-system", "store"
	s := &store{t: t, Pod: pod.Of(t, named)}
	for name, keys := range secrets {
		s.Secret(name, keys)
	}
	for name, keys := range configMaps {
		s.ConfigMap(name, keys)
	}
	for _, set := range settings {
		set(s.Pod)
	}
	s.Give(pod.Spec(t, spec))
	s.Start()
	s.ready()
	return s
}

func (s *store) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// ready waits until the registry answers.
func (s *store) ready() {
	s.t.Helper()
	s.Eventually("the registry answers", func() bool { return s.Status(http.MethodGet, "/v2/") == http.StatusOK })
}

// finds waits until the agent finds that of the subject, in these words.
func (s *store) finds(subject handover.Subject, fault handover.Fault, words ...string) {
	s.t.Helper()
	s.Eventually(fmt.Sprintf("the agent finds fault %q of %s, in the words %q", fault, subject, words), func() bool {
		for _, check := range s.State().Checks {
			if check.Subject == subject && check.Fault == fault {
				return !strings.Contains(check.Message, "\n") && saysAll(check.Message, words)
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
	s.Eventually(fmt.Sprintf("zot has started %d times", starts), func() bool { return s.Starts() >= starts })
	if got := s.Starts(); got != starts {
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
	s.must(registry.Pull(ctx, s.Address(), kept))
	if tags := s.Body("/v2/team/kept/tags/list"); !bytes.Contains(tags, []byte(`"v1"`)) {
		s.t.Errorf("tags: %s", tags)
	}
	if repositories := s.Body("/v2/_catalog"); !bytes.Contains(repositories, []byte(`"team/kept"`)) {
		s.t.Errorf("repositories: %s", repositories)
	}
	manifest := "/v2/team/gone/manifests/" + gone.Digest.String()
	if status := s.Status(http.MethodDelete, manifest); status != http.StatusAccepted {
		s.t.Errorf("deleted %s: status %d", manifest, status)
	}
	if status := s.Status(http.MethodGet, manifest); status != http.StatusNotFound {
		s.t.Errorf("got %s after it was deleted: status %d", manifest, status)
	}
}

func (s *store) push(ctx context.Context, repository, tag string) registry.Image {
	s.t.Helper()
	image, err := registry.Push(ctx, s.Address(), repository, tag, registry.OCI)
	s.must(err)
	return image
}

// fails tries to push, and wants to be refused by the server's fault, not the client's.
func (s *store) fails() {
	s.t.Helper()
	if status := s.Status(http.MethodPost, "/v2/team/app/blobs/uploads/"); status < http.StatusInternalServerError {
		s.t.Errorf("a push was begun: status %d", status)
	}
}
