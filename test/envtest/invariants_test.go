package envtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// state is what is stored of a store, and what was stored before, nil if that is not known.
type state struct{ before, now *v1alpha1.ZotArtifactStore }

// invariant holds of every state that the operator writes, whatever happens. broken says how it does not, empty if it does.
type invariant struct {
	name   string
	broken func(state) string
}

// invariants have their numbers from their places here.
var invariants = []invariant{
	{"every condition is there, once, and Ready comes first", complete},
	{"every condition is good when it is True: its type says so, and there is none that is there only in trouble", positive},
	{"reasons are one word in CamelCase, messages are sentences", told},
	{"messages hold nothing that differs from try to try: no times, no UIDs, no versions of objects", steady},
	{"no generation is told that is yet to come, and the status tells the oldest that a condition does", generations},
	{"what was seen is not unseen: observedGeneration never goes down", forward},
	{"lastTransitionTime moves with the status of its condition, and only then", transitionTimes},
	{"Ready is True if and only if everything else is, of this generation", readyIffAll},
	{"Ready's message names every condition that is not True", readyNames},
	{"the phase says what Ready says", phaseAgrees},
	{"a store that is done, by the rules of kstatus, has its pod, its address and its version", done},
}

// check gives what is broken.
func check(s state) []string {
	var out []string
	for i, each := range invariants {
		if how := each.broken(s); how != "" {
			out = append(out, fmt.Sprintf("store %s/%s, generation %d, version %s: invariant %d (%s): %s",
				s.now.Namespace, s.now.Name, s.now.Generation, s.now.ResourceVersion, i+1, each.name, how))
		}
	}
	return out
}

var conditionTypes = []string{
	v1alpha1.ConditionReady, v1alpha1.ConditionStorageReady, v1alpha1.ConditionWorkloadReady, v1alpha1.ConditionConfigurationApplied,
	v1alpha1.ConditionBackendsReachable, v1alpha1.ConditionCertificateValid,
	v1alpha1.ConditionNetworkingReady, v1alpha1.ConditionExtensionsReady,
}

func complete(s state) string {
	var types []string
	for _, c := range s.now.Status.Conditions {
		types = append(types, c.Type)
	}
	if fmt.Sprint(types) != fmt.Sprint(conditionTypes) {
		return fmt.Sprintf("%v", types)
	}
	return ""
}

func positive(s state) string {
	for _, c := range s.now.Status.Conditions {
		good := func(end string) bool { return strings.HasSuffix(c.Type, end) }
		if !slices.ContainsFunc([]string{"Ready", "Applied", "Reachable", "Valid"}, good) {
			return c.Type
		}
	}
	return ""
}

var camelCase = regexp.MustCompile(`^([A-Z][a-z0-9]*)+$`)

// unstopped is the one message without a full stop: it is in the user's document.
const unstopped = "All pods are ready"

func told(s state) string {
	for _, c := range s.now.Status.Conditions {
		if !camelCase.MatchString(c.Reason) {
			return fmt.Sprintf("%s has reason %q", c.Type, c.Reason)
		}
		for line := range strings.SplitSeq(c.Message, "\n") {
			if line == "" || line != unstopped && !strings.HasSuffix(line, ".") && !strings.HasSuffix(line, "…") {
				return fmt.Sprintf("%s says %q", c.Type, line)
			}
		}
	}
	return ""
}

var varying = regexp.MustCompile(`\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|[0-9a-f]{8}-[0-9a-f]{4}-|resourceVersion|0xc0`)

func steady(s state) string {
	for _, c := range s.now.Status.Conditions {
		if found := varying.FindString(c.Message); found != "" {
			return fmt.Sprintf("%s says %q: %q", c.Type, c.Message, found)
		}
	}
	return ""
}

func generations(s state) string {
	observed := s.now.Status.ObservedGeneration
	if observed == nil || *observed > s.now.Generation {
		return "status.observedGeneration"
	}
	for _, c := range s.now.Status.Conditions {
		switch {
		case c.ObservedGeneration > s.now.Generation:
			return fmt.Sprintf("%s is of generation %d", c.Type, c.ObservedGeneration)
		case c.Type == v1alpha1.ConditionReady && c.ObservedGeneration != *observed,
			c.ObservedGeneration < *observed && c.Reason != v1alpha1.ReasonNotReported:
			return fmt.Sprintf("%s is of generation %d, the status of %d", c.Type, c.ObservedGeneration, *observed)
		}
	}
	return ""
}

