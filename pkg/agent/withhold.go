package agent

import (
	"context"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// zot v2.1.20 reads the discovery document of the provider with which people sign in when it starts, and panics without it
// (pkg/api/authn.go, NewRelyingPartyOIDC). One that runs needs the provider only when somebody signs in. So a zot that has to start
// while the provider is away is started without it: API keys and passwords work, and as API keys are on, nobody gets in who could not
// before. When the provider answers, zot is ended once, so that it starts again with it.

// providerPath is where zot's configuration has the provider.
var providerPath = []string{"http", "auth", "openid"}

// hurryAfter is how long after a look at everything another one can be hurried.
const hurryAfter = 5 * time.Second

// withholds says whether zot's configuration is to be without the provider. One that zot runs with is not taken away.
func (a *Agent) withholds() bool {
	fault, looked := a.providerFault()
	switch {
	case !looked || fault != "" && a.current.note.Withheld:
		return a.current.note.Withheld
	case fault == "":
		return false
	default:
		return !a.zotRuns()
	}
}

// providerFault is what was found when the provider was looked at last, if that was since what is in place is in place.
func (a *Agent) providerFault() (handover.Fault, bool) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for _, check := range a.checks {
		if check.Subject == handover.SubjectIssuer {
			return check.Fault, true
		}
	}
	return "", false
}

func (a *Agent) zotRuns() bool { return a.processes.Runs(a.layout.run(handover.ConfigFile)) }

// watchStart has the provider looked at again when zot does not run: it may have ended because the provider has gone away since.
func (a *Agent) watchStart() {
	a.mutex.Lock()
	issuer := a.placed.issuer
	a.mutex.Unlock()
	if issuer != "" && !a.current.note.Withheld && !a.zotRuns() {
		a.inspector.hurry.Store(true)
	}
}

// lookFirst looks at the provider before zot starts for the first time, and says whether it is away.
func (a *Agent) lookFirst(ctx context.Context) bool {
	evidence, version := a.evidence()
	if a.provider == nil || version == "" || evidence.Issuer == "" {
		return false
	}
	ctx, stop := context.WithTimeout(ctx, inspectFor)
	defer stop()
	found := a.provider(ctx, evidence)
	return found != nil && found.Fault != ""
}

// without gives the configuration without what is at the path. The original stays as it is.
func without(config map[string]any, path []string) map[string]any {
	out := handover.Merge(config, nil)
	parent := out
	for _, key := range path[:len(path)-1] {
		below, ok := parent[key].(map[string]any)
		if !ok {
			return out
		}
		parent = below
	}
	delete(parent, path[len(path)-1])
	return out
}

// issuerOf is the address of the provider in a configuration, empty if there is none.
func issuerOf(config map[string]any) string {
	var value any = config
	for _, key := range append(append([]string{}, providerPath...), "providers", "oidc", "issuer") {
		parent, _ := value.(map[string]any)
		value = parent[key]
	}
	issuer, _ := value.(string)
	return issuer
}

func signInWithheld() handover.Problem {
	return handover.Problem{
		Reason: handover.ReasonSignInWithheld,
		Message: "zot runs without sign-in by its provider, as it would not start while that does not answer as it should; API keys and " +
			"passwords work. Mend what BackendsReachable says: sign-in comes back by itself, with one restart of zot.",
	}
}
