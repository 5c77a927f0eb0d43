package validation

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// affinity has no bounds of its own but those of an object's size: the type is Kubernetes' own, and so are its limits, which are none.
func affinity(in Input) field.ErrorList {
	a, at := in.scheduling().Affinity, schedulingPath.Child("affinity")
	if a == nil {
		return nil
	}
	var errs field.ErrorList
	if node := a.NodeAffinity; node != nil {
		errs = append(errs, nodeAffinity(at.Child("nodeAffinity"), *node)...)
	}
	if pods := a.PodAffinity; pods != nil {
		errs = append(errs, podAffinity(at.Child("podAffinity"), pods.RequiredDuringSchedulingIgnoredDuringExecution,
			pods.PreferredDuringSchedulingIgnoredDuringExecution)...)
	}
	if pods := a.PodAntiAffinity; pods != nil {
		errs = append(errs, podAffinity(at.Child("podAntiAffinity"), pods.RequiredDuringSchedulingIgnoredDuringExecution,
			pods.PreferredDuringSchedulingIgnoredDuringExecution)...)
	}
	return errs
}

const (
	required  = "requiredDuringSchedulingIgnoredDuringExecution"
	preferred = "preferredDuringSchedulingIgnoredDuringExecution"
)

func nodeAffinity(at *field.Path, a corev1.NodeAffinity) field.ErrorList {
	var errs field.ErrorList
	if needed := a.RequiredDuringSchedulingIgnoredDuringExecution; needed != nil {
		terms := at.Child(required, "nodeSelectorTerms")
		if len(needed.NodeSelectorTerms) == 0 {
			errs = append(errs, noPod(terms, needed.NodeSelectorTerms, "a demand without a term is fulfilled by no node",
				"write a term, or leave the demand out"))
		}
		for i, term := range needed.NodeSelectorTerms {
			errs = append(errs, nodeTerm(terms.Index(i), term, true)...)
		}
	}
	for i, term := range a.PreferredDuringSchedulingIgnoredDuringExecution {
		path := at.Child(preferred).Index(i)
		errs = append(errs, weight(path, term.Weight)...)
		errs = append(errs, nodeTerm(path.Child("preference"), term.Preference, false)...)
	}
	return errs
}

func weight(at *field.Path, got int32) field.ErrorList {
	if got >= 1 && got <= 100 {
		return nil
	}
	return field.ErrorList{noPod(at.Child("weight"), got, "a preference counts between 1 and 100", "write a number from 1 to 100")}
}

// nodeTerm judges values of what is demanded only: Kubernetes takes any in a preference.
func nodeTerm(at *field.Path, term corev1.NodeSelectorTerm, demanded bool) field.ErrorList {
	var errs field.ErrorList
	for i, r := range term.MatchExpressions {
		path := at.Child("matchExpressions").Index(i)
		errs = append(errs, nodeRequirement(path, r)...)
		if !isLabelKey(r.Key) {
			errs = append(errs, noPod(path.Child("key"), r.Key, "this is no label that a node can have",
				"write it as `kubectl get nodes --show-labels` shows it"))
		}
		if bad := slices.IndexFunc(r.Values, func(v string) bool { return !isLabelValue(v) }); bad >= 0 && demanded {
			errs = append(errs, noPod(path.Child("values").Index(bad), r.Values[bad], "this is no value that a label of a node can have",
				"write it as `kubectl get nodes --show-labels` shows it"))
		}
	}
	for i, r := range term.MatchFields {
		if r.Key != metav1.ObjectNameField || len(r.Values) != 1 || len(validation.IsDNS1123Subdomain(strings.Join(r.Values, " "))) > 0 ||
			r.Operator != corev1.NodeSelectorOpIn && r.Operator != corev1.NodeSelectorOpNotIn {
			errs = append(errs, noPod(at.Child("matchFields").Index(i), r.Key, "the only field of a node that can be asked for is its name",
				"write key metadata.name, operator In or NotIn, and one name of a node"))
		}
	}
	return errs
}

