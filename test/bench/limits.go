package main

import (
	"fmt"
	"strings"
)

// limits of counts, which depend on no machine.
type limits struct {
	// requestsPerObject are a look whether the name is somebody else's, and the apply.
	requestsPerObject float64
	// statusWritesPerStore and eventsPerStore are what users see of a start.
	statusWritesPerStore, eventsPerStore float64
}

var bounds = limits{
	requestsPerObject: 2,
	// A store alone tells each step of its pod and each verdict of a controller apart: begun, claim made, volume bound, StatefulSet
	// made, pod made, initialized, started, ready, configuration confirmed, Ready; and two more where the cluster writes in another
	// order. Of many stores, most of that comes together.
	statusWritesPerStore: 12,
	// One for each of the six conditions that becomes True, and two for what they say on the way.
	eventsPerStore: 8,
}

// broken tells which limits the figures break; each line names the figure, the limit and what to look at.
func (l limits) broken(f *figures) []string {
	var out []string
	tell := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, g := range f.Growth {
		if most := l.requestsPerObject*g.ObjectsPerStore + l.statusWritesPerStore + l.eventsPerStore; g.Total > most {
			tell("%.1f requests per store (%s), more than %.1f. Look which kind has grown, and what wakes the controllers.",
				g.Total, g.title(), most)
		}
	}
	if len(f.Idle.Acting) > 0 {
		tell("an idle operator has asked for something: %v. Nothing has changed, so nothing was to be asked.", f.Idle.Acting)
	}
	if f.Restart.Writing > 0 {
		tell("a restarted operator has written %d times: %v. What it found was what it had left.", f.Restart.Writing, f.Restart.Acting)
	}
	if f.Refused > 0 {
		tell("%d requests were refused: the operator's role lacks a permission.", f.Refused)
	}
	return out
}

func (l limits) judge(f *figures) error {
	if broken := l.broken(f); len(broken) > 0 {
		return fmt.Errorf("limits are broken:\n  %s", strings.Join(broken, "\n  "))
	}
	return nil
}
