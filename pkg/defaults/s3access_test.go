package defaults

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

func TestS3Access(t *testing.T) {
	own := v1alpha1.S3APIAccess{Buckets: []string{"team-*"}, Groups: []string{"made"}, Actions: []v1alpha1.S3APIAction{"read"}}
	spec := func(actions ...v1alpha1.AccessAction) v1alpha1.ZotArtifactStoreSpec {
		return v1alpha1.ZotArtifactStoreSpec{
			Extensions: &v1alpha1.ExtensionsSpec{
				S3API: &v1alpha1.S3APISpec{Access: []v1alpha1.S3APIAccess{own}}, RBAC: &v1alpha1.RBACSpec{},
			},
			AccessControl: &v1alpha1.AccessControlSpec{
				AdminPolicy: &v1alpha1.AccessPolicy{Users: []string{"root"}, Groups: []string{"admins"}, Actions: actions},
				Groups:      []v1alpha1.AccessGroup{{Name: "admins", Users: []string{"a"}}, {Name: "idle"}, {Name: "made", Users: []string{"b"}}},
			},
		}
	}
	for name, tc := range map[string]struct {
		given []v1alpha1.AccessAction
		want  []v1alpha1.S3APIAction
	}{
		"everything":        {[]v1alpha1.AccessAction{"delete", "update", "create", "read"}, []v1alpha1.S3APIAction{"read", "write", "delete", "manage"}},
		"reading":           {[]v1alpha1.AccessAction{"read"}, []v1alpha1.S3APIAction{"read"}},
		"making alone":      {[]v1alpha1.AccessAction{"create"}, nil},
		"making and change": {[]v1alpha1.AccessAction{"create", "update"}, []v1alpha1.S3APIAction{"write"}},
		"all but reading":   {[]v1alpha1.AccessAction{"create", "update", "delete"}, []v1alpha1.S3APIAction{"write", "delete"}},
	} {
		t.Run(name, func(t *testing.T) {
			want, groups := []v1alpha1.S3APIAccess{own}, []string{"made"}
			if tc.want != nil {
				want = append(want, v1alpha1.S3APIAccess{
					Buckets: []string{"*"}, Users: []string{"root"}, Groups: []string{"admins"}, Actions: tc.want,
				})
				groups = []string{"admins", "made"}
			}
			got := spec(tc.given...)
			if diff := cmp.Diff(want, S3Access(got)); diff != "" {
				t.Error(diff)
			}
			var names []string
			for _, group := range S3Groups(got) {
				names = append(names, group.Name)
			}
			if diff := cmp.Diff(groups, names); diff != "" {
				t.Error(diff)
			}
		})
	}

	off := spec("read")
	off.Extensions.RBAC.Enabled = new(false)
	if rules, groups := S3Access(off), S3Groups(off); rules != nil || groups != nil {
		t.Errorf("nobody can sign in: %v %v", rules, groups)
	}
	alone := v1alpha1.ZotArtifactStoreSpec{Extensions: &v1alpha1.ExtensionsSpec{S3API: &v1alpha1.S3APISpec{}, RBAC: &v1alpha1.RBACSpec{}}}
	if rules, groups := S3Access(alone), S3Groups(alone); len(rules)+len(groups) > 0 {
		t.Errorf("nobody is named: %v %v", rules, groups)
	}
}
