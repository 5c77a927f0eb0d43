package validation

import (
	"reflect"
	"regexp"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// Input is what a rule judges.
type Input struct {
	// New is the object as it is to be.
	New *v1alpha1.ZotArtifactStore
	// Old is the stored object. It is nil when the object is created, and for a controller, which sees one state only.
	Old *v1alpha1.ZotArtifactStore
	// Operator is what admission fills in. Rules do not need it; warnings are silent about what the user has not written.
	Operator defaults.Operator
	// Volumes are the store's, as admission has seen them.
	Volumes Volumes
}

// spec is the new object's spec, as the user wrote it.
func (in Input) spec() *v1alpha1.ZotArtifactStoreSpec { return &in.New.Spec }

// Rule is one thing that must hold.
type Rule struct {
	// Name is unique and stable; tests and documents use it.
	Name string
	// Check gives nothing when the rule holds. It takes any object, with or without defaults, and changes none.
	Check func(Input) field.ErrorList
}

// Rules are all rules, grouped as their files are.
func Rules() []Rule {
	return slices.Concat(
		workloadRules, httpRules, schedulingRules, gateRules,
		storageRules, lifecycleRules, cacheRules, objectStoreRules,
		extensionRules, s3apiRules, supplyChainRules, metricsRules, searchRules, syncRules, serviceRules, networkingRules,
		accessRules,
	)
}

// Validate gives what is wrong with the object. An object that is being deleted is never wrong. When an object is updated, an error
// that the stored one has as well is no error, so that a newer operator with stricter rules freezes no store; Warnings tells it.
func Validate(in Input) field.ErrorList {
	errs, _ := judge(in)
	return errs
}

// judge parts new errors from those that the stored object has already.
func judge(in Input) (errs, known field.ErrorList) {
	if in.New == nil || in.New.DeletionTimestamp != nil {
		return nil, nil
	}
	found := run(in)
	if in.Old == nil || len(found) == 0 {
		return found, nil
	}
	return part(found, run(Input{New: in.Old}))
}

// Added gives the errors that are not among those of before. It is the same judgement for a controller, which has seen the errors of
// an older generation and not its spec.
func Added(found, before field.ErrorList) field.ErrorList {
	added, _ := part(found, before)
	return added
}

func part(found, before field.ErrorList) (added, known field.ErrorList) {
	for _, err := range found {
		if slices.ContainsFunc(before, func(b *field.Error) bool { return sameError(err, b) }) {
			known = append(known, err)
		} else {
			added = append(added, err)
		}
	}
	return added, known
}

func run(in Input) field.ErrorList {
	var errs field.ErrorList
	for _, rule := range Rules() {
		errs = append(errs, rule.Check(in)...)
	}
	return errs
}

var listIndex = regexp.MustCompile(`\[\d+\]`)

// sameError compares the wrong value as well: replacing one wrong value by another is not accepted. The place in a list does
// not count, as it changes when another entry goes.
func sameError(a, b *field.Error) bool {
	return a.Type == b.Type && a.Detail == b.Detail && reflect.DeepEqual(a.BadValue, b.BadValue) &&
		listIndex.ReplaceAllString(a.Field, "") == listIndex.ReplaceAllString(b.Field, "")
}
