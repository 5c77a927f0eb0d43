package zotconfig

import (
	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// lifecycle renders garbage collection and retention. zot takes up all of it as it runs: it ends its background tasks and begins
// them anew (pkg/api/config/config.go, UpdateReloadableConfig, and pkg/api/controller.go, RunGCTasks, v2.1.20).
func lifecycle(spec *v1alpha1.StorageSpec) *Storage {
	out := &Storage{GC: new(*spec.GC.Enabled), Retention: retention(spec.Retention)}
	if *out.GC {
		out.GCDelay, out.GCInterval = string(spec.GC.Delay), string(spec.GC.Interval)
		out.GCTimeWindow = spec.GC.TimeWindow
	}
	return out
}

// retention always holds a limit. zot takes up changed rules only if those that it has hold one (pkg/api/config/config.go,
// isRetentionEnabledInternal, v2.1.20), so a policy without would be the last one that it takes up. Where the user's hold
// none, a policy is added that has one and fits no repository.
func retention(spec *v1alpha1.RetentionSpec) *Retention {
	if spec == nil {
		return nil
	}
	out := &Retention{DryRun: spec.DryRun != nil && *spec.DryRun, Delay: string(spec.Delay), Policies: []RetentionPolicy{}}
	limited := false
	for _, given := range spec.Policies {
		policy := retentionPolicy(given)
		limited = limited || policy.limited()
		out.Policies = append(out.Policies, policy)
	}
	if !limited {
		out.Policies = append(out.Policies, RetentionPolicy{
			Repositories: []string{noRepository}, DeleteUntagged: true,
			KeepTags: []KeepTags{{KeepRule: KeepRule{MostRecentlyPushedCount: 1}}},
		})
	}
	return out
}

func retentionPolicy(given v1alpha1.RetentionPolicy) RetentionPolicy {
	out := RetentionPolicy{
		Repositories:    append([]string{}, given.Repositories...),
		DeleteReferrers: given.DeleteReferrers != nil && *given.DeleteReferrers,
		DeleteUntagged:  given.DeleteUntagged == nil || *given.DeleteUntagged,
	}
	for _, keep := range given.KeepTags {
		out.KeepTags = append(out.KeepTags, KeepTags{
			Patterns: append([]string(nil), keep.Patterns...), KeepRule: keepRule(keep.KeepRule),
		})
	}
	if given.KeepUntagged != nil {
		out.KeepUntagged = new(keepRule(*given.KeepUntagged))
	}
	return out
}

func keepRule(given v1alpha1.KeepRule) KeepRule {
	out := KeepRule{PulledWithin: string(given.PulledWithin), PushedWithin: string(given.PushedWithin)}
	if given.MostRecentlyPushedCount != nil {
		out.MostRecentlyPushedCount = *given.MostRecentlyPushedCount
	}
	if given.MostRecentlyPulledCount != nil {
		out.MostRecentlyPulledCount = *given.MostRecentlyPulledCount
	}
	return out
}

// limited is zot's own question, whether it needs its database for a policy.
func (p RetentionPolicy) limited() bool {
	for _, keep := range p.KeepTags {
		if keep.KeepRule != (KeepRule{}) {
			return true
		}
	}
	return p.DeleteUntagged && p.KeepUntagged != nil && *p.KeepUntagged != (KeepRule{})
}
