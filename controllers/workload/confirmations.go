package workload

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
)

// applied names a configuration by the hashes of its documents.
type applied struct{ boot, live string }

// confirmations remembers what the agents of pods have confirmed. It is memory: after a start the agents are asked once more.
type confirmations struct {
	mutex sync.Mutex
	pods  map[types.UID]applied
}

// forgetAbove bounds the memory: pods come and go, and asking again costs one request to a pod.
const forgetAbove = 10_000

func newConfirmations() *confirmations { return &confirmations{pods: map[types.UID]applied{}} }

func (c *confirmations) has(pod types.UID, wanted applied) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.pods[pod] == wanted
}

func (c *confirmations) put(pod types.UID, confirmed applied) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.pods) >= forgetAbove {
		clear(c.pods)
	}
	c.pods[pod] = confirmed
}
