package signin

import (
	"net/http"
	"testing"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/test/outside"
)

// closed holds everything that nobody may do against what zot answers to nobody.
func (s *store) closed(when string) {
	s.t.Helper()
	for _, ask := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/v2/team/app/manifests/v1", http.StatusUnauthorized},
		{http.MethodGet, "/v2/team/app/tags/list", http.StatusUnauthorized},
		{http.MethodPost, "/v2/team/app/blobs/uploads/", http.StatusUnauthorized},
		{http.MethodPost, "/v2/public/app/blobs/uploads/", http.StatusUnauthorized},
		{http.MethodDelete, "/v2/public/app/manifests/v1", http.StatusUnauthorized},
		{http.MethodGet, "/v2/public/app/manifests/v1", http.StatusOK},
	} {
		if got := s.Status(ask.method, ask.path); got != ask.want {
			s.t.Errorf("%s: nobody asks %s %s: status %d, want %d", when, ask.method, ask.path, got, ask.want)
		}
	}
	// Where something is open to everybody zot asks nobody who he is here, and finds out later that he is nobody.
	if key, said := s.newKey(client(s.authority)); key != "" {
		s.t.Errorf("%s: nobody gets an API key: %s", when, said)
	}
}

// A provider that is away keeps no registry from serving, and lets nobody in.
func TestProviderIsAway(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute and a half, as the agent looks once a minute: run by make test-full")
	}
	s, keycloak := newKeycloakStore(t)
	s.start() // The provider does not run.
	t.Logf("zot serves %s after its start without a provider", s.Eventually("zot serves", s.Serves))
	s.Eventually("the agent says what is wrong", func() bool { return s.fault() == handover.FaultUnreachable })
	if state := s.State(); state.Applied || len(state.Problems) != 1 || state.Problems[0].Reason != handover.ReasonSignInWithheld {
		t.Errorf("the agent says %+v", state)
	}
	if err := s.push("robots/app:v1", "robot", "one"); err != nil {
		t.Errorf("a user of the password file: %v", err)
	}
	if _, ok := s.signIn("anna", "a"); ok {
		t.Error("somebody signs in with a provider that is away")
	}
	if n := s.restarts(); n != 0 {
		t.Errorf("%d restarts", n)
	}

	keycloak.start()
	took := s.Eventually("people can sign in", func() bool { _, ok := s.signIn("anna", "a"); return ok })
	t.Logf("sign-in works %s after the provider is there", took)
	s.Eventually("the agent is content", func() bool { return s.State().Applied && s.fault() == "" })
	if n := s.restarts(); n != 1 || s.State().ZotRestarts != 1 {
		t.Errorf("%d restarts, the agent says %d", n, s.State().ZotRestarts)
	}
	anna := s.key(people[0])
	for _, image := range []string{"team/app:v1", "public/app:v1"} {
		if err := s.push(image, "anna", anna); err != nil {
			t.Fatal(err)
		}
	}
	s.closed("with the provider")

	// It goes away while zot runs.
	keycloak.stop()
	s.Eventually("the agent notices", func() bool { return s.fault() == handover.FaultUnreachable })
	if err := s.pull("team/app:v1", "anna", anna); err != nil {
		t.Errorf("an API key while the provider is away: %v", err)
	}
	if n, state := s.restarts(), s.State(); n != 1 || !state.Applied {
		t.Errorf("%d restarts, the agent says %+v", n, state)
	}
	s.closed("while the provider is away")

	// zot ends then, as when its node runs out of memory.
	s.Kill()
	s.Eventually("zot is started again", func() bool { return s.restarts() >= 2 })
	t.Logf("zot serves %s after it was killed", s.Eventually("zot serves again", s.Serves))
	if err := s.pull("team/app:v1", "anna", anna); err != nil {
		t.Errorf("an API key of before: %v", err)
	}
	s.closed("without the provider")
	t.Logf("%d starts of zot until it served", s.restarts()-1)
	if state := s.State(); state.Applied || state.Problems[0].Reason != handover.ReasonSignInWithheld {
		t.Errorf("the agent says %+v", state)
	}
	before := s.restarts()
	keycloak.start()
	s.Eventually("people can sign in again", func() bool { _, ok := s.signIn("anna", "a"); return ok })
	s.Eventually("the agent is content", func() bool { return s.State().Applied })
	if n := s.restarts(); n != before+1 {
		t.Errorf("%d restarts for the provider's return", n-before)
	}
}

// Without a password file and without rules nobody can do anything while the provider is away.
func TestNothingIsOpenWithoutTheProvider(t *testing.T) {
	ca := outside.NewAuthority(t)
	keycloak := newProvider(t, ca)
	s := newStore(t, ca, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Extensions = keycloak.keycloak() })
	s.start()
	s.Eventually("zot serves", s.Serves)
	const search = "/v2/_zot/ext/search?query={GlobalSearch(query:%22%22){Repos{Name}}}"
	for _, path := range []string{"/v2/", "/v2/_catalog", "/v2/team/app/manifests/v1", search} {
		if got := s.Status(http.MethodGet, path); got != http.StatusUnauthorized {
			t.Errorf("nobody asks %s: status %d", path, got)
		}
	}
	if err := s.push("team/app:v1", "", ""); !refused(err, http.StatusUnauthorized) {
		t.Errorf("nobody pushes: %v", err)
	}
	if err := s.push("team/app:v1", "anna", "a"); !refused(err, http.StatusUnauthorized) {
		t.Errorf("somebody pushes with a password of the provider's: %v", err)
	}
	if key, said := s.newKey(client(s.authority)); key != "" {
		t.Errorf("nobody gets an API key: %s", said)
	}
	if n := s.restarts(); n != 0 {
		t.Errorf("%d restarts", n)
	}
}
