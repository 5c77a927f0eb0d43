package workload

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// subjects are what the agents of a store look at.
func subjects(spec v1alpha1.ZotArtifactStoreSpec) []handover.Subject {
	out := backends(spec)
	if defaults.TLSOn(spec) {
		out = append(out, handover.SubjectCertificate)
	}
	return out
}

// backends are what zot depends on outside of its pods.
func backends(spec v1alpha1.ZotArtifactStoreSpec) []handover.Subject {
	var out []handover.Subject
	if defaults.ObjectStore(*spec.Storage) {
		out = append(out, handover.SubjectStorage)
	}
	if cache := spec.Storage.Cache; cache != nil && cache.Type == v1alpha1.CacheRedis {
		out = append(out, handover.SubjectCache)
	}
	if defaults.RBACOn(spec) {
		out = append(out, handover.SubjectIssuer)
	}
	return out
}

// doubtful gives how long what was found is believed, if it is not as it should be; else zero.
func doubtful(spec v1alpha1.ZotArtifactStoreSpec, found []handover.Check) time.Duration {
	out := time.Duration(0)
	for _, subject := range subjects(spec) {
		check, looked := about(subject, found)
		switch {
		case !looked:
			return unknownFor
		case faulty(check):
			out = faultyFor
		}
	}
	return out
}

func about(subject handover.Subject, found []handover.Check) (handover.Check, bool) {
	at := slices.IndexFunc(found, func(check handover.Check) bool { return check.Subject == subject })
	if at < 0 {
		return handover.Check{}, false
	}
	return found[at], true
}

// faulty is true for what keeps something from working; what will do so only later does not.
func faulty(check handover.Check) bool {
	return check.Fault != "" && check.Fault != handover.FaultExpiring
}

// nextQuestion is when the pod's agent is to be asked again sooner than all are, zero if it is not.
func nextQuestion(store component.Store, pod Pod) time.Duration {
	switch {
	case !agentRuns(pod.Pod):
		return 0
	case !pod.Current:
		return askAgain
	default:
		return doubtful(store.Spec, pod.Checks)
	}
}

// reasonOf a fault of something that zot depends on.
var reasonOf = map[handover.Fault]string{
	handover.FaultUnreachable:        v1alpha1.ReasonUnreachable,
	handover.FaultNotTrusted:         v1alpha1.ReasonNotTrusted,
	handover.FaultCredentialsRefused: v1alpha1.ReasonCredentialsRefused,
	handover.FaultAccessDenied:       v1alpha1.ReasonAccessDenied,
	handover.FaultNotFound:           v1alpha1.ReasonBackendNotFound,
}

func assessBackends(store component.Store, facts Facts) board.Condition {
	const kind = v1alpha1.ConditionBackendsReachable
	wanted := backends(store.Spec)
	if len(wanted) == 0 {
		return board.True(kind, v1alpha1.ReasonNotRequested, "zot depends on nothing outside of its pods.")
	}
	var faults []handover.Check
	complete := len(facts.Pods) > 0
	for _, subject := range wanted {
		found, all := lookAt(subject, facts.Pods)
		complete = complete && all
		faults = append(faults, slices.DeleteFunc(found, func(check handover.Check) bool { return !faulty(check) })...)
	}
	switch {
	case len(faults) > 0:
		return board.False(kind, cmp.Or(reasonOf[faults[0].Fault], v1alpha1.ReasonBackendUnfit), joined(faults))
	case !complete:
		return board.False(kind, v1alpha1.ReasonProgressing, "What zot depends on is looked at once its pods run.")
	default:
		return board.True(kind, v1alpha1.ReasonBackendsReachable, "Everything that zot depends on answers as it should.")
	}
}

func urgency(check handover.Check) int {
	if faulty(check) {
		return 1
	}
	return 0
}

// lookAt gives what is wrong with the subject, as the pods see it, and whether all of them have looked.
func lookAt(subject handover.Subject, pods []Pod) (wrong []handover.Check, all bool) {
	all = true
	for _, pod := range pods {
		check, looked := about(subject, pod.Checks)
		all = all && looked
		if check.Fault != "" && !slices.Contains(wrong, check) {
			wrong = append(wrong, check)
		}
	}
	return wrong, all
}

// joined puts messages together, each once.
func joined(checks []handover.Check) string {
	messages := make([]string, 0, len(checks))
	for _, check := range checks {
		if !slices.Contains(messages, check.Message) {
			messages = append(messages, check.Message)
		}
	}
	return strings.Join(messages, " ")
}
