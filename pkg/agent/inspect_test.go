package agent

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// inspected is a pod in which an inspection counts its turns and finds what the test says.
type inspected struct {
	*pod
	*Agent
	now   time.Time
	turns int
	found *handover.Check
}

func newInspected(t *testing.T) *inspected {
	t.Helper()
	w := &inspected{pod: newPod(t), now: time.Unix(1_000_000, 0), found: &handover.Check{Subject: handover.SubjectStorage}}
	w.boot(plainBoot, handover.AWS("s3", "s3"))
	w.live(readOnly)
	w.secret("s3", map[string]string{"access-key": "one", "secret-key": "two"})
	w.Agent = w.started()
	w.inspector = inspector{
		now: func() time.Time { return w.now },
		inspections: []Inspection{
			func(context.Context, Evidence) *handover.Check { return nil },
			func(_ context.Context, e Evidence) *handover.Check {
				w.turns++
				if e.RunDir == "" || len(e.Credentials) != 1 || at(e.Config, "http.port") == nil {
					t.Errorf("incomplete evidence: %+v", e)
				}
				return w.found
			},
		},
	}
	return w
}

func (w *inspected) after(pause time.Duration) int {
	w.now = w.now.Add(pause)
	w.look(context.Background())
	return w.turns
}

func TestInspectsAsOftenAsIsDue(t *testing.T) {
	w := newInspected(t)
	if checks := w.State().Checks; checks != nil {
		t.Errorf("checked before it was looked at: %v", checks)
	}
	if turns := w.after(0); turns != 1 {
		t.Errorf("looked %d times at first", turns)
	}
	if diff := cmp.Diff([]handover.Check{{Subject: handover.SubjectStorage}}, w.State().Checks); diff != "" {
		t.Error(diff)
	}
	if turns := w.after(inspectEvery - time.Second); turns != 1 {
		t.Errorf("looked again too soon")
	}
	w.found = &handover.Check{Subject: handover.SubjectStorage, Fault: handover.FaultNotFound, Message: "No such bucket."}
	if turns := w.after(time.Second); turns != 2 {
		t.Errorf("did not look again")
	}
	if got := w.State().Checks[0].Fault; got != handover.FaultNotFound {
		t.Errorf("got fault %q", got)
	}
	if turns := w.after(inspectAgain); turns != 3 {
		t.Errorf("a fault is not looked at sooner")
	}
	w.found = &handover.Check{Subject: handover.SubjectStorage}
	w.after(inspectAgain)
	logged := w.logs.String()
	if strings.Count(logged, "Found fault: No such bucket.") != 1 || strings.Count(logged, "The fault is mended") != 1 {
		t.Errorf("each news is to be logged once:\n%s", logged)
	}
}

func TestInspectsAtOnceWhatIsNewInPlace(t *testing.T) {
	w := newInspected(t)
	w.after(0)
	w.live(`{"http": {"accessControl": {"repositories": {"**": {"anonymousPolicy": ["read", "create"]}}}}}`)
	w.round()
	if turns := w.after(0); turns != 1 || w.State().Checks == nil {
		t.Errorf("an access rule is no reason to look again, and takes nothing back: %d turns, %v", turns, w.State().Checks)
	}
	w.secret("s3", map[string]string{"access-key": "three", "secret-key": "four"})
	w.round()
	w.round()
	if checks := w.State().Checks; checks != nil {
		t.Errorf("what was found with the old key still stands: %v", checks)
	}
	if turns := w.after(0); turns != 2 || len(w.State().Checks) != 1 {
		t.Errorf("the new key was not looked at: %d turns", turns)
	}
}

func TestWhatIsFoundLateIsDropped(t *testing.T) {
	w := newInspected(t)
	_, version := w.evidence()
	w.secret("s3", map[string]string{"access-key": "three", "secret-key": "four"})
	w.round()
	w.round()
	w.Agent.found(version, []handover.Check{{Subject: handover.SubjectStorage, Fault: handover.FaultUnreachable}})
	if checks := w.State().Checks; checks != nil {
		t.Errorf("it is about what is not in place any more: %v", checks)
	}
}

func TestNothingIsFoundOnTheWayOut(t *testing.T) {
	w := newInspected(t)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	w.look(ctx)
	if checks := w.State().Checks; checks != nil {
		t.Errorf("got %v", checks)
	}
}

func TestInspectsNothingWithoutConfiguration(t *testing.T) {
	p := newPod(t)
	a := p.agent()
	a.inspector.inspections = []Inspection{func(context.Context, Evidence) *handover.Check {
		t.Error("there is nothing to look at")
		return nil
	}}
	a.look(context.Background())
}
