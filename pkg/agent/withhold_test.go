package agent

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

const signInBoot = `{"http":{"auth":{"apikey":true,"openid":{"providers":{"oidc":{"issuer":"https://sso/realms/zot","name":"Keycloak"}}}}}}`

// guarded is a pod whose people sign in with a provider that is as the test says.
type guarded struct {
	*pod
	fault handover.Fault
	// asked is how often it was looked at.
	asked int
}

func newGuarded(t *testing.T, fault handover.Fault) *guarded {
	g := &guarded{pod: newPod(t), fault: fault}
	g.boot(signInBoot, handover.OIDC("zot", "keycloak"))
	g.live(readOnly)
	g.secret("keycloak", map[string]string{"client-secret": "one"})
	return g
}

func (g *guarded) agent() *Agent {
	a := g.pod.agent()
	a.provider = func(_ context.Context, e Evidence) *handover.Check {
		g.asked++
		if e.Issuer != "https://sso/realms/zot" {
			g.t.Fatalf("it is asked about %q", e.Issuer)
		}
		out := &handover.Check{Subject: handover.SubjectIssuer, Fault: g.fault}
		if g.fault != "" {
			out.Message = "It is away."
		}
		return out
	}
	a.inspector.inspections = []Inspection{a.provider}
	return a
}

// started is the pod after its init container and the first rounds of its sidecar.
func (g *guarded) started() *Agent {
	g.t.Helper()
	g.must(g.agent().Init(context.Background()))
	a := g.agent()
	a.open()
	g.rounds(a)
	return a
}

// rounds are as many as a change takes, with a look after each.
func (g *guarded) rounds(a *Agent) {
	for range 3 {
		a.round()
		a.look(context.Background())
	}
}

// signIn is whether zot's configuration has the provider, and nothing of it otherwise.
func (g *guarded) signIn() bool {
	g.t.Helper()
	if at(g.config(), "http.auth.apikey") != true {
		g.t.Fatalf("without API keys zot would be open")
	}
	provider := at(g.config(), "http.auth.openid")
	if provider != nil && at(provider, "providers.oidc.credentialsFile") == nil {
		g.t.Fatalf("the provider has no credentials: %v", provider)
	}
	return provider != nil
}

func TestStartsWithTheProvider(t *testing.T) {
	g := newGuarded(t, "")
	a := g.started()
	if !g.signIn() || !a.State().Applied || g.zot.ended != 0 {
		t.Errorf("state %+v, ended %d, configuration %v", a.State(), g.zot.ended, g.config())
	}
}

// A zot that has to start does so without the provider, and gets it, with one restart, when it is back.
func TestStartsWithoutAProviderThatIsAway(t *testing.T) {
	g := newGuarded(t, handover.FaultUnreachable)
	a := g.started()
	state := a.State()
	if g.signIn() || state.Applied || g.zot.ended != 0 || state.ZotRestarts != 0 {
		t.Fatalf("state %+v, ended %d, configuration %v", state, g.zot.ended, g.config())
	}
	if len(state.Problems) != 1 || state.Problems[0].Reason != handover.ReasonSignInWithheld || len(state.Checks) != 1 {
		t.Errorf("it does not say so: %+v", state)
	}

	// Rules reach the zot that runs so.
	g.live(readWrite)
	g.rounds(a)
	if rules, _ := at(g.config(), "http.accessControl.a").([]any); len(rules) != 3 || g.signIn() || g.zot.ended != 0 {
		t.Errorf("ended %d, configuration %v", g.zot.ended, g.config())
	}
	// A new agent takes over what is in place.
	a = g.agent()
	a.open()
	g.rounds(a)
	if g.signIn() || g.zot.ended != 0 {
		t.Errorf("a new agent: ended %d, configuration %v", g.zot.ended, g.config())
	}

	g.fault = ""
	a.inspector.due = time.Time{}
	g.rounds(a)
	g.rounds(a)
	if state := a.State(); !g.signIn() || !state.Applied || g.zot.ended != 1 || state.ZotRestarts != 1 {
		t.Errorf("the provider is back: state %+v, ended %d, configuration %v", state, g.zot.ended, g.config())
	}
	if strings.Contains(g.logs.String(), "one\n") {
		t.Error("the client's secret is logged")
	}
}

// A provider that goes away while zot runs is told, and nothing else happens.
func TestARunningZotKeepsItsProvider(t *testing.T) {
	g := newGuarded(t, "")
	a := g.started()
	before := g.file(handover.ConfigFile)
	g.fault = handover.FaultUnreachable
	a.inspector.due = time.Time{}
	g.rounds(a)
	g.rounds(a)
	state := a.State()
	if g.file(handover.ConfigFile) != before || g.zot.ended != 0 || !state.Applied {
		t.Errorf("state %+v, ended %d, configuration %v", state, g.zot.ended, g.config())
	}
	if len(state.Checks) != 1 || state.Checks[0].Fault != handover.FaultUnreachable {
		t.Errorf("it is not told: %+v", state.Checks)
	}

	// When it ends, whyever, it starts without.
	g.zot.running = 0
	g.rounds(a)
	if g.signIn() || g.zot.ended != 0 {
		t.Errorf("zot ended: ended %d, configuration %v", g.zot.ended, g.config())
	}
}

// Nobody has looked since the provider went away, and zot has ended: it is looked at now, and not in a minute.
func TestLooksAtOnceWhenZotHasEnded(t *testing.T) {
	g := newGuarded(t, "")
	a := g.started()
	now := time.Now()
	a.inspector.now = func() time.Time { return now }
	a.inspector.due = time.Time{}
	g.rounds(a)
	asked := g.asked
	g.fault, g.zot.running = handover.FaultUnreachable, 0
	g.rounds(a)
	if g.asked != asked {
		t.Errorf("looked %d times within %s", g.asked-asked, hurryAfter)
	}
	now = now.Add(hurryAfter)
	g.rounds(a)
	g.rounds(a)
	if g.asked == asked || g.signIn() {
		t.Errorf("looked %d times, configuration %v", g.asked-asked, g.config())
	}
}

// A changed secret ends zot. While the provider is away it starts without.
func TestAChangedSecretWhileTheProviderIsAway(t *testing.T) {
	g := newGuarded(t, "")
	a := g.started()
	g.fault = handover.FaultNotTrusted
	a.inspector.due = time.Time{}
	g.rounds(a)
	g.secret("keycloak", map[string]string{"client-secret": "two"})
	g.rounds(a)
	if g.signIn() || g.zot.ended != 1 || !strings.Contains(g.file(handover.OIDCFile), "two") {
		t.Errorf("ended %d, configuration %v", g.zot.ended, g.config())
	}
}

func TestWithout(t *testing.T) {
	config := object(t, `{"a":{"b":1,"c":2}}`)
	for path, want := range map[string]int{"a.b": 1, "a.x": 2, "x.y": 2, "a.b.c": 2} {
		left, _ := without(config, strings.Split(path, "."))["a"].(map[string]any)
		if len(left) != want {
			t.Errorf("without %s: %v", path, left)
		}
	}
	if kept, _ := config["a"].(map[string]any); len(kept) != 2 {
		t.Error("the original has changed")
	}
}
