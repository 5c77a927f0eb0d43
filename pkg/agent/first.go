package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// Init writes everything for zot's first start. It is what the init container does.
//
// A run that meets a new problem fails at once, as the kubelet publishes the termination message only then, and the operator
// lifts it into the store's conditions. Runs that meet the problem which is published already wait until it is mended: as each
// failure doubles the kubelet's back-off up to five minutes, waiting here lets a store start within seconds once its Secret is
// there.
func (a *Agent) Init(ctx context.Context) error {
	a.open()
	ticker := time.NewTicker(a.interval)
	defer ticker.Stop()
	for {
		problems := a.first(ctx)
		if len(problems) == 0 {
			a.clearTermination()
			a.forgetPublished()
			return nil
		}
		problem := problems[0]
		if err := a.writeTermination(problem); err != nil {
			a.log.Error(err, "Cannot write the termination message")
		}
		if !a.published(problem) {
			a.notePublished(problem)
			return fmt.Errorf("%s: %s", problem.Reason, problem.Message)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("stopped while waiting: %s: %s", problem.Reason, problem.Message)
		case <-ticker.C:
		}
	}
}

// published is true when an earlier run in this pod has ended with this problem, be it in other words.
func (a *Agent) published(problem handover.Problem) bool {
	noted, err := os.ReadFile(a.layout.run(handover.AttemptedFile))
	if err != nil {
		return false
	}
	last, err := handover.DecodeProblem(noted)
	return err == nil && last.Reason == problem.Reason && last.Secret == problem.Secret &&
		last.ConfigMap == problem.ConfigMap && last.Key == problem.Key
}

func (a *Agent) notePublished(problem handover.Problem) {
	note, err := handover.EncodeProblem(problem)
	if err == nil {
		err = os.WriteFile(a.layout.run(handover.AttemptedFile), note, 0o600)
	}
	if err != nil {
		a.log.Error(err, "Cannot note this problem; the next attempt will fail as fast instead of waiting")
	}
}

// forgetPublished lets a problem that comes again be published again.
func (a *Agent) forgetPublished() {
	if err := os.Remove(a.layout.run(handover.AttemptedFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.log.Error(err, "Cannot remove the note of the last problem")
	}
}

// first is one attempt to write everything. Problems that leave the last good values in place are no reason to keep zot from
// starting again: the sidecar tells them.
func (a *Agent) first(ctx context.Context) []handover.Problem {
	in, err := observe(a.layout)
	if err != nil {
		return a.failed([]handover.Problem{configInvalid("The agent cannot read its inputs", err,
			"Look at the pod's volumes and events.")})
	}
	planned, problems := plan(in, a.current, a.layout)
	if planned == nil {
		return a.failed(problems)
	}
	cannotWrite := func(err error) []handover.Problem {
		return a.failed([]handover.Problem{configInvalid("The configuration cannot be written", err,
			fmt.Sprintf("Make sure that %s is a volume that the pod's user can write to.", a.layout.RunDir))})
	}
	if err := a.apply(planned, never); err != nil {
		return cannotWrite(err)
	}
	a.place(in)
	if a.lookFirst(ctx) {
		// zot does not run yet.
		in.withheld = true
		planned, problems = plan(in, a.current, a.layout)
		if err := a.apply(planned, never); err != nil {
			return cannotWrite(err)
		}
	}
	a.report(len(problems) == 0, problems)
	return nil
}

func (a *Agent) failed(problems []handover.Problem) []handover.Problem {
	a.report(false, problems)
	return problems
}

func (a *Agent) writeTermination(problem handover.Problem) error {
	line, err := handover.EncodeProblem(problem)
	if err != nil {
		return err
	}
	if err := os.WriteFile(a.layout.TerminationLog, line, 0o644); err != nil { //nolint:gosec // the kubelet reads it
		return fmt.Errorf("write termination message: %w", err)
	}
	return nil
}

// clearTermination takes back the message of a problem that is mended.
func (a *Agent) clearTermination() {
	err := os.Truncate(a.layout.TerminationLog, 0)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.log.Error(err, "Cannot clear the termination message")
	}
}
