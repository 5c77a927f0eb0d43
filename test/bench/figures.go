package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// figures of a run.
type figures struct {
	Began      time.Time `json:"began"`
	Processors int       `json:"processors"`

	Growth  []growth `json:"growth"`
	Idle    calm     `json:"idle"`
	Restart calm     `json:"restart"`
	Memory  []weight `json:"memory"`
	// BytesPerStore is what a store adds to the operator's memory.
	BytesPerStore int64 `json:"bytesPerStore"`
	// Refused are requests for which the operator's role lacks a permission.
	Refused int `json:"refused"`
}

// growth is the creation of stores at once, until the operator is silent again.
type growth struct {
	Stores int `json:"stores"`
	Before int `json:"storesBefore"`
	// Objects is the seconds until the last object was asked for, Ready until the last store was Ready.
	Objects float64 `json:"objectsSeconds"`
	Ready   float64 `json:"readySeconds"`
	// Apply is how long a plain client waits for a dry-run apply of a small object, in milliseconds: the measure of this machine just
	// before and after. ObjectsApplies is Objects for one store in that measure.
	Apply          float64 `json:"applyMilliseconds"`
	ObjectsApplies float64 `json:"objectsAppliesPerStore"`
	// PodSeconds is the part of Ready that a pod takes to start.
	PodSeconds float64 `json:"podSeconds"`
	// ObjectsPerStore were created. Verbs and Kinds count requests for one store, Total all of them.
	ObjectsPerStore float64            `json:"objectsPerStore"`
	Verbs           map[string]float64 `json:"requestsPerStoreByVerb"`
	Kinds           map[string]float64 `json:"requestsPerStore"`
	Total           float64            `json:"totalRequestsPerStore"`
	Questions       float64            `json:"questionsToAgentPerStore"`
	// CPU is the operator's processor time for one store.
	CPU float64 `json:"cpuMillisecondsPerStore"`
}

// calm is a time in which nothing is asked of the operator.
type calm struct {
	Stores  int     `json:"stores"`
	Seconds float64 `json:"seconds"`
	// Acting are requests for single objects and writes; Writing those that write. There should be none.
	Acting  map[string]int `json:"acting"`
	Writing int            `json:"writing"`
	// Caching are requests that fill and keep caches, Leading those of the lease.
	Caching   map[string]int `json:"caching"`
	Leading   int            `json:"leading"`
	Questions int            `json:"questionsToAgents"`
	CPU       float64        `json:"cpuSeconds"`
}

// weight is the operator's memory at some time.
type weight struct {
	When   string `json:"when"`
	Stores int    `json:"stores"`
	usage
}

func newFigures() *figures {
	return &figures{Began: time.Now().UTC().Truncate(time.Second), Processors: runtime.NumCPU()}
}

// bytesPerStore is what a store adds, from the first weight, without stores, to the last one.
func bytesPerStore(weights []weight) int64 {
	first, last := weights[0], weights[len(weights)-1]
	if last.Stores == first.Stores {
		return 0
	}
	return (last.RSS - first.RSS) / int64(last.Stores-first.Stores)
}

// perStore shares counts among stores.
func perStore(counts map[string]int, stores int) map[string]float64 {
	out := make(map[string]float64, len(counts))
	for what, count := range counts {
		out[what] = float64(count) / float64(stores)
	}
	return out
}

// save writes them as JSON.
func (f *figures) save(path string) error {
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the figures: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("save the figures: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("save the figures: %w", err)
	}
	return nil
}
