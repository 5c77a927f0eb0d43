package readiness

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
)

// input is what a status is made from.
type input struct {
	controllers []string
	verdicts    map[string]board.Verdict
	generation  int64
	paused      bool
	old         v1alpha1.ZotArtifactStoreStatus
	now         metav1.Time
}

// order of the conditions in the status, and of their messages in Ready's.
var order = []string{
	v1alpha1.ConditionReady,
	v1alpha1.ConditionStorageReady,
	v1alpha1.ConditionWorkloadReady,
	v1alpha1.ConditionConfigurationApplied,
	v1alpha1.ConditionBackendsReachable,
	v1alpha1.ConditionCertificateValid,
	v1alpha1.ConditionNetworkingReady,
	v1alpha1.ConditionExtensionsReady,
}

// fold makes the status from the verdicts.
func fold(in input) v1alpha1.ZotArtifactStoreStatus {
	var status v1alpha1.ZotArtifactStoreStatus
	var parts []metav1.Condition
	var facts board.Facts
	observed := in.generation
	for _, name := range in.controllers {
		verdict, ok := in.verdicts[name]
		if !ok {
			parts = append(parts, stale(name)...)
			observed = 0
			continue
		}
		observed = min(observed, verdict.Generation)
		for _, c := range verdict.Conditions {
			parts = append(parts, metav1.Condition{
				Type: c.Type, Status: c.Status, Reason: c.Reason, Message: clip(c.Message), ObservedGeneration: verdict.Generation,
			})
		}
		facts = merge(facts, verdict.Facts)
	}
	facts = remember(facts, in.old)
	if observed == 0 || in.paused {
		// What is not acted on is not observed.
		observed = min(count(in.old.ObservedGeneration), in.generation)
	}
	if in.paused {
		parts = append(parts, paused(ready(parts, observed, observed)))
	} else {
		parts = append(parts, ready(parts, in.generation, observed))
	}
	slices.SortFunc(parts, func(a, b metav1.Condition) int {
		return cmp.Compare(slices.Index(order, a.Type), slices.Index(order, b.Type))
	})
	carry(parts, in.old.Conditions, in.now)
	status.Conditions = parts
	status.Phase = phase(parts, facts)
	if in.paused {
		status.Phase = v1alpha1.PhasePaused
	}
	status.ObservedGeneration = &observed
	status.Replicas, status.ReadyReplicas = &facts.Replicas, &facts.ReadyReplicas
	status.Selector, status.Version = facts.Selector, facts.Version
	status.ServiceEndpoint, status.ExternalEndpoint = facts.Addresses.Service, facts.Addresses.External
	status.S3Endpoint = *facts.S3Endpoint
	status.Storage, status.Configuration = known(facts.Storage), facts.Configuration
	if facts.Certificate != nil && facts.Certificate.NotAfter != nil {
		status.Certificate = facts.Certificate
	}
	return status
}

// known leaves out details of which there are none: of an object whose every field goes the API server makes null, and refuses it.
func known(volume *v1alpha1.StorageStatus) *v1alpha1.StorageStatus {
	if volume == nil || *volume == (v1alpha1.StorageStatus{}) {
		return nil
	}
	return volume
}

// paused turns the summary of a store into that of a paused one: as ready as its parts are, and nobody looks after it.
func paused(summary metav1.Condition) metav1.Condition {
	summary.Reason = v1alpha1.ReasonPaused
	summary.Message = "The operator changes and mends nothing of this store until spec.paused is false.\n" + summary.Message
	return summary
}

// merge joins facts: each is filled in by one controller.
func merge(a, b board.Facts) board.Facts {
	return board.Facts{
		Replicas: cmp.Or(a.Replicas, b.Replicas), ReadyReplicas: cmp.Or(a.ReadyReplicas, b.ReadyReplicas),
		Selector: cmp.Or(a.Selector, b.Selector), Version: cmp.Or(a.Version, b.Version),
		Addresses: cmp.Or(a.Addresses, b.Addresses),
		Storage:   cmp.Or(a.Storage, b.Storage), Configuration: cmp.Or(a.Configuration, b.Configuration),
		Certificate: cmp.Or(a.Certificate, b.Certificate), S3Endpoint: cmp.Or(a.S3Endpoint, b.S3Endpoint),
	}
}

