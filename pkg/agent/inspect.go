package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// Evidence is what is in place in a pod: what zot has been given.
type Evidence struct {
	// Credentials are those of the boot document.
	Credentials []handover.Credential
	// Config is zot's configuration, with its credentials. Files that it names are in RunDir.
	Config map[string]any
	RunDir string
	// Issuer is the address of the provider with which people sign in, empty if there is none. The configuration may leave it out.
	Issuer string
}

// Inspection looks at one thing that zot depends on, as zot itself would get there. It gives nil where the configuration holds none.
type Inspection func(ctx context.Context, evidence Evidence) *handover.Check

const (
	// inspectEvery is how often what was fine is looked at, inspectAgain what was not.
	inspectEvery = time.Minute
	inspectAgain = 10 * time.Second
	// inspectFor bounds one look.
	inspectFor = 10 * time.Second
)

// inspector keeps the checks. It works beside the agent's rounds: a server that does not answer must not hold up an access rule.
type inspector struct {
	inspections []Inspection
	now         func() time.Time
	// hurry has everything looked at again, unless that was just done.
	hurry atomic.Bool
	// last is when everything was looked at last, due when it is to be again, and seen what was looked at, see Agent.evidence.
	last, due time.Time
	seen      string
}

// inspect looks as often as is due, and at once when what is in place has become another one, until the context ends.
func (a *Agent) inspect(ctx context.Context) {
	ticker := time.NewTicker(a.interval)
	defer ticker.Stop()
	for {
		a.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// look is one turn of inspect.
func (a *Agent) look(ctx context.Context) {
	evidence, version := a.evidence()
	i := &a.inspector
	hurried := i.hurry.Swap(false) && !i.now().Before(i.last.Add(hurryAfter))
	if version == "" || version == i.seen && i.now().Before(i.due) && !hurried {
		return
	}
	checks := []handover.Check{}
	pause := inspectEvery
	for _, inspection := range i.inspections {
		bounded, stop := context.WithTimeout(ctx, inspectFor)
		found := inspection(bounded, evidence)
		stop()
		if ctx.Err() != nil {
			return // What is found on the way out is that everything was broken off.
		}
		if found == nil {
			continue
		}
		checks = append(checks, *found)
		if found.Fault != "" && found.Fault != handover.FaultExpiring {
			pause = inspectAgain
		}
	}
	i.seen, i.last, i.due = version, i.now(), i.now().Add(pause)
	a.found(version, checks)
}

// found publishes checks, and logs them when they change. Those about what is not in place any more are of no use.
func (a *Agent) found(version string, checks []handover.Check) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if version != a.placed.version {
		return
	}
	before := map[handover.Subject]handover.Check{}
	for _, check := range a.checks {
		before[check.Subject] = check
	}
	for _, check := range checks {
		switch was, known := before[check.Subject]; {
		case check == was:
		case check.Fault != "":
			a.log.Info("Found fault: "+check.Message, "subject", check.Subject, "fault", check.Fault)
		case known:
			a.log.Info("The fault is mended", "subject", check.Subject)
		}
	}
	a.checks = checks
}

// placed is a copy of what is in place, for the inspector. Its version changes with what zot depends on, and not with its access rules.
type placed struct {
	version     string
	credentials []handover.Credential
	config      []byte
	issuer      string
}

// evidence gives what is in place, and no version if nothing is.
func (a *Agent) evidence() (Evidence, string) {
	a.mutex.Lock()
	now := a.placed
	a.mutex.Unlock()
	config := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(now.config))
	decoder.UseNumber()
	if now.version == "" || decoder.Decode(&config) != nil {
		return Evidence{}, ""
	}
	return Evidence{Credentials: now.credentials, Config: config, RunDir: a.layout.RunDir, Issuer: now.issuer}, now.version
}

// place notes for the inspector what is in place now, and drops the checks of what was before.
func (a *Agent) place(in inputs) {
	boot, err := handover.DecodeBoot(in.boot)
	if err != nil {
		return // What is in place was made from another one, which is noted.
	}
	names := []string{a.current.note.Restart}
	for _, name := range filesOf[handover.KindTLS] {
		names = append(names, handover.Hash(a.current.files[name]))
	}
	version, _ := json.Marshal(names)
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if string(version) != a.placed.version {
		a.checks = nil
	}
	a.placed = placed{
		version: string(version), credentials: boot.Credentials, config: a.current.files[handover.ConfigFile], issuer: issuerOf(boot.Zot),
	}
}
