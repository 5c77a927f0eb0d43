package agent

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// members are the agents of a store, in a time of their own.
type members struct {
	t       *rapid.T
	clock   time.Time
	turns   []*turns
	configs []string
	// due are those whose zot is to be ended, down those whose zot does not serve, by how many seconds that lasts yet; before is what each
	// has said a second ago.
	due    []bool
	down   []int
	before []handover.Turn
	// away are members that do not answer.
	away map[int]bool
}

func newMembers(t *rapid.T, count int) *members {
	m := &members{t: t, clock: time.Unix(0, 0), away: map[int]bool{}}
	for i := range count {
		list := make([]string, count)
		for j := range list {
			list[j] = `"` + string(rune('a'+j)) + `:8080"`
		}
		list[i] = `"127.0.0.1:8080"`
		m.configs = append(m.configs, `{"http":{"port":"8080"},"cluster":{"members":[`+strings.Join(list, ",")+`]}}`)
		m.turns = append(m.turns, &turns{peers: seen{m, i}, now: func() time.Time { return m.clock }})
	}
	m.due, m.down, m.before = make([]bool, count), make([]int, count), make([]handover.Turn, count)
	return m
}

// seen is how one of them sees the others: as they are, or as they were a second ago.
type seen struct {
	*members
	own int
}

func (s seen) member(address string) int {
	if strings.HasPrefix(address, handover.MemberHost) {
		return s.own
	}
	return int(address[0] - 'a')
}

func (s seen) Serves(_ context.Context, address string, _ bool) bool {
	at := s.member(address)
	return s.down[at] == 0 && !s.away[at]
}

func (s seen) State(_ context.Context, address string) (handover.State, error) {
	at := s.member(address)
	if s.away[at] {
		return handover.State{}, errors.New("no connection")
	}
	said := s.turns[at].said()
	if rapid.Bool().Draw(s.t, "late") {
		said = s.before[at]
	}
	return handover.State{Turn: said}, nil
}

// second lets everybody do once what he does each second, in any order.
func (m *members) second() {
	for i, t := range m.turns {
		m.before[i] = t.said()
	}
	m.clock = m.clock.Add(time.Second)
	for i := range m.down {
		m.down[i] = max(0, m.down[i]-1)
	}
	order := make([]int, len(m.turns))
	for i := range order {
		order[i] = i
	}
	for _, i := range rapid.Permutation(order).Draw(m.t, "order") {
		if m.away[i] {
			continue
		}
		if m.due[i] && m.turns[i].take([]byte(m.configs[i])) {
			m.due[i], m.down[i] = false, rapid.IntRange(1, 9).Draw(m.t, "down for")
			m.turns[i].end()
		}
		m.turns[i].look(context.Background())
	}
}

func (m *members) downNow() int {
	count := 0
	for i := range m.down {
		if m.down[i] > 0 {
			count++
		}
	}
	return count
}

// Whenever the Secret reaches whom: no two zots are down at once, and each is ended in the end.
func TestOneAfterTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMembers(t, rapid.IntRange(2, 4).Draw(t, "members"))
		arrives := make([]int, len(m.turns))
		for i := range arrives {
			arrives[i] = rapid.IntRange(0, 8).Draw(t, "arrives")
		}
		for at := range 100 {
			for i := range arrives {
				m.due[i] = m.due[i] || arrives[i] == at
			}
			m.second()
			if m.downNow() > 1 {
				t.Fatalf("at %d s more than one is down: %v", at, m.down)
			}
		}
		for i := range m.due {
			if m.due[i] || m.turns[i].said() != "" {
				t.Fatalf("member %d was not ended, or says %q still", i, m.turns[i].said())
			}
		}
	})
}

// Who is away holds the others up for some time, and not for ever: it may lack what is to be put into effect.
func TestAMemberThatIsAwayIsNotWaitedForForEver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMembers(t, 3)
		m.away[1] = true
		m.due[0] = true
		for at := time.Duration(0); at < patience-2*time.Second; at += time.Second {
			m.second()
			if !m.due[0] {
				t.Fatalf("was ended after %s", at)
			}
		}
		for range 5 {
			m.second()
		}
		if m.due[0] {
			t.Fatal("was not ended")
		}
	})
}

