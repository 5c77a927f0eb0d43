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
// The first run in a pod that meets a problem fails at once, so that the kubelet publishes the termination message and the
// operator can lift it into the store's conditions. Later runs wait until the problem is mended: as each failure doubles the
// kubelet's back-off up to five minutes, waiting here lets a store start within seconds once its Secret is there.
func (a *Agent) Init(ctx context.Context) error {
	marker := a.layout.run(handover.AttemptedFile)
	_, err := os.Stat(marker)
	first := errors.Is(err, fs.ErrNotExist)
	a.open()
	ticker := time.NewTicker(a.interval)
	defer ticker.Stop()
	for {
		problems := a.first()
		if len(problems) == 0 {
			a.clearTermination()
			return nil
		}
		if err := a.writeTermination(problems[0]); err != nil {
			a.log.Error(err, "Cannot write the termination message")
		}
		if first {
			if err := os.WriteFile(marker, nil, 0o600); err != nil {
				a.log.Error(err, "Cannot mark this attempt; the next one will fail as fast instead of waiting")
			}
			return fmt.Errorf("%s: %s", problems[0].Reason, problems[0].Message)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("stopped while waiting: %s: %s", problems[0].Reason, problems[0].Message)
		case <-ticker.C:
		}
	}
}

// first is one attempt to write everything. Problems that leave the last good values in place are no reason to keep zot from
// starting again: the sidecar tells them.
func (a *Agent) first() []handover.Problem {
	in, err := observe(a.layout)
	if err != nil {
		return a.failed([]handover.Problem{configInvalid("The agent cannot read its inputs", err,
			"Look at the pod's volumes and events.")})
	}
	planned, problems := plan(in, a.current, a.layout.RunDir)
	if planned == nil {
		return a.failed(problems)
	}
	if err := a.apply(planned, false); err != nil {
		return a.failed([]handover.Problem{configInvalid("The configuration cannot be written", err,
			fmt.Sprintf("Make sure that %s is a volume that the pod's user can write to.", a.layout.RunDir))})
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
