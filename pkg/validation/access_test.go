package validation

import (
	"fmt"
	"strings"
)

func readers(p string) string {
	return `accessControl: {repositories: [{pattern: "` + p + `", anonymousPolicy: [read]}]}`
}

func manyPatterns(n int) string {
	var b strings.Builder
	b.WriteString("accessControl: {repositories: [")
	for i := range n {
		fmt.Fprintf(&b, "{pattern: p%d},", i)
	}
	return b.String() + "]}"
}

// signedIn is a store whose users sign in with passwords.
func signedIn(access string) string {
	return "auth: {htpasswd: {secretName: users}}\naccessControl: {" + access + "}"
}

// list is n different names.
func list(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "n%d,", i)
	}
	return b.String()
}

func groups(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{name: g%d, users: [me]},", i)
	}
	return b.String()
}

const repositoriesAt = "spec.accessControl.repositories"

var accessRows = []row{
	{rule: "htpasswd-secret-name", spec: `auth: {}`},
	{rule: "htpasswd-secret-name", spec: `auth: {htpasswd: {secretName: users}}`},
	{rule: "htpasswd-secret-name", spec: `auth: {htpasswd: {}}`, refused: at("spec.auth.htpasswd.secretName")},
	{rule: "htpasswd-secret-name", spec: `auth: {htpasswd: {secretName: "me:$2y$05$"}}`, refused: at("spec.auth.htpasswd.secretName")},

	{rule: "access-repositories", spec: `accessControl: {repositories: [{pattern: a}, {pattern: b}]}`},
	{rule: "access-repositories", spec: manyPatterns(256)},
	{rule: "access-repositories", spec: manyPatterns(257), refused: at(repositoriesAt)},
	{rule: "access-repositories", spec: `accessControl: {repositories: [{pattern: a}, {pattern: a}]}`, refused: at(repositoriesAt + "[1]")},

	{rule: "access-pattern", spec: readers("**")},
	{rule: "access-pattern", spec: readers("team-a/**")},
	{rule: "access-pattern", spec: readers("team-?/a.b_c/*")},
	{rule: "access-pattern", spec: readers(""), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: readers("Team-A/**"), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: readers("a::b"), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: readers("a[b"), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: readers("{a,b}"), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: readers("/a"), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: readers("a//b"), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: readers(strings.Repeat("a", 257)), refused: at(repositoriesAt + "[0].pattern")},

	{rule: "access-actions", spec: `accessControl: {repositories: [{pattern: a, anonymousPolicy: [read, create, update, delete]}]}`},
	{
		rule: "access-actions", spec: `accessControl: {repositories: [{pattern: a, anonymousPolicy: [read, push, read]}]}`,
		refused: at(repositoriesAt+"[0].anonymousPolicy[1]", repositoriesAt+"[0].anonymousPolicy[2]"),
	},
	{rule: "access-actions", spec: signedIn(`repositories: [{pattern: a, defaultPolicy: [read]}], adminPolicy: {users: [me], actions: [delete]}`)},
	{
		rule: "access-actions", spec: signedIn(`repositories: [{pattern: a, defaultPolicy: [pull]}]`),
		refused: at(repositoriesAt + "[0].defaultPolicy[0]"),
	},
	{
		rule: "access-actions", spec: signedIn(`repositories: [{pattern: a, policies: [{users: [me]}, {users: [me], actions: [read, "*"]}]}]`),
		refused: at(repositoriesAt+"[0].policies[0].actions", repositoriesAt+"[0].policies[1].actions[1]"),
	},
	{
		rule: "access-actions", spec: signedIn(`adminPolicy: {users: [me], actions: [read, read]}`),
		refused: at("spec.accessControl.adminPolicy.actions[1]"),
	},

	{rule: "access-policies", spec: signedIn(`repositories: [{pattern: a, policies: [{users: [me], actions: [read]}, {groups: [Us], actions: [read]}]}]`)},
	{
		rule: "access-policies", spec: signedIn(`repositories: [{pattern: a, policies: [{actions: [read]}]}]`),
		refused: at(repositoriesAt + "[0].policies[0].users"),
	},
	{
		rule: "access-policies", spec: signedIn(`adminPolicy: {users: ["", me, me], groups: [` + strings.Repeat("a", 257) + `], actions: [read]}`),
		refused: at("spec.accessControl.adminPolicy.users[0]", "spec.accessControl.adminPolicy.users[2]", "spec.accessControl.adminPolicy.groups[0]"),
	},
	{
		rule: "access-policies", spec: signedIn(`adminPolicy: {users: [` + list(257) + `], actions: [read]}`),
		refused: at("spec.accessControl.adminPolicy.users"),
	},
	{
		rule: "access-policies", spec: signedIn(`repositories: [{pattern: a, policies: [` + strings.Repeat(`{users: [me], actions: [read]},`, 65) + `]}]`),
		refused: at(repositoriesAt + "[0].policies"),
	},

	{rule: "access-groups", spec: signedIn(`groups: [{name: us, users: [me, you]}, {name: them, users: [Them]}]`)},
	{
		rule: "access-groups", spec: signedIn(`groups: [{name: us, users: [me]}, {name: us}]`),
		refused: at("spec.accessControl.groups[1]", "spec.accessControl.groups[1].users"),
	},
	{
		rule: "access-groups", spec: signedIn(`groups: [{name: us, users: [me, "", me]}]`),
		refused: at("spec.accessControl.groups[0].users[1]", "spec.accessControl.groups[0].users[2]"),
	},
	{rule: "access-groups", spec: signedIn(`groups: [` + groups(128) + `]`)},
	{rule: "access-groups", spec: signedIn(`groups: [` + groups(129) + `]`), refused: at("spec.accessControl.groups")},

	{rule: "access-group-names", spec: signedIn(`groups: [{name: /realm/us, users: [me]}]`)},
	{rule: "access-group-names", spec: signedIn(`groups: [{name: "", users: [me]}]`), refused: at("spec.accessControl.groups[0].name")},
	{rule: "access-group-names", spec: signedIn(`groups: [{name: Us, users: [me]}]`), refused: at("spec.accessControl.groups[0].name")},
	{rule: "access-group-names", spec: signedIn(`groups: [{name: "u::s", users: [me]}]`), refused: at("spec.accessControl.groups[0].name")},
	{
		rule: "access-group-names", spec: signedIn(`groups: [{name: ` + strings.Repeat("a", 257) + `, users: [me]}]`),
		refused: at("spec.accessControl.groups[0].name"),
	},

	{rule: "access-metrics", spec: signedIn(`metrics: {users: [prometheus], anonymousPolicy: [read]}`)},
	{
		rule: "access-metrics", spec: signedIn(`metrics: {users: [a, "", a], anonymousPolicy: [create]}`),
		refused: at("spec.accessControl.metrics.users[1]", "spec.accessControl.metrics.users[2]", "spec.accessControl.metrics.anonymousPolicy[0]"),
	},

	{rule: "access-sign-in", spec: signedIn(`repositories: [{pattern: a, policies: [{users: [me], actions: [read]}], defaultPolicy: [read]}]`)},
	{rule: "access-sign-in", spec: keycloak(host, "a", "b", "c") + "\naccessControl: {adminPolicy: {users: [me], actions: [read]}}"},
	{rule: "access-sign-in", spec: `accessControl: {repositories: [{pattern: a, anonymousPolicy: [read]}], metrics: {anonymousPolicy: [read]}}`},
	{
		rule:    "access-sign-in",
		spec:    `accessControl: {repositories: [{pattern: a}, {pattern: b, policies: [{users: [me], actions: [read]}], defaultPolicy: [read]}]}`,
		refused: at(repositoriesAt+"[1].policies", repositoriesAt+"[1].defaultPolicy"),
	},
	{
		rule:    "access-sign-in",
		spec:    `accessControl: {adminPolicy: {users: [me], actions: [read]}, groups: [{name: a, users: [me]}], metrics: {users: [me]}}`,
		refused: at("spec.accessControl.adminPolicy", "spec.accessControl.groups", "spec.accessControl.metrics.users"),
	},
	{
		rule: "access-sign-in", spec: `{extensions: {rbac: {enabled: false}}, accessControl: {repositories: [{pattern: a, defaultPolicy: [read]}]}}`,
		refused: at(repositoriesAt + "[0].defaultPolicy"),
	},
}
