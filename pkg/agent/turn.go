package agent

import (
	"context"
	"encoding/json"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// A rotated Secret reaches all members of a store within two minutes, and would end all of their zots at about the same time. So each
// waits until it is its turn: it says that it waits, and goes when no other one is about to end its zot, has ended it, or waits too
// and is before it in the list. Whoever goes says so until its zot serves again.

const (
	// askFor bounds how long all others are asked for once. Whoever waits does so for longer than that before it asks for the first time:
	// then every other one that might have asked before, and does not know of it, says that it goes.
	askFor   = 2 * time.Second
	firstAsk = 3 * time.Second
	// patience is how long a member waits for the others. One that is away may stay away, and what is to be put into effect may be what
	// brings it back.
	patience = 2 * time.Minute
)

// Peers are the other members of the store.
type Peers interface {
	// Serves says whether the zot at host:port is ready.
	Serves(ctx context.Context, address string, secure bool) bool
	// State asks the agent beside the zot at host:port.
	State(ctx context.Context, address string) (handover.State, error)
}

// turns is where an agent stands among those of its store. Rounds ask for a turn; beside them the others are asked, as a member that does
// not answer must not hold up an access rule.
type turns struct {
	peers Peers
	now   func() time.Time

	mutex sync.Mutex
	turn  handover.Turn
	since time.Time
	// ended says of a turn that zot was ended in it.
	ended bool
	ring  ring
}

// ring is what the configuration says about the members.
type ring struct {
	// own is the address of the zot beside this agent, others those of the other members by their place in the list.
	own    string
	others map[int]string
	place  int
	secure bool
}

// ringOf reads the configuration of a zot. One that is alone has no others.
func ringOf(config []byte) ring {
	var read struct {
		HTTP struct {
			Port string          `json:"port"`
			TLS  json.RawMessage `json:"tls"`
		} `json:"http"`
		Cluster struct {
			Members []string `json:"members"`
		} `json:"cluster"`
	}
	if json.Unmarshal(config, &read) != nil {
		return ring{}
	}
	own := net.JoinHostPort(handover.MemberHost, read.HTTP.Port)
	out := ring{own: own, others: map[int]string{}, place: slices.Index(read.Cluster.Members, own), secure: read.HTTP.TLS != nil}
	for i, member := range read.Cluster.Members {
		if i != out.place {
			out.others[i] = member
		}
	}
	return out
}

// said is what the agent tells of it.
func (t *turns) said() handover.Turn {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.turn
}

func (t *turns) set(turn handover.Turn) {
	t.turn, t.since, t.ended = turn, t.now(), false
}

// take asks for a turn in which zot may be ended, and says whether it has come. A zot that is alone need not wait.
func (t *turns) take(config []byte) bool {
	ring := ringOf(config)
	if len(ring.others) == 0 || t.peers == nil {
		return true
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.ring = ring
	if t.turn == "" {
		t.set(handover.TurnWaits)
	}
	return t.turn == handover.TurnGoes && !t.ended
}

// end notes that zot was ended in this turn.
func (t *turns) end() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.turn == handover.TurnGoes {
		t.ended, t.since = true, t.now()
	}
}

// leave takes the wish for a turn back.
func (t *turns) leave() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if !t.ended && t.turn != "" {
		t.set("")
	}
}

// look is one turn of the loop beside the rounds.
func (t *turns) look(ctx context.Context) {
	t.mutex.Lock()
	turn, waited, ended, ring := t.turn, t.now().Sub(t.since), t.ended, t.ring
	t.mutex.Unlock()
	before := turn
	switch turn {
	case handover.TurnWaits:
		if waited < firstAsk || !t.mayGo(ctx, ring, waited) {
			return
		}
		turn = handover.TurnGoes
	case handover.TurnGoes:
		// At first zot is on its way down, and what answers may be the old one.
		if !ended || waited < firstAsk || !t.serves(ctx, ring.own, ring.secure) {
			return
		}
		turn = ""
	default:
		return
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.turn == before {
		t.set(turn)
	}
}

// mayGo asks all others at once. A zot that does not serve has nobody to wait for.
func (t *turns) mayGo(ctx context.Context, ring ring, waited time.Duration) bool {
	if waited >= patience || !t.serves(ctx, ring.own, ring.secure) {
		return true
	}
	ctx, stop := context.WithTimeout(ctx, askFor)
	defer stop()
	var asked sync.WaitGroup
	answers := make(chan bool, len(ring.others))
	for place, address := range ring.others {
		asked.Go(func() {
			state, err := t.peers.State(ctx, address)
			first := state.Turn == handover.TurnGoes || state.Turn == handover.TurnWaits && place < ring.place
			answers <- err == nil && !first && t.peers.Serves(ctx, address, ring.secure)
		})
	}
	asked.Wait()
	close(answers)
	for yes := range answers {
		if !yes {
			return false
		}
	}
	return true
}

func (t *turns) serves(ctx context.Context, address string, secure bool) bool {
	ctx, stop := context.WithTimeout(ctx, askFor)
	defer stop()
	return t.peers.Serves(ctx, address, secure)
}

// queue looks again and again until the context ends.
func (a *Agent) queue(ctx context.Context) {
	ticker := time.NewTicker(a.interval)
	defer ticker.Stop()
	for {
		a.turns.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
