package validation

import (
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

var accessRules = []Rule{
	{"access-repositories", accessRepositories},
	{"access-pattern", accessPattern},
	{"access-actions", accessActions},
}

const (
	maxAccessRules   = 256
	maxPatternLength = 256
)

var (
	repositoriesPath = specPath.Child("accessControl", "repositories")
	// patternCharacters are those of repository names, and the wildcards '*' and '?'.
	patternCharacters = regexp.MustCompile(`^[a-z0-9._/*?-]+$`)
)

func (in Input) accessRules() []v1alpha1.RepositoryAccess {
	return value(in.spec().AccessControl).Repositories
}

func accessRepositories(in Input) field.ErrorList {
	rules := in.accessRules()
	var errs field.ErrorList
	if len(rules) > maxAccessRules {
		errs = append(errs, field.TooMany(repositoriesPath, len(rules), maxAccessRules))
	}
	seen := map[string]bool{}
	for i, rule := range rules {
		if seen[rule.Pattern] {
			errs = append(errs, field.Duplicate(repositoriesPath.Index(i), rule.Pattern))
		}
		seen[rule.Pattern] = true
	}
	return errs
}

// accessPattern refuses what zot reads as something else: it takes the patterns as keys, which it lower-cases and splits at
// "::". A rule that fits nothing would leave a repository to a wider rule, or to none.
func accessPattern(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, rule := range in.accessRules() {
		at, got := repositoriesPath.Index(i).Child("pattern"), rule.Pattern
		if got == "" {
			errs = append(errs, field.Required(at, "a rule holds for the repositories that fit its pattern: write one, for example"+
				" ** for all or team-a/** for those below team-a"))
			continue
		}
		errs = append(errs, maxLength(at, got, maxPatternLength)...)
		why := ""
		switch {
		case strings.Contains(got, "::"):
			why = "holds '::', at which zot would cut it in two"
		case strings.ToLower(got) != got:
			why = "holds capital letters, but names of repositories have none and zot would lower-case it"
		case !patternCharacters.MatchString(got):
			why = "holds characters that names of repositories do not have (letters, digits, '.', '_', '-', '/') and that are no '*'" +
				" or '?'"
		case strings.HasPrefix(got, "/") || strings.HasSuffix(got, "/") || strings.Contains(got, "//"):
			why = "fits no repository, as their names do not start or end with '/' and have no '//'"
		}
		if why != "" {
			errs = append(errs, field.Invalid(at, got, "the pattern "+why+"; write for example ** or team-a/**"))
		}
	}
	return errs
}

func accessActions(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, rule := range in.accessRules() {
		errs = append(errs, setOf(repositoriesPath.Index(i).Child("anonymousPolicy"), rule.AnonymousPolicy,
			"read", "create", "update", "delete")...)
	}
	return errs
}
