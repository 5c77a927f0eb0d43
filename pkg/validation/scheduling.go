package validation

import (
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// schedulingRules repeat what Kubernetes says of a pod: it refuses the workload otherwise, and a store without a pod tells less than
// a refusal with a reason.
var schedulingRules = []Rule{
	{"scheduling-node-selector", nodeSelector},
	{"scheduling-tolerations", tolerations},
	{"scheduling-affinity", affinity},
	{"scheduling-topology-spread", topologySpread},
	{"scheduling-priority-class", priorityClass},
}

const (
	maxNodeLabels  = 64
	maxTolerations = 64
	maxSpread      = 16
)

var schedulingPath = specPath.Child("scheduling")

func (in Input) scheduling() v1alpha1.SchedulingSpec { return value(in.spec().Scheduling) }

// isLabelKey and isLabelValue are Kubernetes' grammar of labels.
func isLabelKey(s string) bool { return len(validation.IsQualifiedName(s)) == 0 }

func isLabelValue(s string) bool { return len(validation.IsValidLabelValue(s)) == 0 }

// noPod is the error for what no pod can have.
func noPod(path *field.Path, got any, why, advice string) *field.Error {
	return field.Invalid(path, got, fmt.Sprintf("%s, so that Kubernetes would refuse the pod: %s", why, advice))
}

func nodeSelector(in Input) field.ErrorList {
	at, selector := schedulingPath.Child("nodeSelector"), in.scheduling().NodeSelector
	errs := atMost(at, len(selector), maxNodeLabels)
	for _, key := range slices.Sorted(maps.Keys(selector)) {
		if !isLabelKey(key) || !isLabelValue(selector[key]) {
			errs = append(errs, noPod(at.Key(key), selector[key], "this is no label that a node can have",
				"write key and value as `kubectl get nodes --show-labels` shows them"))
		}
	}
	return errs
}

func tolerations(in Input) field.ErrorList {
	at, list := schedulingPath.Child("tolerations"), in.scheduling().Tolerations
	errs := atMost(at, len(list), maxTolerations)
	for i, toleration := range list {
		errs = append(errs, tolerationOf(at.Index(i), toleration)...)
	}
	return errs
}

// tolerationOf leaves out the operators Lt and Gt, which only clusters with a feature gate take.
func tolerationOf(at *field.Path, t corev1.Toleration) field.ErrorList {
	errs := oneOf(at.Child("operator"), t.Operator, corev1.TolerationOpEqual, corev1.TolerationOpExists)
	errs = append(errs, oneOf(at.Child("effect"), t.Effect,
		corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute)...)
	if t.Key != "" && !isLabelKey(t.Key) {
		errs = append(errs, noPod(at.Child("key"), t.Key, "this is no key that a taint can have",
			"write it as `kubectl describe node` shows it under Taints"))
	}
	if t.Key == "" && t.Operator != corev1.TolerationOpExists {
		errs = append(errs, noPod(at.Child("operator"), t.Operator, "without key a toleration holds for every taint, which only Exists"+
			" can say", "write operator: Exists, or the key of a taint"))
	}
	if t.TolerationSeconds != nil && t.Effect != corev1.TaintEffectNoExecute {
		errs = append(errs, noPod(at.Child("effect"), t.Effect, "tolerationSeconds is about when a pod must leave its node, which only"+
			" the effect NoExecute demands", "write effect: NoExecute, or leave tolerationSeconds out"))
	}
	switch {
	case t.Operator == corev1.TolerationOpExists && t.Value != "":
		errs = append(errs, noPod(at.Child("value"), t.Value, "with Exists any value of the taint will do", "leave the value out, or"+
			" write operator: Equal"))
	case t.Operator != corev1.TolerationOpExists && !isLabelValue(t.Value):
		errs = append(errs, noPod(at.Child("value"), t.Value, "this is no value that a taint can have",
			"write it as `kubectl describe node` shows it under Taints"))
	}
	return errs
}

func topologySpread(in Input) field.ErrorList {
	at, list := schedulingPath.Child("topologySpreadConstraints"), in.scheduling().TopologySpreadConstraints
	errs := atMost(at, len(list), maxSpread)
	for i, constraint := range list {
		errs = append(errs, spreadOf(at.Index(i), constraint)...)
		twice := slices.ContainsFunc(list[:i], func(other corev1.TopologySpreadConstraint) bool {
			return other.TopologyKey == constraint.TopologyKey && other.WhenUnsatisfiable == constraint.WhenUnsatisfiable
		})
		if twice {
			errs = append(errs, noPod(at.Index(i).Child("topologyKey"), constraint.TopologyKey, "two constraints have the same"+
				" topologyKey and whenUnsatisfiable", "leave one of them out"))
		}
	}
	return errs
}

func spreadOf(at *field.Path, c corev1.TopologySpreadConstraint) field.ErrorList {
	var errs field.ErrorList
	if c.MaxSkew < 1 {
		errs = append(errs, noPod(at.Child("maxSkew"), c.MaxSkew, "the difference that is allowed must be at least 1", "write 1 or more"))
	}
	if c.MinDomains != nil && (*c.MinDomains < 1 || c.WhenUnsatisfiable != corev1.DoNotSchedule) {
		errs = append(errs, noPod(at.Child("minDomains"), *c.MinDomains, "minDomains is at least 1 and goes with DoNotSchedule only",
			"write whenUnsatisfiable: DoNotSchedule, or leave minDomains out"))
	}
	if !isLabelKey(c.TopologyKey) {
		errs = append(errs, field.Invalid(at.Child("topologyKey"), c.TopologyKey, "this is no label that a node can have, so that the pods"+
			" fit nowhere: write the label that tells the places apart, for example topology.kubernetes.io/zone"))
	}
	if c.WhenUnsatisfiable != corev1.DoNotSchedule && c.WhenUnsatisfiable != corev1.ScheduleAnyway {
		errs = append(errs, noPod(at.Child("whenUnsatisfiable"), c.WhenUnsatisfiable, "nothing tells what to do when the pods cannot be"+
			" spread", "write DoNotSchedule or ScheduleAnyway"))
	}
	errs = append(errs, inclusionPolicy(at.Child("nodeAffinityPolicy"), c.NodeAffinityPolicy)...)
	errs = append(errs, inclusionPolicy(at.Child("nodeTaintsPolicy"), c.NodeTaintsPolicy)...)
	if c.LabelSelector != nil {
		errs = append(errs, labelKeys(at.Child("matchLabelKeys"), c.MatchLabelKeys, c.LabelSelector)...)
	} else if len(c.MatchLabelKeys) > 0 {
		// The selector that is put in names the store; which labels tell its revisions apart only its writer can know.
		errs = append(errs, noPod(at.Child("matchLabelKeys"), c.MatchLabelKeys, "matchLabelKeys adds to a selector, and there is none",
			"write a labelSelector, or leave matchLabelKeys out"))
	}
	return append(errs, labelSelector(at.Child("labelSelector"), c.LabelSelector)...)
}

// inclusionPolicy takes an empty one for a wrong one, as Kubernetes does: absent is something else.
func inclusionPolicy(at *field.Path, got *corev1.NodeInclusionPolicy) field.ErrorList {
	allowed := []corev1.NodeInclusionPolicy{corev1.NodeInclusionPolicyHonor, corev1.NodeInclusionPolicyIgnore}
	if got == nil || slices.Contains(allowed, *got) {
		return nil
	}
	return field.ErrorList{field.NotSupported(at, *got, allowed)}
}

func priorityClass(in Input) field.ErrorList {
	got := in.scheduling().PriorityClassName
	if got == "" || len(validation.IsDNS1123Subdomain(got)) == 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(schedulingPath.Child("priorityClassName"), got, "spec.scheduling.priorityClassName is no name"+
		" that a PriorityClass can have: write one that `kubectl get priorityclass` shows, or leave it out")}
}
