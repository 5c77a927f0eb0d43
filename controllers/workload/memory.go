package workload

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// applied names a configuration by the hashes of its documents.
type applied struct{ boot, live string }

// memory is what the agents of pods have said. After a start they are asked once more.
type memory struct {
	now   func() time.Time
	mutex sync.Mutex
	pods  map[types.UID]answer
}

// answer is the last one of a pod's agent, or that there was none.
type answer struct {
	confirmed applied
	// checks are what it has found of what zot depends on.
	checks []handover.Check
	// hosts and notAfter are of the certificate that zot serves.
	hosts    []string
	notAfter time.Time
	at       time.Time
	// silence is why it did not answer, until when it is not asked, and how long it was let alone.
	silence string
	until   time.Time
	pause   time.Duration
}

const (
	// forgetAbove bounds the memory: pods come and go, and asking again costs one request to a pod.
	forgetAbove = 10_000
	// trustFor is how long a confirmation holds where zot runs with Secrets, or depends on something outside of its pods: they may
	// change or go, and only the agent sees it. faultyFor is how long a fault is believed, and unknownFor that nothing was looked at yet.
	trustFor   = time.Minute
	faultyFor  = 10 * time.Second
	unknownFor = 2 * time.Second
	// longestPause bounds how long a silent agent is let alone. Each question may take a worker two seconds, which healthy
	// stores need.
	longestPause = 30 * time.Second
	// worthTelling is the pause from which on silence is told: an agent that is just starting is no news.
	worthTelling = 4 * time.Second
)

func newMemory(now func() time.Time) *memory { return &memory{now: now, pods: map[types.UID]answer{}} }

// confirmed gives what the agent said, if it has confirmed that configuration, and no longer ago than trust allows for what it said;
// zero trust lasts for ever.
func (m *memory) confirmed(pod types.UID, wanted applied, trust func(said answer) time.Duration) (said answer, confirmed bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	last := m.pods[pod]
	if last.confirmed != wanted {
		return answer{}, false
	}
	if lasts := trust(last); lasts > 0 && m.now().Sub(last.at) >= lasts {
		return answer{}, false
	}
	return last, true
}

func (m *memory) confirm(pod types.UID, said answer) {
	said.at = m.now()
	m.put(pod, said)
}

// alone is true while the agent is let alone because it did not answer; why is given once that is worth telling.
func (m *memory) alone(pod types.UID) (why string, alone bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	last := m.pods[pod]
	if last.pause >= worthTelling {
		why = last.silence
	}
	return why, m.now().Before(last.until)
}

// failed lets the agent alone, each time twice as long as before.
func (m *memory) failed(pod types.UID, why string) {
	m.mutex.Lock()
	pause := min(max(2*m.pods[pod].pause, time.Second), longestPause)
	m.mutex.Unlock()
	m.put(pod, answer{silence: why, pause: pause, until: m.now().Add(pause)})
}

func (m *memory) put(pod types.UID, last answer) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if len(m.pods) >= forgetAbove {
		clear(m.pods)
	}
	m.pods[pod] = last
}
