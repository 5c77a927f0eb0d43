package validation

import (
	"fmt"
	"strings"
)

func pattern(p string) string {
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

const repositoriesAt = "spec.accessControl.repositories"

var accessRows = []row{
	{rule: "access-repositories", spec: `accessControl: {repositories: [{pattern: a}, {pattern: b}]}`},
	{rule: "access-repositories", spec: manyPatterns(256)},
	{rule: "access-repositories", spec: manyPatterns(257), refused: at(repositoriesAt)},
	{rule: "access-repositories", spec: `accessControl: {repositories: [{pattern: a}, {pattern: a}]}`, refused: at(repositoriesAt + "[1]")},

	{rule: "access-pattern", spec: pattern("**")},
	{rule: "access-pattern", spec: pattern("team-a/**")},
	{rule: "access-pattern", spec: pattern("team-?/a.b_c/*")},
	{rule: "access-pattern", spec: pattern(""), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: pattern("Team-A/**"), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: pattern("a::b"), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: pattern("a[b"), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: pattern("{a,b}"), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: pattern("/a"), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: pattern("a//b"), refused: at(repositoriesAt + "[0].pattern")},
	{rule: "access-pattern", spec: pattern(strings.Repeat("a", 257)), refused: at(repositoriesAt + "[0].pattern")},

	{rule: "access-actions", spec: `accessControl: {repositories: [{pattern: a, anonymousPolicy: [read, create, update, delete]}]}`},
	{
		rule: "access-actions", spec: `accessControl: {repositories: [{pattern: a, anonymousPolicy: [read, push, read]}]}`,
		refused: at(repositoriesAt+"[0].anonymousPolicy[1]", repositoriesAt+"[0].anonymousPolicy[2]"),
	},
}
