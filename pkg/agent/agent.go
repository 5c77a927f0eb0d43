package agent

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// interval is how often the agent looks at its inputs.
const interval = time.Second

// Options are what an Agent needs.
type Options struct {
	Layout    Layout
	Processes Processes
	Log       logr.Logger
	// Interval between two looks at the inputs, one second if zero.
	Interval time.Duration
	// Inspections are what is looked at beside them.
	Inspections []Inspection
	// Provider looks at the provider with which people sign in. It is one more inspection, and decides whether zot starts with it.
	Provider Inspection
	// Peers are how the other members of a store of several are asked, nil if they are not.
	Peers Peers
}

// Agent keeps zot's configuration and credentials up to date.
type Agent struct {
	layout    Layout
	processes Processes
	log       logr.Logger
	interval  time.Duration

	// current is what is in place. settled are the inputs that are dealt with, nil if there is something left to do.
	current place
	settled *inputs
	// pending is the restart hash that was seen in the last round for the first time.
	pending string
	// repeat is after how many rounds the configuration is written once more, 0 if it is not.
	repeat int

	inspector inspector
	provider  Inspection
	turns     turns

	mutex  sync.Mutex
	state  handover.State
	placed placed
	checks []handover.Check
}

// New makes an agent. It touches nothing yet.
func New(options Options) *Agent {
	if options.Interval == 0 {
		options.Interval = interval
	}
	inspections := slices.Clone(options.Inspections)
	if options.Provider != nil {
		inspections = append(inspections, options.Provider)
	}
	return &Agent{
		layout:    options.Layout,
		processes: options.Processes,
		log:       options.Log,
		interval:  options.Interval,
		inspector: inspector{inspections: inspections, now: time.Now},
		provider:  options.Provider,
		turns:     turns{peers: options.Peers, now: time.Now},
		state:     handover.State{Format: handover.Format, Problems: []handover.Problem{}},
	}
}

// State tells what is applied, for the operator.
func (a *Agent) State() handover.State {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	state := a.state
	state.Problems, state.Checks = slices.Clone(state.Problems), slices.Clone(a.checks)
	state.Turn = a.turns.said()
	return state
}

