package validation

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/version"
)

// gate is something of which older versions of zot know nothing. As zot refuses a configuration with a key that it does not know, it
// would not start.
type gate struct {
	rule string
	// since is the first version.
	since version.Zot
	// what needs it, for the message, and what to do in place of a newer zot.
	what, instead string
	// used are the fields by which the spec asks for it.
	used func(Input) []*field.Path
}

// gates are ordered by version. What came before the first one needs no gate: storage in Google Cloud (v2.1.15), redis (v2.1.3),
// retention (v2.1.0), certificates that are read anew (v2.1.15).
var gates = []gate{
	{
		rule: "gate-zot", since: version.Zot{Major: 2, Minor: 1, Patch: 17},
		what: "the operator's configuration (http.readTimeout)", instead: "",
		used: func(Input) []*field.Path { return []*field.Path{specPath.Child("image", "tag")} },
	},
	{
		rule: "gate-azure", since: version.Zot{Major: 2, Minor: 1, Patch: 18},
		what: "spec.storage.type azure", instead: "use another type",
		used: func(in Input) []*field.Path {
			return when(value(in.spec().Storage).Type == v1alpha1.StorageAzure, storagePath.Child("type"))
		},
	},
	{
		rule: "gate-gc-time-window", since: version.Zot{Major: 2, Minor: 1, Patch: 19},
		what: "spec.storage.gc.timeWindow", instead: "leave it out",
		used: func(in Input) []*field.Path {
			return when(value(value(in.spec().Storage).GC).TimeWindow != "", gcPath.Child("timeWindow"))
		},
	},
	{
		rule: "gate-keep-untagged", since: version.Zot{Major: 2, Minor: 1, Patch: 19},
		what: "keepUntagged", instead: "leave it out",
		used: func(in Input) []*field.Path {
			var paths []*field.Path
			for i, policy := range in.retention().Policies {
				paths = append(paths, when(policy.KeepUntagged != nil, policiesPath.Index(i).Child("keepUntagged"))...)
			}
			return paths
		},
	},
}

// gateRules are the gates as rules.
var gateRules = func() []Rule {
	rules := make([]Rule, 0, len(gates))
	for _, g := range gates {
		rules = append(rules, Rule{g.rule, g.check})
	}
	return rules
}()

func when(used bool, path *field.Path) []*field.Path {
	if !used {
		return nil
	}
	return []*field.Path{path}
}

// check takes a tag that names no version for the newest one, and so a version before 1: that is how builds of somebody's own are
// numbered.
func (g gate) check(in Input) field.ErrorList {
	tag := value(in.spec().Image).Tag
	zot, known := version.ZotVersion(tag)
	if !known || zot.Major == 0 || zot.AtLeast(g.since) {
		return nil
	}
	advice := "write a newer tag, for example " + version.OperandTag
	if g.instead != "" {
		advice += ", or " + g.instead
	}
	var errs field.ErrorList
	for _, path := range g.used(in) {
		errs = append(errs, field.Invalid(path, tag, fmt.Sprintf("%s needs zot %s or newer, and spec.image.tag is %s, which does not"+
			" know it and would not start: %s", g.what, g.since, tag, advice)))
	}
	return errs
}