// A zot that does not serve is ended without a question: that takes nothing from anybody.
func TestWhoDoesNotServeWaitsForNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMembers(t, 2)
		m.away[1], m.due[0], m.down[0] = true, true, 100
		for range 5 {
			m.second()
		}
		if m.due[0] {
			t.Fatal("was not ended")
		}
	})
}

// A Secret that is as before when the turn comes leaves no trace.
func TestAWishIsTakenBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMembers(t, 2)
		m.due[0] = true
		m.second()
		if m.turns[0].said() != handover.TurnWaits {
			t.Fatalf("says %q", m.turns[0].said())
		}
		m.due[0] = false
		m.turns[0].leave()
		if m.turns[0].said() != "" {
			t.Fatalf("says %q", m.turns[0].said())
		}
	})
}

// The agent writes everything while it waits, and ends zot when it is its turn.
func TestAnAgentWaitsForItsTurn(t *testing.T) {
	p := newPod(t)
	p.boot(`{"http":{"port":"8080"},"cluster":{"members":["a:8080","b:8080"]},"storage":{"storageDriver":{"name":"s3"}}}`, handover.AWS("s3", "s3"))
	p.live(readOnly)
	p.secret("s3", s3Keys)
	p.layout.Pod = "store-0"
	p.started()
	a := p.sidecar()
	clock := time.Unix(0, 0)
	a.turns = turns{peers: &others{turn: handover.TurnGoes}, now: func() time.Time { return clock }}
	p.secret("s3", map[string]string{"access-key": "AKIA2", "secret-key": "second"})
	rounds := func() {
		for range 6 {
			clock = clock.Add(time.Second)
			a.round()
			a.turns.look(t.Context())
		}
	}
	rounds()
	if state := a.State(); state.Applied || state.Turn != handover.TurnWaits || p.zot.ended != 0 {
		t.Fatalf("got %+v, ended %d", state, p.zot.ended)
	}
	if !strings.Contains(p.file(handover.AWSFile), "AKIA2") {
		t.Error("the new keys are not in place for a zot that ends by itself")
	}
	a.turns.peers = &others{}
	rounds()
	if state := a.State(); !state.Applied || p.zot.ended != 1 {
		t.Fatalf("got %+v, ended %d", state, p.zot.ended)
	}
	rounds()
	if state := a.State(); state.Turn != "" || p.zot.ended != 1 {
		t.Errorf("got %+v, ended %d", state, p.zot.ended)
	}
}

// others serve, and say the same.
type others struct{ turn handover.Turn }

func (*others) Serves(context.Context, string, bool) bool { return true }

func (o *others) State(context.Context, string) (handover.State, error) {
	return handover.State{Turn: o.turn}, nil
}

func TestHTTPPeers(t *testing.T) {
	ready := http.StatusOK
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			t.Errorf("asks for %s", r.URL.Path)
		}
		w.WriteHeader(ready)
	})
	plain, secure := httptest.NewServer(handler), httptest.NewTLSServer(handler)
	defer plain.Close()
	defer secure.Close()
	peers := NewHTTPPeers()
	for _, ready = range []int{http.StatusOK, http.StatusServiceUnavailable} {
		for address, tls := range map[string]bool{plain.Listener.Addr().String(): false, secure.Listener.Addr().String(): true} {
			if got := peers.Serves(t.Context(), address, tls); got != (ready == http.StatusOK) {
				t.Errorf("%s with status %d: serves: %v", address, ready, got)
			}
		}
	}
	agent := &Agent{state: handover.State{Problems: []handover.Problem{}}, turns: turns{turn: handover.TurnGoes}}
	server := httptest.NewServer(agent.Server("").Handler)
	defer server.Close()
	_, peers.port, _ = strings.Cut(server.Listener.Addr().String(), ":")
	state, err := peers.State(t.Context(), "127.0.0.1:5000")
	if err != nil || state.Turn != handover.TurnGoes {
		t.Errorf("got %+v, %v", state, err)
	}
	if _, err := peers.State(t.Context(), "no port"); err == nil {
		t.Error("takes what is no address")
	}
}
