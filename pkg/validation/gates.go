package validation

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/version"
)

// gate is something of which older versions of zot know nothing. As zot refuses a configuration with a key that it does not know, it
// would not start.
type gate struct {
	rule  string
	needs version.Feature
	// what needs it, for the message, and what to do in place of a newer zot.
	what, instead string
	// used are the fields by which the spec asks for it.
	used func(Input) []*field.Path
}

// gates are ordered by version.
var gates = []gate{
	{
		rule: "gate-zot", needs: version.Served,
		what: "the operator", instead: "",
		used: func(Input) []*field.Path { return []*field.Path{specPath.Child("image", "tag")} },
	},
	{
		rule: "gate-azure", needs: version.AzureStorage,
		what: "spec.storage.type azure", instead: "use another type",
		used: func(in Input) []*field.Path {
			return when(value(in.spec().Storage).Type == v1alpha1.StorageAzure, storagePath.Child("type"))
		},
	},
	{
		rule: "gate-sbom", needs: version.SBOM,
		what: "spec.extensions.supplychain.sbom", instead: "leave it out",
		used: func(in Input) []*field.Path {
			return when(defaults.SBOMOn(*in.spec()), extensionsPath.Child("supplychain", "sbom"))
		},
	},
	{
		rule: "gate-gc-time-window", needs: version.GCTimeWindow,
		what: "spec.storage.gc.timeWindow", instead: "leave it out",
		used: func(in Input) []*field.Path {
			return when(value(value(in.spec().Storage).GC).TimeWindow != "", gcPath.Child("timeWindow"))
		},
	},
	{
		rule: "gate-keep-untagged", needs: version.KeepUntagged,
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

func (g gate) check(in Input) field.ErrorList {
	tag := value(in.spec().Image).Tag
	if g.needs.In(tag) {
		return nil
	}
	advice := "write a newer tag, for example " + version.OperandTag
	if g.instead != "" {
		advice += ", or " + g.instead
	}
	var errs field.ErrorList
	for _, path := range g.used(in) {
		errs = append(errs, field.Invalid(path, tag, fmt.Sprintf("%s needs zot %s or newer, and spec.image.tag is %s, which does not"+
			" know it and would not start: %s", g.what, g.needs.Since, tag, advice)))
	}
	return errs
}
