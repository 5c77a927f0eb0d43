package extensions

import (
	"fmt"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Assess compares what is on with what is provided. A cluster without ServiceMonitors is no problem: Prometheus may be told in another
// way.
func (Component) Assess(store component.Store, facts Facts, _ apply.Report) component.Verdict {
	on := defaults.S3APIOn(store.Spec)
	verdict := component.Verdict{
		Conditions: []board.Condition{assess(store, facts)}, Facts: board.Facts{S3Endpoint: s3Address(store.Input(Name), on)},
	}
	if on && (facts.S3.Problem != "" || facts.S3.Silent != "") {
		verdict.RequeueAfter = askAgain
	}
	if on && facts.S3.Holder.Store != "" {
		verdict.RequeueAfter = component.HolderRetry
	}
	if defaults.ServiceMonitorOn(store.Spec) && !facts.ServiceMonitorAPI {
		verdict.LookWithin(facts.ServiceMonitorAgain)
	}
	if on && waitsForUser(facts.S3) {
		verdict.LookWithin(facts.S3.ConstraintsAgain)
	}
	return verdict
}

func assess(store component.Store, facts Facts) board.Condition {
	const kind = v1alpha1.ConditionExtensionsReady
	spec := store.Spec
	s3 := defaults.S3APIOn(spec)
	if s3 {
		if condition, good := assessS3(store, facts.S3); !good {
			return condition
		}
	}
	inZot := defaults.MetricsOn(spec) || defaults.SearchOn(spec) || defaults.ScrubOn(spec) || defaults.SyncOn(spec) ||
		defaults.RBACOn(spec)
	if !inZot && !s3 {
		return board.True(kind, v1alpha1.ReasonNotRequested, "No extension is on.")
	}
	message := "Every extension that is on is part of zot's configuration."
	if s3 {
		message = fmt.Sprintf("The S3 API serves at %s.", resources.S3Endpoint(store.Input(Name)))
		if growth := s3Growth(store, facts.S3); growth.Message != "" {
			message += fmt.Sprintf(" Claim %s has its volume. %s", facts.S3.Claim.Name, growth.Message)
		}
		message += s3OtherClass(store, facts.S3)
		if inZot {
			message += " The other extensions that are on are part of zot's configuration."
		}
	}
	if defaults.ServiceMonitorOn(spec) && facts.ServiceMonitorAPI {
		message += " Prometheus finds the figures by a ServiceMonitor."
	}
	return board.True(kind, v1alpha1.ReasonExtensionsConfigured, message)
}
