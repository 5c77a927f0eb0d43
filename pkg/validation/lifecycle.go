package validation

import (
	"regexp"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

var lifecycleRules = []Rule{
	{"gc-durations", gcDurations},
	{"gc-time-window", gcTimeWindow},
	{"retention-delay", retentionDelay},
	{"retention-policies", retentionPolicies},
	{"retention-repositories", retentionRepositories},
	{"retention-keep-tags", retentionKeepTags},
	{"retention-limits", retentionLimits},
	{"retention-keep-untagged", retentionKeepUntagged},
}

const (
	maxDurationLength          = 32
	maxPolicies                = 64
	maxRetentionPatterns       = 64
	maxKeepTags                = 64
	maxTagPatterns             = 64
	maxTagPatternLength        = 256
	maxKeepCount         int32 = 1000000
)

var (
	gcPath        = storagePath.Child("gc")
	retentionPath = storagePath.Child("retention")
	policiesPath  = retentionPath.Child("policies")

	durationGrammar = regexp.MustCompile(`^([0-9]{1,9}(\.[0-9]{1,9})?(ms|s|m|h))+$`)
	timeWindow      = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$`)

	// A push is a number of requests: its layers and, of a multi-platform image, its manifests have no tag until the last one.
	noShorterThanAPush = shortest{time.Minute, "a push that is under way would lose what it has brought so far"}
	noLoop             = shortest{time.Minute, "zot would do little else than walk through its storage"}
	notNothing         = shortest{time.Millisecond, "nothing could be that young, so that nothing would be kept"}
)

func gcDurations(in Input) field.ErrorList {
	gc := value(value(in.spec().Storage).GC)
	return append(duration(gcPath.Child("delay"), gc.Delay, noShorterThanAPush), duration(gcPath.Child("interval"), gc.Interval, noLoop)...)
}

func gcTimeWindow(in Input) field.ErrorList {
	at, got := gcPath.Child("timeWindow"), value(value(in.spec().Storage).GC).TimeWindow
	from, to, _ := strings.Cut(got, "-")
	switch {
	case got == "":
		return nil
	case !timeWindow.MatchString(got):
		return field.ErrorList{field.Invalid(at, got, "spec.storage.gc.timeWindow is no time of the day, and zot does not start with it:"+
			" write beginning and end in UTC with two digits each, for example 02:00-05:00 or 22:30-04:00")}
	case from == to:
		return field.ErrorList{field.Invalid(at, got, "spec.storage.gc.timeWindow ends when it begins, and zot does not start with it:"+
			" write two times, for example 02:00-05:00, or leave it out for the whole day")}
	}
	return nil
}

func (in Input) retention() v1alpha1.RetentionSpec { return value(value(in.spec().Storage).Retention) }

func retentionDelay(in Input) field.ErrorList {
	return duration(retentionPath.Child("delay"), in.retention().Delay, noShorterThanAPush)
}

func retentionPolicies(in Input) field.ErrorList {
	retention := value(in.spec().Storage).Retention
	if retention == nil {
		return nil
	}
	if len(retention.Policies) == 0 {
		return field.ErrorList{field.Required(policiesPath, "without a policy nothing is said about which tags are kept: write one, or"+
			" leave spec.storage.retention out, and all tags are kept")}
	}
	return atMost(policiesPath, len(retention.Policies), maxPolicies)
}

func retentionRepositories(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, policy := range in.retention().Policies {
		at := policiesPath.Index(i).Child("repositories")
		if len(policy.Repositories) == 0 {
			errs = append(errs, field.Required(at, "a policy holds for the repositories that fit one of its patterns: write one, for"+
				" example ** for all or team-a/** for those below team-a"))
		}
		errs = append(errs, entries(at, policy.Repositories, maxRetentionPatterns, maxPatternLength, "team-a/**")...)
		for j, got := range policy.Repositories {
			if got != "" {
				errs = append(errs, pattern(at.Index(j), got)...)
			}
		}
	}
	return errs
}

func retentionKeepTags(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, policy := range in.retention().Policies {
		at := policiesPath.Index(i).Child("keepTags")
		errs = append(errs, atMost(at, len(policy.KeepTags), maxKeepTags)...)
		for j, keep := range policy.KeepTags {
			at := at.Index(j).Child("patterns")
			errs = append(errs, entries(at, keep.Patterns, maxTagPatterns, maxTagPatternLength, "^v.*")...)
			for k, got := range keep.Patterns {
				if _, err := regexp.Compile(got); err != nil {
					errs = append(errs, field.Invalid(at.Index(k), got, "the pattern is no regular expression, and zot does not start with"+
						" it: write one as Go knows them, for example ^v[0-9]+ for tags that begin so, or .* for all (a '*' alone is"+
						" none)"))
				}
			}
		}
	}
	return errs
}

// keepRule is a rule of retention with its place.
type keepRule struct {
	path *field.Path
	rule v1alpha1.KeepRule
}

func (in Input) keepRules() []keepRule {
	var out []keepRule
	for i, policy := range in.retention().Policies {
		for j, keep := range policy.KeepTags {
			out = append(out, keepRule{policiesPath.Index(i).Child("keepTags").Index(j), keep.KeepRule})
		}
		if policy.KeepUntagged != nil {
			out = append(out, keepRule{policiesPath.Index(i).Child("keepUntagged"), *policy.KeepUntagged})
		}
	}
	return out
}

func retentionLimits(in Input) field.ErrorList {
	var errs field.ErrorList
	for _, keep := range in.keepRules() {
		errs = append(errs, duration(keep.path.Child("pulledWithin"), keep.rule.PulledWithin, notNothing)...)
		errs = append(errs, duration(keep.path.Child("pushedWithin"), keep.rule.PushedWithin, notNothing)...)
		errs = append(errs, keepCount(keep.path.Child("mostRecentlyPulledCount"), keep.rule.MostRecentlyPulledCount)...)
		errs = append(errs, keepCount(keep.path.Child("mostRecentlyPushedCount"), keep.rule.MostRecentlyPushedCount)...)
	}
	return errs
}

func keepCount(path *field.Path, count *int32) field.ErrorList {
	return within(path, count, 1, maxKeepCount, path.String()+" is no number of artifacts that could be kept")
}

// retentionKeepUntagged refuses an empty rule: it reads like "keep them all", and zot takes it as if it were not there.
func retentionKeepUntagged(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, policy := range in.retention().Policies {
		if policy.KeepUntagged != nil && *policy.KeepUntagged == (v1alpha1.KeepRule{}) {
			errs = append(errs, field.Required(policiesPath.Index(i).Child("keepUntagged"), "a rule without a limit keeps nothing: set one"+
				" of pushedWithin, pulledWithin, mostRecentlyPushedCount and mostRecentlyPulledCount, or deleteUntagged: false to keep"+
				" all"))
		}
	}
	return errs
}
