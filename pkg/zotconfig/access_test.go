package zotconfig_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

func TestAccessControl(t *testing.T) {
	everybody := map[string]any{"anonymousPolicy": []any{"read", "create", "update", "delete"}}
	nobody := map[string]any{"anonymousPolicy": []any{}}
	readers := map[string]any{"anonymousPolicy": []any{"read"}}
	for name, tc := range map[string]struct {
		access *v1alpha1.AccessControlSpec
		want   map[string]any
	}{
		"none: open": {nil, map[string]any{"**": everybody}},
		// The section must hold a grant to somebody: zot lets everybody in without any rule, and does not start with empty ones only.
		"no rule: closed": {&v1alpha1.AccessControlSpec{}, map[string]any{"_": readers}},
		"a rule that grants nothing: closed": {
			&v1alpha1.AccessControlSpec{Repositories: []v1alpha1.RepositoryAccess{{Pattern: "**"}}},
			map[string]any{"**": nobody, "_": readers},
		},
		"rules": {
			&v1alpha1.AccessControlSpec{Repositories: []v1alpha1.RepositoryAccess{
				{Pattern: "**", AnonymousPolicy: []v1alpha1.AccessAction{"read"}}, {Pattern: "secret/**"},
			}},
			map[string]any{"**": readers, "secret/**": nobody},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := at(t, v1alpha1.ZotArtifactStoreSpec{AccessControl: tc.access}, "http.accessControl")
			if diff := cmp.Diff(any(map[string]any{"repositories": tc.want}), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func htpasswd() *v1alpha1.AuthSpec {
	return &v1alpha1.AuthSpec{HTPasswd: &v1alpha1.HTPasswdSpec{SecretName: "users"}}
}

func TestAccessControlWithSignIn(t *testing.T) {
	all := []any{"read", "create", "update", "delete"}
	none := []any{}
	read := []v1alpha1.AccessAction{"read"}
	for name, tc := range map[string]struct {
		access *v1alpha1.AccessControlSpec
		want   map[string]any
	}{
		"none: all who sign in": {nil, map[string]any{
			"repositories": map[string]any{"**": map[string]any{"defaultPolicy": all, "anonymousPolicy": none}},
		}},
		// zot drops a section that holds nothing, and then all who sign in may do everything.
		"no rule: closed": {&v1alpha1.AccessControlSpec{}, map[string]any{
			"repositories": map[string]any{"_": map[string]any{"defaultPolicy": none, "anonymousPolicy": none}},
		}},
		"administrators alone": {
			&v1alpha1.AccessControlSpec{AdminPolicy: &v1alpha1.AccessPolicy{Groups: []string{"admins"}, Actions: read}},
			map[string]any{
				"repositories": map[string]any{"_": map[string]any{"defaultPolicy": none, "anonymousPolicy": none}},
				"adminPolicy":  map[string]any{"groups": []any{"admins"}, "actions": []any{"read"}},
			},
		},
		"rules": {
			&v1alpha1.AccessControlSpec{
				Repositories: []v1alpha1.RepositoryAccess{
					{Pattern: "**", DefaultPolicy: read, Policies: []v1alpha1.AccessPolicy{{Users: []string{"alice"}, Actions: read}}},
					{Pattern: "closed/**"},
				},
				Groups: []v1alpha1.AccessGroup{{Name: "admins", Users: []string{"root"}}},
			},
			map[string]any{
				"repositories": map[string]any{
					"**": map[string]any{
						"policies":      []any{map[string]any{"users": []any{"alice"}, "actions": []any{"read"}}},
						"defaultPolicy": []any{"read"}, "anonymousPolicy": none,
					},
					"closed/**": map[string]any{"defaultPolicy": none, "anonymousPolicy": none},
				},
				"groups": map[string]any{"admins": map[string]any{"users": []any{"root"}}},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := at(t, v1alpha1.ZotArtifactStoreSpec{Auth: htpasswd(), AccessControl: tc.access}, "http.accessControl")
			if diff := cmp.Diff(any(tc.want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// zot does not start with rules for users where nobody can sign in.
func TestRulesForUsersNeedSignIn(t *testing.T) {
	policy := v1alpha1.AccessPolicy{Users: []string{"alice"}, Actions: []v1alpha1.AccessAction{"read"}}
	spec := v1alpha1.ZotArtifactStoreSpec{AccessControl: &v1alpha1.AccessControlSpec{
		Repositories: []v1alpha1.RepositoryAccess{
			{Pattern: "**", DefaultPolicy: []v1alpha1.AccessAction{"read"}, Policies: []v1alpha1.AccessPolicy{policy}},
		},
		AdminPolicy: &policy, Groups: []v1alpha1.AccessGroup{{Name: "admins", Users: []string{"root"}}},
	}}
	want := map[string]any{"repositories": map[string]any{
		"**": map[string]any{"anonymousPolicy": []any{}}, "_": map[string]any{"anonymousPolicy": []any{"read"}},
	}}
	if diff := cmp.Diff(any(want), at(t, spec, "http.accessControl")); diff != "" {
		t.Error(diff)
	}
}

// Who signs in with Keycloak is somebody, and who does not is nobody.
func TestAccessControlWithKeycloak(t *testing.T) {
	want := map[string]any{"**": map[string]any{
		"defaultPolicy": []any{"read", "create", "update", "delete"}, "anonymousPolicy": []any{},
	}}
	if diff := cmp.Diff(any(want), at(t, signedInWithKeycloak(), "http.accessControl.repositories")); diff != "" {
		t.Error(diff)
	}
}

// With metrics on, Prometheus must get in, whatever the rules say.
func TestMetricsCanBeRead(t *testing.T) {
	for name, access := range map[string]*v1alpha1.AccessControlSpec{"open": nil, "closed": {}} {
		spec := v1alpha1.ZotArtifactStoreSpec{
			AccessControl: access, Extensions: &v1alpha1.ExtensionsSpec{Metrics: &v1alpha1.MetricsSpec{}},
		}
		got := at(t, spec, "http.accessControl.metrics")
		if diff := cmp.Diff(any(map[string]any{"anonymousPolicy": []any{"read"}}), got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestMetricsAccess(t *testing.T) {
	on := &v1alpha1.ExtensionsSpec{Metrics: &v1alpha1.MetricsSpec{}}
	for name, tc := range map[string]struct {
		extensions *v1alpha1.ExtensionsSpec
		metrics    v1alpha1.MetricsAccess
		want       any
	}{
		"users": {on, v1alpha1.MetricsAccess{Users: []string{"prometheus"}}, map[string]any{
			"users": []any{"prometheus"}, "anonymousPolicy": []any{},
		}},
		"nobody":       {on, v1alpha1.MetricsAccess{}, map[string]any{"anonymousPolicy": []any{}}},
		"everybody":    {on, v1alpha1.MetricsAccess{AnonymousPolicy: []v1alpha1.MetricsAction{"read"}}, map[string]any{"anonymousPolicy": []any{"read"}}},
		"metrics: off": {nil, v1alpha1.MetricsAccess{Users: []string{"prometheus"}}, nil},
	} {
		spec := v1alpha1.ZotArtifactStoreSpec{
			Auth: htpasswd(), AccessControl: &v1alpha1.AccessControlSpec{Metrics: &tc.metrics}, Extensions: tc.extensions,
		}
		if diff := cmp.Diff(tc.want, at(t, spec, "http.accessControl.metrics")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
