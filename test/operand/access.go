package main

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// AccessControl is zot's rule set. The stand-in knows no users, so only the anonymous part of it takes effect.
type AccessControl struct {
	Repositories map[string]PolicyGroup `json:"repositories"`
	AdminPolicy  *Policy                `json:"adminPolicy"`
	Groups       map[string]struct {
		Users []string `json:"users"`
	} `json:"groups"`
	Metrics struct {
		Users           []string `json:"users"`
		AnonymousPolicy []string `json:"anonymousPolicy"`
	} `json:"metrics"`
}

// PolicyGroup holds the rules of the repositories that a glob matches.
type PolicyGroup struct {
	Policies        []Policy `json:"policies"`
	DefaultPolicy   []string `json:"defaultPolicy"`
	AnonymousPolicy []string `json:"anonymousPolicy"`
}

// Policy grants actions to users and groups.
type Policy struct {
	Users      []string `json:"users"`
	Groups     []string `json:"groups"`
	Actions    []string `json:"actions"`
	Conditions []struct {
		Expression string `json:"expression"`
		Message    string `json:"message"`
	} `json:"conditions"`
}

// The actions of a rule.
const (
	actionRead   = "read"
	actionCreate = "create"
	actionUpdate = "update"
	actionDelete = "delete"
)

// lower puts the globs into lower case, as zot's loader does.
func (a *AccessControl) lower() {
	if a == nil {
		return
	}
	lowered := make(map[string]PolicyGroup, len(a.Repositories))
	for glob, group := range a.Repositories {
		lowered[strings.ToLower(glob)] = group
	}
	a.Repositories = lowered
}

// gate decides whether anybody may do something. Its zero value lets all through.
type gate struct {
	rules  *AccessControl
	signIn bool
}

func (g gate) open() bool { return g.rules == nil && !g.signIn }

// allows tells whether an anonymous client may do this to the repository: the longest matching glob decides alone.
func (g gate) allows(repository, action string) bool {
	if g.rules == nil {
		return !g.signIn
	}
	longest, found := "", false
	for glob := range g.rules.Repositories {
		if match, err := doublestar.Match(glob, repository); err == nil && match && (!found || len(glob) > len(longest)) {
			longest, found = glob, true
		}
	}
	return found && slices.Contains(g.rules.Repositories[longest].AnonymousPolicy, action)
}

func (g gate) allowsMetrics() bool {
	return g.open() || g.rules != nil && slices.Contains(g.rules.Metrics.AnonymousPolicy, actionRead)
}

// anonymousPing tells whether /v2/ answers without sign-in: where anonymous clients have something to do.
func (g gate) anonymousPing() bool {
	if g.open() {
		return true
	}
	if g.rules == nil {
		return false
	}
	for _, group := range g.rules.Repositories {
		if len(group.AnonymousPolicy) > 0 {
			return true
		}
	}
	return false
}

// repositoryPath splits a request path as the distribution specification does; the kinds cannot be part of a name's end.
var repositoryPath = regexp.MustCompile(`^/v2/(.+?)/(manifests|blobs|tags|referrers)/(.+)$`)

// wanted names repository and action of a request. exists tells whether the manifest that is put is there already.
func wanted(r *http.Request, exists func() bool) (repository, action string) {
	parts := repositoryPath.FindStringSubmatch(r.URL.Path)
	if parts == nil {
		return "", ""
	}
	repository = parts[1]
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return repository, actionRead
	case http.MethodDelete:
		return repository, actionDelete
	case http.MethodPut:
		if parts[2] == "manifests" && !strings.Contains(parts[3], ":") && exists() {
			return repository, actionUpdate
		}
	}
	return repository, actionCreate
}