// remember keeps what nobody tells now, as a controller has not reported or does not look at pods while the spec is invalid:
// zero pods would be a claim, and without its selector `kubectl scale` fails.
func remember(facts board.Facts, old v1alpha1.ZotArtifactStoreStatus) board.Facts {
	if facts.Selector == "" {
		facts.Selector, facts.Version = old.Selector, old.Version
		facts.Replicas, facts.ReadyReplicas = count(old.Replicas), count(old.ReadyReplicas)
	}
	facts.Addresses = cmp.Or(facts.Addresses, &board.Addresses{Service: old.ServiceEndpoint, External: old.ExternalEndpoint})
	facts.S3Endpoint = cmp.Or(facts.S3Endpoint, &old.S3Endpoint)
	facts.Storage = cmp.Or(facts.Storage, old.Storage)
	facts.Certificate = cmp.Or(facts.Certificate, old.Certificate)
	facts.Configuration = cmp.Or(facts.Configuration, old.Configuration)
	return facts
}

func count[T int32 | int64](n *T) T {
	if n == nil {
		return 0
	}
	return *n
}

// longest is how much of a message is shown, in characters. The API takes 32768 at most, and Ready's message holds all others.
const longest = 4096

func clip(message string) string {
	if utf8.RuneCountInString(message) <= longest {
		return message
	}
	return string([]rune(message)[:longest-1]) + "…"
}

// stale stands for the verdict of a controller that has not reported.
func stale(controller string) []metav1.Condition {
	var out []metav1.Condition
	for _, kind := range conditionsOf[controller] {
		out = append(out, metav1.Condition{
			Type: kind, Status: metav1.ConditionUnknown, Reason: v1alpha1.ReasonNotReported,
			Message: "The " + controller + " controller has not looked at this store yet; the operator's log says why.",
		})
	}
	return out
}

// conditionsOf says which controller reports what.
var conditionsOf = map[string][]string{
	"storage": {v1alpha1.ConditionStorageReady},
	"workload": {
		v1alpha1.ConditionWorkloadReady, v1alpha1.ConditionConfigurationApplied, v1alpha1.ConditionBackendsReachable,
		v1alpha1.ConditionCertificateValid,
	},
	"networking": {v1alpha1.ConditionNetworkingReady},
	"extensions": {v1alpha1.ConditionExtensionsReady},
}

// ready sums up: True if every part is True for this generation; else it says what the parts say.
func ready(parts []metav1.Condition, generation, observed int64) metav1.Condition {
	out := metav1.Condition{Type: v1alpha1.ConditionReady, ObservedGeneration: observed}
	var bad []metav1.Condition
	for _, part := range parts {
		if part.Status != metav1.ConditionTrue {
			bad = append(bad, part)
		}
	}
	// What somebody must do something about comes first: its words are what `kubectl get -o wide` shows.
	slices.SortFunc(bad, func(a, b metav1.Condition) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(slices.Index(order, a.Type), slices.Index(order, b.Type)))
	})
	switch {
	case len(bad) == 0 && observed == generation:
		// Reason and message are part of the user's document.
		out.Status, out.Reason, out.Message = metav1.ConditionTrue, v1alpha1.ReasonAllPodsReady, "All pods are ready"
		return out
	case len(bad) == 0:
		out.Status, out.Reason = metav1.ConditionUnknown, v1alpha1.ReasonNotReported
		out.Message = "A newer spec has not been looked at by every controller yet."
		return out
	}
	out.Status, out.Reason = bad[0].Status, bad[0].Reason
	out.Message = summary(bad)
	return out
}

// rank puts what does not pass by itself before what does.
func rank(c metav1.Condition) int {
	if passing(c.Reason) {
		return 1
	}
	return 0
}

// summary has a line for each message. What several parts say in the same words, as all do of an invalid spec, is said once.
func summary(bad []metav1.Condition) string {
	var messages []string
	types := map[string][]string{}
	for _, part := range bad {
		if types[part.Message] == nil {
			messages = append(messages, part.Message)
		}
		types[part.Message] = append(types[part.Message], part.Type)
	}
	lines := make([]string, 0, len(messages))
	for _, message := range messages {
		lines = append(lines, fmt.Sprintf("%s: %s", strings.Join(types[message], ", "), message))
	}
	return strings.Join(lines, "\n")
}

// carry keeps the transition time of a condition whose status has not changed.
func carry(conditions, old []metav1.Condition, now metav1.Time) {
	for i := range conditions {
		conditions[i].LastTransitionTime = now
		for _, before := range old {
			if before.Type == conditions[i].Type && before.Status == conditions[i].Status && !before.LastTransitionTime.IsZero() {
				conditions[i].LastTransitionTime = before.LastTransitionTime
			}
		}
	}
}
