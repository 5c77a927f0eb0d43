package validation

import (
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

var accessRules = []Rule{
	{"htpasswd-secret-name", htpasswdSecretName},
	{"access-repositories", accessRepositories},
	{"access-pattern", accessPattern},
	{"access-actions", accessActions},
	{"access-policies", accessPolicies},
	{"access-groups", accessGroups},
	{"access-group-names", accessGroupNames},
	{"access-metrics", accessMetrics},
	{"access-sign-in", accessSignIn},
}

const (
	maxAccessRules    = 256
	maxPatternLength  = 256
	maxAccessPolicies = 64
	maxPolicyUsers    = 256
	maxGroups         = 128
	maxGroupUsers     = 1024
	maxMetricsUsers   = 64
	maxUserLength     = 256
)

var (
	accessPath       = specPath.Child("accessControl")
	repositoriesPath = accessPath.Child("repositories")
	groupsPath       = accessPath.Child("groups")
	// patternCharacters are those of repository names, and the wildcards '*' and '?'. zot's globs know classes and alternatives too,
	// which can be wrong in ways that keep it from starting; of these characters every pattern is right.
	patternCharacters = regexp.MustCompile(`^[a-z0-9._/*?-]+$`)
)

func (in Input) access() v1alpha1.AccessControlSpec { return value(in.spec().AccessControl) }

func htpasswdSecretName(in Input) field.ErrorList {
	htpasswd := value(in.spec().Auth).HTPasswd
	if htpasswd == nil {
		return nil
	}
	at := specPath.Child("auth", "htpasswd", "secretName")
	if htpasswd.SecretName == "" {
		return field.ErrorList{field.Required(at, "without the password file nobody can sign in, and zot does not start: write the name"+
			" of a Secret of this namespace that holds it under htpasswd")}
	}
	return secretName(at, htpasswd.SecretName)
}

func accessRepositories(in Input) field.ErrorList {
	rules := in.access().Repositories
	errs := atMost(repositoriesPath, len(rules), maxAccessRules)
	seen := map[string]bool{}
	for i, rule := range rules {
		if seen[rule.Pattern] {
			errs = append(errs, field.Duplicate(repositoriesPath.Index(i), rule.Pattern))
		}
		seen[rule.Pattern] = true
	}
	return errs
}

func accessPattern(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, rule := range in.access().Repositories {
		at, got := repositoriesPath.Index(i).Child("pattern"), rule.Pattern
		if got == "" {
			errs = append(errs, field.Required(at, "a rule holds for the repositories that fit its pattern: write one, for example"+
				" ** for all or team-a/** for those below team-a"))
			continue
		}
		errs = append(errs, maxLength(at, got, maxPatternLength)...)
		errs = append(errs, pattern(at, got)...)
	}
	return errs
}

// pattern refuses what zot reads as something else: it takes the patterns of access rules as keys, which it lower-cases and splits at
// "::". A rule that fits nothing would leave a repository to a wider rule, or to none.
func pattern(at *field.Path, got string) field.ErrorList {
	why := ""
	switch {
	case strings.Contains(got, "::"):
		why = "holds '::', at which zot would cut it in two"
	case strings.ToLower(got) != got:
		why = "holds capital letters, which no name of a repository has"
	case !patternCharacters.MatchString(got):
		why = "holds characters that names of repositories do not have (letters, digits, '.', '_', '-', '/') and that are no '*'" +
			" or '?'"
	case strings.HasPrefix(got, "/") || strings.HasSuffix(got, "/") || strings.Contains(got, "//"):
		why = "fits no repository, as their names do not start or end with '/' and have no '//'"
	default:
		return nil
	}
	return field.ErrorList{field.Invalid(at, got, "the pattern "+why+"; write for example ** or team-a/**")}
}

func actionsOf(at *field.Path, got []v1alpha1.AccessAction) field.ErrorList {
	return setOf(at, got, "read", "create", "update", "delete")
}

func accessActions(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, rule := range in.access().Repositories {
		at := repositoriesPath.Index(i)
		errs = append(errs, actionsOf(at.Child("anonymousPolicy"), rule.AnonymousPolicy)...)
		errs = append(errs, actionsOf(at.Child("defaultPolicy"), rule.DefaultPolicy)...)
	}
	for _, policy := range in.policies() {
		at := policy.path.Child("actions")
		if len(policy.policy.Actions) == 0 {
			errs = append(errs, field.Required(at, "a policy gives its users and groups something that they may do: write at least one of"+
				" read, create, update and delete"))
		}
		errs = append(errs, actionsOf(at, policy.policy.Actions)...)
	}
	return errs
}

// placedPolicy is a policy with its place.
type placedPolicy struct {
	path   *field.Path
	policy v1alpha1.AccessPolicy
}

func (in Input) policies() []placedPolicy {
	var out []placedPolicy
	for i, rule := range in.access().Repositories {
		for j, policy := range rule.Policies {
			out = append(out, placedPolicy{repositoriesPath.Index(i).Child("policies").Index(j), policy})
		}
	}
	if admin := in.access().AdminPolicy; admin != nil {
		out = append(out, placedPolicy{accessPath.Child("adminPolicy"), *admin})
	}
	return out
}

// accessPolicies refuses an empty user among others: to zot it is everybody who has not signed in.
func accessPolicies(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, rule := range in.access().Repositories {
		errs = append(errs, atMost(repositoriesPath.Index(i).Child("policies"), len(rule.Policies), maxAccessPolicies)...)
	}
	for _, policy := range in.policies() {
		users, groups := policy.policy.Users, policy.policy.Groups
		if len(users) == 0 && len(groups) == 0 {
			errs = append(errs, field.Required(policy.path.Child("users"), "a policy is for somebody, and this one names nobody: write"+
				" users or groups; what everybody may do belongs into defaultPolicy and anonymousPolicy"))
		}
		errs = append(errs, entries(policy.path.Child("users"), users, maxPolicyUsers, maxUserLength, "alice")...)
		errs = append(errs, entries(policy.path.Child("groups"), groups, maxPolicyUsers, maxUserLength, "developers")...)
	}
	return errs
}

func accessGroups(in Input) field.ErrorList {
	groups := in.access().Groups
	errs := atMost(groupsPath, len(groups), maxGroups)
	seen := map[string]bool{}
	for i, group := range groups {
		at := groupsPath.Index(i)
		if seen[group.Name] {
			errs = append(errs, field.Duplicate(at, group.Name))
		}
		seen[group.Name] = true
		if len(group.Users) == 0 {
			errs = append(errs, field.Required(at.Child("users"), "a group without members gives nobody anything: write its users, or"+
				" leave the group out"))
		}
		errs = append(errs, entries(at.Child("users"), group.Users, maxGroupUsers, maxUserLength, "alice")...)
	}
	return errs
}

// accessGroupNames are keys in zot's configuration, like patterns.
func accessGroupNames(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, group := range in.access().Groups {
		at, got := groupsPath.Index(i).Child("name"), group.Name
		errs = append(errs, maxLength(at, got, maxPatternLength)...)
		switch {
		case got == "":
			errs = append(errs, field.Required(at, "policies name a group by its name: write one, for example developers"))
		case strings.ToLower(got) != got:
			errs = append(errs, field.Invalid(at, got, "the name holds capital letters, which zot would lower-case, so that a policy with"+
				" this name would not find it: write the name in lower case, here and in the policies"))
		case strings.Contains(got, "::"):
			errs = append(errs, field.Invalid(at, got, "the name holds '::', at which zot would cut it in two: write the name without it"))
		}
	}
	return errs
}

func accessMetrics(in Input) field.ErrorList {
	at, metrics := accessPath.Child("metrics"), value(in.access().Metrics)
	return append(entries(at.Child("users"), metrics.Users, maxMetricsUsers, maxUserLength, "prometheus"),
		setOf(at.Child("anonymousPolicy"), metrics.AnonymousPolicy, "read")...)
}

// accessSignIn refuses what is said of people who have signed in where nobody can: zot does not start with most of it.
func accessSignIn(in Input) field.ErrorList {
	if defaults.SignInOn(*in.spec()) {
		return nil
	}
	var paths []*field.Path
	for i, rule := range in.access().Repositories {
		at := repositoriesPath.Index(i)
		if len(rule.Policies) > 0 {
			paths = append(paths, at.Child("policies"))
		}
		if len(rule.DefaultPolicy) > 0 {
			paths = append(paths, at.Child("defaultPolicy"))
		}
	}
	if in.access().AdminPolicy != nil {
		paths = append(paths, accessPath.Child("adminPolicy"))
	}
	if len(in.access().Groups) > 0 {
		paths = append(paths, groupsPath)
	}
	if len(value(in.access().Metrics).Users) > 0 {
		paths = append(paths, accessPath.Child("metrics", "users"))
	}
	var errs field.ErrorList
	for _, path := range paths {
		errs = append(errs, field.Forbidden(path, "this is about people who have signed in, and nobody can: set spec.auth.htpasswd, or"+
			" use anonymousPolicy alone, which is for everybody"))
	}
	return errs
}