func forward(s state) string {
	if s.before == nil {
		return ""
	}
	if was, is := s.before.Status.ObservedGeneration, s.now.Status.ObservedGeneration; was != nil && (is == nil || *is < *was) {
		return fmt.Sprintf("the status told %d before", *was)
	}
	for _, c := range s.now.Status.Conditions {
		if was := stated(s.before, c.Type); c.Reason != v1alpha1.ReasonNotReported && c.ObservedGeneration < was.ObservedGeneration {
			return fmt.Sprintf("%s told %d before and tells %d", c.Type, was.ObservedGeneration, c.ObservedGeneration)
		}
	}
	return ""
}

func transitionTimes(s state) string {
	for _, c := range s.now.Status.Conditions {
		at := c.LastTransitionTime
		if at.Before(&s.now.CreationTimestamp) || at.After(time.Now().Add(2*time.Second)) {
			return fmt.Sprintf("%s at %s, the store was made at %s", c.Type, at, s.now.CreationTimestamp)
		}
		if s.before == nil {
			continue
		}
		was := stated(s.before, c.Type)
		if was.Status == c.Status && !was.LastTransitionTime.Equal(&at) {
			return fmt.Sprintf("%s is %s as before, and moved from %s to %s", c.Type, c.Status, was.LastTransitionTime, at)
		}
		if was.Status != c.Status && at.Before(&was.LastTransitionTime) {
			return fmt.Sprintf("%s moved back from %s to %s", c.Type, was.LastTransitionTime, at)
		}
	}
	return ""
}

func readyIffAll(s state) string {
	ready := stated(s.now, v1alpha1.ConditionReady)
	all := true
	for _, c := range s.now.Status.Conditions[1:] {
		all = all && c.Status == metav1.ConditionTrue && c.ObservedGeneration == ready.ObservedGeneration
	}
	isTrue := ready.Status == metav1.ConditionTrue
	if isTrue && !all || all && !isTrue && ready.ObservedGeneration == s.now.Generation && (s.before == nil || changed(s)) {
		return fmt.Sprintf("it is %s: %s", ready.Status, ready.Message)
	}
	return ""
}

// changed is true when this state is one of the status, and not of the spec.
func changed(s state) bool { return s.before.Generation == s.now.Generation }

func readyNames(s state) string {
	ready := stated(s.now, v1alpha1.ConditionReady)
	for _, c := range s.now.Status.Conditions[1:] {
		if c.Status != metav1.ConditionTrue && !strings.Contains(ready.Message, c.Type) {
			return fmt.Sprintf("%s is %s, and Ready says %q", c.Type, c.Status, ready.Message)
		}
	}
	return ""
}

func phaseAgrees(s state) string {
	ready, workload := stated(s.now, v1alpha1.ConditionReady), stated(s.now, v1alpha1.ConditionWorkloadReady)
	serving := s.now.Status.ReadyReplicas != nil && *s.now.Status.ReadyReplicas > 0
	phase := s.now.Status.Phase
	if phase == v1alpha1.PhasePaused {
		return "" // It says what the operator does, and the conditions what the store does.
	}
	// Pods that serve do so on, as they are, while a change of theirs waits for what somebody else makes.
	waits := serving && (workload.Reason == v1alpha1.ReasonWaitingForCertificate || workload.Reason == v1alpha1.ReasonWaitingForExternalURL)
	broken := ready.Status == metav1.ConditionTrue && phase != v1alpha1.PhaseRunning ||
		phase == v1alpha1.PhaseRunning && workload.Status != metav1.ConditionTrue && !waits ||
		phase == v1alpha1.PhaseDegraded && !serving || phase == ""
	if broken {
		return fmt.Sprintf("%q, while Ready is %s (%s) and %v serves", phase, ready.Status, ready.Reason, serving)
	}
	return ""
}

func done(s state) string {
	status := s.now.Status
	current := status.ObservedGeneration != nil && *status.ObservedGeneration == s.now.Generation &&
		stated(s.now, v1alpha1.ConditionReady).Status == metav1.ConditionTrue
	if !current {
		return ""
	}
	wanted := int32(1)
	if s.now.Spec.Replicas != nil {
		wanted = *s.now.Spec.Replicas
	}
	if status.Replicas == nil || status.ReadyReplicas == nil || *status.Replicas != wanted || *status.ReadyReplicas != wanted ||
		status.ServiceEndpoint == "" || status.Selector == "" {
		return fmt.Sprintf("replicas, endpoint or selector are missing: %+v", status)
	}
	return ""
}

// stated gives the condition of a type, empty if there is none.
func stated(store *v1alpha1.ZotArtifactStore, kind string) metav1.Condition {
	for _, c := range store.Status.Conditions {
		if c.Type == kind {
			return c
		}
	}
	return metav1.Condition{}
}
