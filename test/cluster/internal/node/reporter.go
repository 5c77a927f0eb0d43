package node

import (
	"encoding/json"
	"sync"
	"time"
)

// reporter sends events to whoever started the node.
type reporter struct {
	mu     sync.Mutex
	events *json.Encoder
}

func (r *reporter) report(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.events.Encode(e) // nobody may be listening any more: the node does not depend on it
}

// step runs and reports a step; component is whose log tells about a failure.
func (r *reporter) step(name, component string, run func() error) error {
	start := time.Now()
	err := run()
	e := Event{Step: name, Took: time.Since(start)}
	if err != nil {
		e.Component, e.Error = component, err.Error()
	}
	r.report(e)
	return err
}