// Run keeps everything up to date until the context ends. Problems do not end it: they are told, and looked at again.
func (a *Agent) Run(ctx context.Context) {
	a.open()
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() { a.inspect(ctx) })
	beside.Go(func() { a.queue(ctx) })
	ticker := time.NewTicker(a.interval)
	defer ticker.Stop()
	for {
		a.round()
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// open takes over what the init container, or the agent before its own restart, has left.
func (a *Agent) open() {
	found, err := readPlace(a.layout)
	if err != nil {
		// Without knowing what is in place everything is written once more, which harms less than doing nothing.
		a.log.Error(err, "Cannot read what is in place; everything will be written again")
		found = place{files: map[string][]byte{}}
	}
	a.current = found
}

// round is one look at the inputs.
func (a *Agent) round() {
	in, err := observe(a.layout)
	if err != nil {
		a.settled = nil
		a.report(false, []handover.Problem{configInvalid("The agent cannot read its inputs", err,
			"Look at the pod's volumes and events; the agent tries again every second.")})
		return
	}
	a.writeAgain()
	a.watchStart()
	in.withheld = a.withholds()
	if a.settled != nil && a.settled.equal(in) {
		return
	}
	a.settled = nil
	planned, problems := plan(in, a.current, a.layout)
	if fault, _ := a.providerFault(); planned != nil && planned.restart != a.current.note.Restart && fault != "" && !in.withheld {
		// zot is about to start anew.
		in.withheld = true
		planned, problems = plan(in, a.current, a.layout)
	}
	if planned == nil {
		a.settled = &in
		a.report(false, problems)
		return
	}
	if a.waits(planned) {
		a.report(false, problems)
		return
	}
	ending := a.ending(planned)
	if err := a.apply(planned, ending); err != nil {
		a.report(false, append(problems, notApplied(err)))
		return
	}
	a.place(in)
	if ending == later {
		a.report(false, problems)
		return
	}
	a.settled = &in
	a.report(len(problems) == 0 && a.repeat == 0, problems)
}

// repeatAfter is in rounds, so in seconds.
const repeatAfter = 10

// watched are the files that zot watches as it runs, the configuration last.
var watched = append(slices.Clone(reloaded), handover.ConfigFile)

func isWatched(name string) bool { return slices.Contains(watched, name) }

// writeAgain writes what zot watches a second time if zot was just starting at the first time. Between reading a file and
// watching it zot is blind for some milliseconds, more on a busy node, and would keep the old rules until the next change.
func (a *Agent) writeAgain() {
	if a.repeat == 0 {
		return
	}
	if a.repeat--; a.repeat > 0 {
		return
	}
	for _, name := range watched {
		content, ok := a.current.files[name]
		if !ok {
			continue
		}
		padding := byte('\n')
		if name == handover.ConfigFile {
			padding = ' '
		}
		if err := a.layout.write(name, content, padding); err != nil {
			a.log.Error(err, "Cannot write a file again; trying once more", "file", name)
			a.repeat = 1
			return
		}
	}
	problems := a.State().Problems
	a.report(a.settled != nil && len(problems) == 0, problems)
}

// waits is true when a restart of zot is due for the first time in a row. The two keys of a credential may come from two
// Secrets, which the kubelet delivers one after the other: zot shall not start with one of each.
func (a *Agent) waits(planned *target) bool {
	if planned.restart == a.current.note.Restart || planned.restart == a.pending {
		a.pending = ""
		return false
	}
	a.pending = planned.restart
	return true
}

// ending says when a zot that runs is ended, if what is written asks for that.
type ending int

const (
	// never: there is no zot yet.
	never ending = iota
	now
	// later: it is another member's turn. All is written meanwhile, so that access rules do not wait, and a zot that ends by itself
	// comes back with it.
	later
)

func (a *Agent) ending(planned *target) ending {
	if planned.restart == a.current.note.Restart {
		a.turns.leave()
		return now
	}
	config := planned.files[len(planned.files)-1].content
	if !a.turns.take(config) {
		return later
	}
	return now
}

// apply writes what differs, and then ends zot if it cannot take it as it runs. The note comes last: if the agent dies in
// between, the next one does the rest again.
func (a *Agent) apply(planned *target, ending ending) error {
	trusted, err := a.layout.trust(planned.trust)
	if err != nil {
		return err
	}
	written, err := a.write(planned)
	if err != nil {
		return err
	}
	written = append(trusted, written...)
	current := a.current.note
	current.Boot, current.Live, current.Withheld = planned.boot, planned.live, planned.withheld
	if current.Restart != planned.restart && ending == now {
		ended, err := a.processes.EndZot(a.layout.run(handover.ConfigFile))
		current.ZotRestarts += ended
		// Those that were ended count even if another one could not be.
		a.current.note.ZotRestarts = current.ZotRestarts
		if err != nil {
			return err
		}
		a.turns.end()
		a.log.Info("Credentials or start settings have changed; ended zot, so that it starts again with them",
			"processes", ended, "withoutProvider", current.Withheld)
	} else if ending != never && slices.ContainsFunc(written, isWatched) && a.processes.IsStarting(a.layout.run(handover.ConfigFile)) {
		a.repeat = repeatAfter
	}
	current.Reload = planned.reload
	if ending != later {
		current.Restart = planned.restart
	}
	if current != a.current.note || len(written) > 0 {
		if err := writeNote(a.layout, current); err != nil {
			return err
		}
		a.log.Info("Applied", "boot", current.Boot, "live", current.Live, "written", written)
		a.tellExpiry(written)
	}
	a.current.note = current
	return nil
}

func (a *Agent) write(planned *target) ([]string, error) {
	var written []string
	for _, wanted := range planned.files {
		found, ok := a.current.files[wanted.name]
		again := wanted.name == handover.ConfigFile && planned.reload != a.current.note.Reload
		if ok && bytes.Equal(found, wanted.content) && !again {
			continue
		}
		if err := a.layout.write(wanted.name, wanted.content, wanted.padding); err != nil {
			return nil, err
		}
		a.current.files[wanted.name] = wanted.content
		written = append(written, wanted.name)
	}
	return written, nil
}

// tellExpiry says until when a new certificate is valid. One that has expired is no problem of the agent's: zot serves it.
func (a *Agent) tellExpiry(written []string) {
	if !slices.Contains(written, handover.TLSCertFile) {
		return
	}
	until, _ := validity(a.current.files[handover.TLSCertFile])
	if time.Now().After(until) {
		a.log.Info("The certificate has expired, clients will refuse it; renew it in its Secret", "notAfter", until)
		return
	}
	a.log.Info("There is a new certificate", "notAfter", until)
}

func notApplied(err error) handover.Problem {
	return configInvalid("The new configuration is not in effect", err,
		"The agent tries again every second; if this stays, delete the pod.")
}

// report publishes the state and logs problems when they change.
func (a *Agent) report(applied bool, problems []handover.Problem) {
	if problems == nil {
		problems = []handover.Problem{}
	}
	until, hosts := validity(a.current.files[handover.TLSCertFile])
	a.mutex.Lock()
	before := a.state
	a.state = handover.State{
		Format:      handover.Format,
		Boot:        a.current.note.Boot,
		Live:        a.current.note.Live,
		Applied:     applied,
		ZotRestarts: a.current.note.ZotRestarts,
		Problems:    problems,

		CertificateNotAfter: until,
		CertificateHosts:    hosts,
	}
	a.mutex.Unlock()
	if slices.Equal(before.Problems, problems) {
		return
	}
	for _, problem := range problems {
		a.log.Info("Not applied: "+problem.Message, "reason", problem.Reason, "secret", problem.Secret,
			"configMap", problem.ConfigMap, "key", problem.Key)
	}
	if len(problems) == 0 {
		a.log.Info("All problems are mended")
	}
}