func nodeRequirement(at *field.Path, r corev1.NodeSelectorRequirement) field.ErrorList {
	why, n := "", len(r.Values)
	switch r.Operator {
	case corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn:
		if n == 0 {
			why = "compares with values, and there is none"
		}
	case corev1.NodeSelectorOpExists, corev1.NodeSelectorOpDoesNotExist:
		if n > 0 {
			why = "asks for the key alone, whatever its value"
		}
	case corev1.NodeSelectorOpGt, corev1.NodeSelectorOpLt:
		if n != 1 {
			why = "compares with one number"
		}
	default:
		return field.ErrorList{noPod(at.Child("operator"), r.Operator, fmt.Sprintf("%q compares nothing", r.Operator),
			"write In, NotIn, Exists, DoesNotExist, Gt or Lt")}
	}
	if why == "" {
		return nil
	}
	return field.ErrorList{noPod(at.Child("values"), r.Values, fmt.Sprintf("%s %s", r.Operator, why), "write values that fit it")}
}

func podAffinity(at *field.Path, needed []corev1.PodAffinityTerm, wished []corev1.WeightedPodAffinityTerm) field.ErrorList {
	var errs field.ErrorList
	for i, term := range needed {
		errs = append(errs, podTerm(at.Child(required).Index(i), term)...)
	}
	for i, term := range wished {
		path := at.Child(preferred).Index(i)
		errs = append(errs, weight(path, term.Weight)...)
		errs = append(errs, podTerm(path.Child("podAffinityTerm"), term.PodAffinityTerm)...)
	}
	return errs
}

func podTerm(at *field.Path, term corev1.PodAffinityTerm) field.ErrorList {
	errs := append(labelSelector(at.Child("labelSelector"), term.LabelSelector),
		labelSelector(at.Child("namespaceSelector"), term.NamespaceSelector)...)
	for i, namespace := range term.Namespaces {
		if len(validation.IsDNS1123Label(namespace)) > 0 {
			errs = append(errs, noPod(at.Child("namespaces").Index(i), namespace, "no namespace can have that name",
				"write it as `kubectl get namespaces` shows it"))
		}
	}
	errs = append(errs, labelKeys(at.Child("matchLabelKeys"), term.MatchLabelKeys, term.LabelSelector)...)
	errs = append(errs, labelKeys(at.Child("mismatchLabelKeys"), term.MismatchLabelKeys, term.LabelSelector)...)
	for i, key := range term.MatchLabelKeys {
		if slices.Contains(term.MismatchLabelKeys, key) {
			errs = append(errs, noPod(at.Child("matchLabelKeys").Index(i), key, "the key stands in mismatchLabelKeys as well",
				"leave it out of one of them"))
		}
	}
	if !isLabelKey(term.TopologyKey) {
		errs = append(errs, noPod(at.Child("topologyKey"), term.TopologyKey, "this is no label that a node can have",
			"write the label that tells the places apart, for example kubernetes.io/hostname"))
	}
	return errs
}

// labelKeys checks keys whose values Kubernetes takes from the pod itself and adds to a selector.
func labelKeys(at *field.Path, keys []string, selector *metav1.LabelSelector) field.ErrorList {
	if len(keys) > 0 && selector == nil {
		return field.ErrorList{noPod(at, keys, "these keys add to a selector, and there is none",
			"write a labelSelector, or leave them out")}
	}
	var errs field.ErrorList
	for i, key := range keys {
		_, named := selector.MatchLabels[key]
		named = named || slices.ContainsFunc(selector.MatchExpressions, func(r metav1.LabelSelectorRequirement) bool {
			return r.Key == key
		})
		if !isLabelKey(key) || named {
			errs = append(errs, noPod(at.Index(i), key, "this is no label of a pod, or the labelSelector asks for it already",
				"write another key, or leave it out"))
		}
	}
	return errs
}

// labelSelector asks Kubernetes' own rules and adds what to do.
func labelSelector(at *field.Path, selector *metav1.LabelSelector) field.ErrorList {
	var errs field.ErrorList
	for _, err := range metavalidation.ValidateLabelSelector(selector, metavalidation.LabelSelectorValidationOptions{}, at) {
		found := noPod(at, err.BadValue, "the selector cannot be read at "+strings.TrimPrefix(err.Field, at.String()+"."),
			"write labels as `kubectl get pods --show-labels` shows them, and operator In, NotIn, Exists or DoesNotExist with values"+
				" that fit it")
		found.Field = err.Field
		errs = append(errs, found)
	}
	return errs
}
