package zotconfig

import (
	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// everyRepository is zot's pattern for all names.
const everyRepository = "**"

// noRepository is a pattern that fits the name of no repository.
const noRepository = "_"

// accessControl renders who may do what. It is never absent: zot checks access only if the section was there at its start
// (pkg/api/routes.go, v2.1.20), so a rule that came later would be shown as applied and not be obeyed.
func accessControl(spec v1alpha1.ZotArtifactStoreSpec) *AccessControl {
	out := &AccessControl{Repositories: map[string]Repository{}}
	if defaults.MetricsOn(spec) {
		out.Metrics = &MetricsAccess{AnonymousPolicy: []string{"read"}}
	}
	if spec.AccessControl != nil {
		granted := false
		for _, rule := range spec.AccessControl.Repositories {
			out.Repositories[rule.Pattern] = Repository{AnonymousPolicy: actions(rule.AnonymousPolicy)}
			granted = granted || len(rule.AnonymousPolicy) > 0
		}
		if !granted {
			// Rules that let nobody in: without any rule zot lets everybody in, and with empty ones alone it does not start
			// (both tried, v2.1.20).
			out.Repositories[noRepository] = Repository{AnonymousPolicy: []string{"read"}}
		}
		return out
	}
	// Without rules, and without sign-in, everybody who reaches the registry may do everything.
	out.Repositories[everyRepository] = Repository{AnonymousPolicy: []string{"read", "create", "update", "delete"}}
	return out
}

func actions(in []v1alpha1.AccessAction) []string {
	out := make([]string, 0, len(in))
	for _, action := range in {
		out = append(out, string(action))
	}
	return out
}
