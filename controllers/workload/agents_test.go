package workload

import (
	"context"
	"errors"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
)

// agents answer all alike, and count how often they are asked.
type agents struct {
	state handover.State
	err   error
	asked int
}

func (a *agents) State(context.Context, *corev1.Pod) (handover.State, error) {
	a.asked++
	return a.state, a.err
}

func runningPod() *corev1.Pod {
	pod := withContainers(container("config-agent", running(), corev1.ContainerState{}))
	pod.Status.PodIP = "10.0.0.9"
	return pod
}

func TestAsk(t *testing.T) {
	documents := zotconfig.Documents{Boot: []byte("boot"), Live: []byte("live")}
	good := handover.State{Applied: true, Boot: handover.Hash(documents.Boot), Live: handover.Hash(documents.Live)}
	with := func(change func(*handover.State)) handover.State {
		out := good
		change(&out)
		return out
	}
	for name, tc := range map[string]struct {
		pod     *corev1.Pod
		state   handover.State
		err     error
		current bool
		asked   int
	}{
		"applied":               {runningPod(), good, nil, true, 1},
		"older live settings":   {runningPod(), with(func(s *handover.State) { s.Live = "old" }), nil, false, 2},
		"older boot settings":   {runningPod(), with(func(s *handover.State) { s.Boot = "old" }), nil, false, 2},
		"not applied":           {runningPod(), with(func(s *handover.State) { s.Applied = false }), nil, false, 2},
		"with a problem":        {runningPod(), with(func(s *handover.State) { s.Problems = []handover.Problem{{}} }), nil, false, 2},
		"silent":                {runningPod(), handover.State{}, errors.New("no connection"), false, 1},
		"without address":       {withContainers(container("config-agent", running(), corev1.ContainerState{})), good, nil, false, 0},
		"agent does not run":    {withContainers(container("config-agent", waiting("PodInitializing"), corev1.ContainerState{})), good, nil, false, 0},
		"no containers started": {testPod(nil), good, nil, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			answering := &agents{state: tc.state, err: tc.err}
			c := New("agent", answering, nil)
			// Twice: what is confirmed is not asked again.
			for range 2 {
				pod := Pod{Pod: tc.pod}
				c.ask(t.Context(), load(t, "minimal"), resources.Outside{}, &pod, documents)
				if pod.Current != tc.current {
					t.Errorf("current: %v, want %v", pod.Current, tc.current)
				}
				if pod.Unreachable != "" {
					t.Errorf("a first silence is told: %q", pod.Unreachable)
				}
			}
			if answering.asked != tc.asked {
				t.Errorf("asked %d times, want %d", answering.asked, tc.asked)
			}
		})
	}
}

func TestAgentOfAPodOnItsWayOutIsNotAsked(t *testing.T) {
	pod := runningPod()
	pod.DeletionTimestamp = &metav1.Time{}
	if agentRuns(pod) {
		t.Error("it would be asked")
	}
}

func TestMemory(t *testing.T) {
	now := time.Unix(0, 0)
	m := newMemory(func() time.Time { return now })
	one, other := applied{boot: "1", live: "1"}, applied{boot: "1", live: "2"}
	confirmed := func(pod types.UID, wanted applied, lasts time.Duration) bool {
		_, ok := m.confirmed(pod, wanted, func(answer) time.Duration { return lasts })
		return ok
	}
	if confirmed("pod", one, 0) {
		t.Error("something is confirmed from the start")
	}
	m.confirm("pod", answer{confirmed: one})
	if !confirmed("pod", one, trustFor) || confirmed("pod", other, 0) || confirmed("another", one, 0) {
		t.Error("what is confirmed is not this pod's configuration alone")
	}
	now = now.Add(trustFor)
	if confirmed("pod", one, trustFor) || !confirmed("pod", one, 0) {
		t.Error("a confirmation expires where it is asked to, and only there")
	}
	for i := range forgetAbove + 1 {
		m.confirm(types.UID(rune(i)), answer{confirmed: one})
	}
	if len(m.pods) > forgetAbove {
		t.Errorf("%d pods are remembered", len(m.pods))
	}
}

func TestMemoryLetsSilentAgentsAlone(t *testing.T) {
	now := time.Unix(0, 0)
	m := newMemory(func() time.Time { return now })
	var pauses []time.Duration
	for range 8 {
		m.failed("pod", "no connection")
		begin := now
		why, alone := m.alone("pod")
		for ; alone; _, alone = m.alone("pod") {
			now = now.Add(time.Second)
		}
		if told := now.Sub(begin) >= worthTelling; told != (why == "no connection") {
			t.Errorf("after %s: %q", now.Sub(begin), why)
		}
		pauses = append(pauses, now.Sub(begin))
	}
	want := []time.Duration{1e9, 2e9, 4e9, 8e9, 16e9, 30e9, 30e9, 30e9}
	if diff := cmp.Diff(want, pauses); diff != "" {
		t.Error(diff)
	}
	m.confirm("pod", answer{})
	if why, alone := m.alone("pod"); why != "" || alone {
		t.Error("an answer does not end the silence")
	}
}

// timeout is a network error that names an address, as they do.
type timeout struct{}

func (timeout) Error() string   { return "dial tcp 10.0.0.9:8079: i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// The texts end in a condition: an address or a port of ours would change with every try.
func TestErrorsHoldNoAddress(t *testing.T) {
	got := map[string]string{}
	for name, err := range map[string]error{
		"timeout": &url.Error{Op: "Get", URL: "http://10.0.0.9:8079/state", Err: timeout{}},
		"refused": &url.Error{Op: "Get", Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}},
		"cut":     errors.New("read tcp 10.0.0.1:51234->10.0.0.9:8079: connection reset by peer"),
	} {
		got[name] = plain(err).Error()
	}
	want := map[string]string{"timeout": "no answer within 2 s", "refused": "no connection", "cut": "no connection"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
