package properties

import (
	"errors"
	"fmt"
	"slices"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// nothing is a pattern that fits no repository: no name of one is a single underscore.
const nothing = "_"

// opened: nobody may do more without signing in, or signed in and not named, than the store says.
func opened(store *v1alpha1.ZotArtifactStore, zot map[string]any) []error {
	everything := []v1alpha1.AccessAction{"read", "create", "update", "delete"}
	anonymous, signedIn := map[string][]v1alpha1.AccessAction{}, map[string][]v1alpha1.AccessAction{}
	switch access := store.Spec.AccessControl; {
	case access != nil:
		for _, rule := range access.Repositories {
			anonymous[rule.Pattern], signedIn[rule.Pattern] = rule.AnonymousPolicy, rule.DefaultPolicy
		}
	case defaults.SignInOn(store.Spec):
		signedIn["**"] = everything
	default:
		anonymous["**"] = everything
	}
	var out []error
	http, _ := zot["http"].(map[string]any)
	access, _ := http["accessControl"].(map[string]any)
	repositories, _ := access["repositories"].(map[string]any)
	for pattern, rule := range repositories {
		if pattern == nothing {
			continue
		}
		given, _ := rule.(map[string]any)
		out = append(out, beyond(pattern+": without signing in", given["anonymousPolicy"], anonymous[pattern])...)
		out = append(out, beyond(pattern+": signed in", given["defaultPolicy"], signedIn[pattern])...)
	}
	if len(repositories) == 0 {
		out = append(out, errors.New("there is no rule for any repository: zot takes that for no rules at all and lets everybody in"))
	}
	return out
}

func beyond(who string, given any, meant []v1alpha1.AccessAction) []error {
	var out []error
	actions, _ := given.([]any)
	for _, action := range actions {
		name, _ := action.(string)
		if !slices.Contains(meant, v1alpha1.AccessAction(name)) {
			out = append(out, fmt.Errorf("%s everybody may %s, and the store does not say so", who, name))
		}
	}
	return out
}
