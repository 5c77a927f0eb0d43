package zotconfig

import (
	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// everyRepository is zot's pattern for all names.
const everyRepository = "**"

// noRepository is a pattern that fits the name of no repository.
const noRepository = "_"

// accessControl renders who may do what. zot takes up any change of it as it runs (pkg/api/config/config.go,
// UpdateReloadableConfig, v2.1.20). It is never absent: zot checks access only if the section was there at its start
// (pkg/api/routes.go, v2.1.20), so a rule that came later would be shown as applied and not be obeyed.
func accessControl(spec v1alpha1.ZotArtifactStoreSpec) *AccessControl {
	out := &AccessControl{Repositories: map[string]Repository{}, Metrics: metricsAccess(spec)}
	signIn := defaults.SignInOn(spec)
	switch {
	case spec.AccessControl != nil:
		rules(out, spec.AccessControl, signIn)
	case signIn:
		// Without rules everybody who can sign in may do everything.
		out.Repositories[everyRepository] = Repository{DefaultPolicy: everything(), AnonymousPolicy: []string{}}
	default:
		// Without rules, and without sign-in, everybody who reaches the registry may do everything.
		out.Repositories[everyRepository] = Repository{AnonymousPolicy: everything()}
	}
	keepSection(out, signIn)
	return out
}

// rules renders the user's rules. Those for users are left out where nobody can sign in: they would let nobody in, and zot would
// not start.
func rules(out *AccessControl, spec *v1alpha1.AccessControlSpec, signIn bool) {
	for _, rule := range spec.Repositories {
		repository := Repository{AnonymousPolicy: actions(rule.AnonymousPolicy)}
		if signIn {
			repository.DefaultPolicy = actions(rule.DefaultPolicy)
			for _, given := range rule.Policies {
				repository.Policies = append(repository.Policies, policy(given))
			}
		}
		out.Repositories[rule.Pattern] = repository
	}
	if !signIn {
		return
	}
	if spec.AdminPolicy != nil {
		out.AdminPolicy = new(policy(*spec.AdminPolicy))
	}
	for _, group := range spec.Groups {
		if out.Groups == nil {
			out.Groups = map[string]Group{}
		}
		out.Groups[group.Name] = Group{Users: append([]string{}, group.Users...)}
	}
}

// keepSection adds a rule for no repository where zot would take the section for none. Without sign-in it lets everybody in if there is
// no rule, and does not start with rules that let nobody in; with sign-in it drops a section that holds nothing, and then all who
// can sign in may do everything (all tried, v2.1.20).
func keepSection(out *AccessControl, signIn bool) {
	if signIn {
		if len(out.Repositories) == 0 {
			out.Repositories[noRepository] = Repository{DefaultPolicy: []string{}, AnonymousPolicy: []string{}}
		}
		return
	}
	for _, rule := range out.Repositories {
		if len(rule.AnonymousPolicy) > 0 {
			return
		}
	}
	out.Repositories[noRepository] = Repository{AnonymousPolicy: []string{"read"}}
}

// metricsAccess lets everybody read the metrics unless the user says otherwise: Prometheus must get in, whatever the rules say.
func metricsAccess(spec v1alpha1.ZotArtifactStoreSpec) *MetricsAccess {
	if !defaults.MetricsOn(spec) {
		return nil
	}
	if spec.AccessControl == nil || spec.AccessControl.Metrics == nil {
		return &MetricsAccess{AnonymousPolicy: []string{"read"}}
	}
	given := spec.AccessControl.Metrics
	return &MetricsAccess{Users: append([]string(nil), given.Users...), AnonymousPolicy: actions(given.AnonymousPolicy)}
}

func policy(given v1alpha1.AccessPolicy) Policy {
	return Policy{
		Users: append([]string(nil), given.Users...), Groups: append([]string(nil), given.Groups...), Actions: actions(given.Actions),
	}
}

func everything() []string { return []string{"read", "create", "update", "delete"} }

// actions is never nil, so that an empty list is written.
func actions[A ~string](in []A) []string {
	out := make([]string, 0, len(in))
	for _, action := range in {
		out = append(out, string(action))
	}
	return out
}
