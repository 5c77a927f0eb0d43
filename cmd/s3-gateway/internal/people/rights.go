package people

import (
	"path"
	"slices"
	"strings"

	"github.com/versity/versitygw/auth"

	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// person is somebody whom the provider has told.
type person struct {
	// name is the claim preferred_username, empty without it.
	name   string
	groups []string
}

// rights are the rules of the spec.
type rights []s3gateway.Rule

// newRights takes in the groups that are made in the spec.
func newRights(config s3gateway.SignIn) rights {
	out := make(rights, len(config.Rules))
	for i, rule := range config.Rules {
		rule.Users = slices.Clone(rule.Users)
		for _, group := range config.Groups {
			if slices.Contains(rule.Groups, group.Name) {
				rule.Users = append(rule.Users, group.Users...)
			}
		}
		out[i] = rule
	}
	return out
}

// named gives the groups of a person that a rule names. It is false for a person whom no rule names, in person or by a group.
func (r rights) named(who person) (groups []string, found bool) {
	for _, rule := range r {
		found = found || isNamed(rule.Users, who.name)
		for _, group := range who.groups {
			if isNamed(rule.Groups, group) && !slices.Contains(groups, group) {
				groups = append(groups, group)
			}
		}
	}
	slices.Sort(groups)
	return groups, found || len(groups) > 0
}

// isNamed is false for nobody: an empty name is that of no one.
func isNamed(names []string, name string) bool { return name != "" && slices.Contains(names, name) }

// may says whether a rule gives a person the action of S3 on a bucket.
func (r rights) may(who person, action auth.Action, bucket string) bool {
	return r.any(who, func(rule s3gateway.Rule) bool {
		return slices.Contains(rule.Actions, given(action)) && fits(rule.Buckets, bucket)
	})
}

// mayList says whether somebody gets a list of buckets at all; sees decides what is in it.
func (r rights) mayList(who person) bool {
	return r.any(who, func(s3gateway.Rule) bool { return true })
}

// sees says whether a bucket is in a person's list: those of which a rule gives something.
func (r rights) sees(who person, bucket string) bool {
	return r.any(who, func(rule s3gateway.Rule) bool { return fits(rule.Buckets, bucket) })
}

func (r rights) any(who person, holds func(s3gateway.Rule) bool) bool {
	return slices.ContainsFunc(r, func(rule s3gateway.Rule) bool {
		mine := slices.ContainsFunc(who.groups, func(group string) bool { return isNamed(rule.Groups, group) })
		return (mine || isNamed(rule.Users, who.name)) && holds(rule)
	})
}

func fits(patterns []string, bucket string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		matched, err := path.Match(pattern, bucket)
		return err == nil && matched
	})
}

// writing are the actions of S3 that make, change and give up the content of objects. S3 knows no right to make an object that is not
// also one to write it over.
var writing = []auth.Action{
	auth.PutObjectAction, auth.AbortMultipartUploadAction, auth.RestoreObjectAction,
	auth.PutObjectTaggingAction, auth.PutObjectVersionTaggingAction,
	auth.DeleteObjectTaggingAction, auth.DeleteObjectVersionTaggingAction,
}

// given is the action of a rule that gives an action of S3. What is not known here is for those who manage: buckets and their settings,
// rights of others, and what keeps objects from being deleted.
func given(action auth.Action) s3gateway.Action {
	switch name := string(action); {
	case strings.HasPrefix(name, "s3:Get"), strings.HasPrefix(name, "s3:List"):
		return s3gateway.Read
	case slices.Contains(writing, action):
		return s3gateway.Write
	case action == auth.DeleteObjectAction, action == auth.DeleteObjectVersionAction:
		return s3gateway.Delete
	default:
		return s3gateway.Manage
	}
}
