package networking

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Assess looks at each part that is asked for; the Service itself works as soon as it is there. Addresses of objects that are not
// the store's are not told, and those of before stay while the Service could not be written. The address that the user names goes
// before all that are found.
func (Component) Assess(store component.Store, facts Facts, report apply.Report) component.Verdict {
	in := store.Input(Name)
	verdict := component.Verdict{}
	service := inPlace(report, "Service", facts.Service != nil)
	addresses := board.Addresses{External: store.Spec.ExternalURL}
	if service {
		addresses.Service = resources.Endpoint(in)
	}
	there := []string{"Service"}
	var findings []finding
	for _, part := range parts() {
		served, again := part.api(facts)
		asked := part.asked(store.Spec)
		if again > 0 && !served && (asked || !part.bound) {
			verdict.RequeueAfter = soonest(verdict.RequeueAfter, again, asked)
		}
		if !asked {
			continue
		}
		found := part.look(in, facts)
		if !inPlace(report, part.kind.Kind, true) {
			found.address = ""
		}
		there = append(there, part.kind.Kind)
		findings = append(findings, found)
	}
	for _, look := range []func(resources.Input, Facts) (finding, bool){lookAtServiceCA, lookAtNodePort, lookAtLoadBalancer} {
		if found, asked := look(in, facts); asked {
			if !service {
				found.address = ""
			}
			findings = append(findings, found)
		}
	}
	for _, found := range findings {
		addresses.External = cmp.Or(addresses.External, found.address)
	}
	failed := kinds(report.With(apply.Failed))
	if !slices.Contains(failed, "Service") {
		verdict.Facts.Addresses = &addresses
	}
	condition := sum(there, findings)
	if report.Err() != nil {
		condition = board.False(v1alpha1.ConditionNetworkingReady, v1alpha1.ReasonProgressing,
			"The "+strings.Join(failed, " and the ")+" is being written.")
	}
	verdict.Conditions = []board.Condition{condition}
	return verdict
}

// sum makes one condition of all findings. What needs somebody to do something gives the reason before what passes.
func sum(there []string, findings []finding) board.Condition {
	const kind = v1alpha1.ConditionNetworkingReady
	var notes, problems, reasons []string
	for _, found := range findings {
		switch {
		case found.reason != "":
			problems = append(problems, found.message)
			reasons = append(reasons, found.reason)
		case found.message != "":
			notes = append(notes, found.message)
		}
	}
	if len(reasons) > 0 {
		slices.SortStableFunc(reasons, func(a, b string) int { return cmp.Compare(passing(a), passing(b)) })
		return board.False(kind, reasons[0], strings.Join(problems, " "))
	}
	message := "The Service is in place."
	if last := len(there) - 1; last > 0 {
		message = strings.Join(there[:last], ", ") + " and " + there[last] + " are in place."
	}
	return board.True(kind, v1alpha1.ReasonServiceReady, strings.Join(append([]string{message}, notes...), " "))
}

func passing(reason string) int {
	return slices.Index([]string{
		v1alpha1.ReasonProgressing, v1alpha1.ReasonWaitingForLoadBalancer, v1alpha1.ReasonWaitingForCertificate,
	}, reason)
}

// inPlace is true when the object of the kind is as intended and the store's own, or is so but for what a paused store keeps.
func inPlace(report apply.Report, kind string, seen bool) bool {
	return slices.ContainsFunc(report, func(result apply.Result) bool {
		if result.Ref.Kind != kind {
			return false
		}
		taken := []apply.Outcome{apply.Unchanged, apply.Applied, apply.Sent}
		return slices.Contains(taken, result.Outcome) || result.Outcome == apply.Kept && seen
	})
}

// kinds of objects, for a person.
func kinds(refs []apply.Ref) []string {
	out := make([]string, 0, len(refs))
	for _, ref := range refs {
		out = append(out, ref.Kind)
	}
	return out
}

// soonest gives the time until the next look. A store that asks for nothing of an API that is to come may have an object from before,
// which can go only then; that has time.
func soonest(already, again time.Duration, asked bool) time.Duration {
	if !asked {
		again = max(again, component.Unhurried)
	}
	if already == 0 {
		return again
	}
	return min(already, again)
}
