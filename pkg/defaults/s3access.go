package defaults

import (
	"slices"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// S3Access are the rules of the S3 API: its own, and that of spec.accessControl.adminPolicy, for all buckets.
func S3Access(spec v1alpha1.ZotArtifactStoreSpec) []v1alpha1.S3APIAccess {
	if !S3SignInOn(spec) {
		return nil
	}
	out := slices.Clone(spec.Extensions.S3API.Access)
	if spec.AccessControl == nil || spec.AccessControl.AdminPolicy == nil {
		return out
	}
	admin := spec.AccessControl.AdminPolicy
	if actions := s3Actions(admin.Actions); len(actions) > 0 {
		out = append(out, v1alpha1.S3APIAccess{Buckets: []string{"*"}, Users: admin.Users, Groups: admin.Groups, Actions: actions})
	}
	return out
}

// s3Actions are what actions on repositories are with buckets. S3 cannot tell making an object from writing it over, so that write is both;
// who may do all of it with every repository manages buckets as well.
func s3Actions(actions []v1alpha1.AccessAction) []v1alpha1.S3APIAction {
	var out []v1alpha1.S3APIAction
	may := func(wanted ...v1alpha1.AccessAction) bool {
		return !slices.ContainsFunc(wanted, func(action v1alpha1.AccessAction) bool { return !slices.Contains(actions, action) })
	}
	if may("read") {
		out = append(out, v1alpha1.S3APIRead)
	}
	if may("create", "update") {
		out = append(out, v1alpha1.S3APIWrite)
	}
	if may("delete") {
		out = append(out, v1alpha1.S3APIDelete)
	}
	if may("read", "create", "update", "delete") {
		out = append(out, v1alpha1.S3APIManage)
	}
	return out
}

// S3Groups are those of spec.accessControl.groups that a rule of the S3 API names.
func S3Groups(spec v1alpha1.ZotArtifactStoreSpec) []v1alpha1.AccessGroup {
	rules := S3Access(spec)
	if len(rules) == 0 || spec.AccessControl == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(spec.AccessControl.Groups), func(group v1alpha1.AccessGroup) bool {
		return !slices.ContainsFunc(rules, func(rule v1alpha1.S3APIAccess) bool { return slices.Contains(rule.Groups, group.Name) })
	})
}
