package validation

import (
	"encoding/json"
	"fmt"
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

const (
	maxS3Rules        = 64
	maxS3Buckets      = 64
	maxS3RulesAsBytes = 64 << 10
)

var (
	s3apiAccessPath = s3apiPath.Child("access")
	// bucketPattern are the characters of buckets' names, and the wildcards '*' and '?'.
	bucketPattern = regexp.MustCompile(`^[a-z0-9.*?-]+$`)
)

func (in Input) s3apiAccess() []v1alpha1.S3APIAccess { return value(in.extensions().S3API).Access }

// s3apiAccessSignIn refuses rules for people where none can sign in.
func s3apiAccessSignIn(in Input) field.ErrorList {
	spec := *in.spec()
	if len(in.s3apiAccess()) == 0 || !defaults.S3APIOn(spec) || defaults.RBACOn(spec) {
		return nil
	}
	return field.ErrorList{field.Forbidden(s3apiAccessPath, "this is about people who sign in with Keycloak, and nobody can: set"+
		" spec.extensions.rbac.keycloak; users of a password file get no keys of the S3 API")}
}

func s3apiAccessBuckets(in Input) field.ErrorList {
	errs := atMost(s3apiAccessPath, len(in.s3apiAccess()), maxS3Rules)
	for i, rule := range in.s3apiAccess() {
		at := s3apiAccessPath.Index(i).Child("buckets")
		if len(rule.Buckets) == 0 {
			errs = append(errs, field.Required(at, "a rule holds for the buckets that it names: write some, for example team-*"))
		}
		errs = append(errs, entries(at, rule.Buckets, maxS3Buckets, maxBucketLength, "team-*")...)
		for j, bucket := range rule.Buckets {
			if bucket != "" && !bucketPattern.MatchString(bucket) {
				errs = append(errs, field.Invalid(at.Index(j), bucket, "the pattern holds characters that names of buckets do not have"+
					" (lower-case letters, digits, '.', '-') and that are no '*' or '?', so that it fits none: write for example team-*;"+
					" a rule is for whole buckets, not for folders in them"))
			}
		}
	}
	return errs
}

func s3apiAccessPeople(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, rule := range in.s3apiAccess() {
		at := s3apiAccessPath.Index(i)
		if len(rule.Users) == 0 && len(rule.Groups) == 0 {
			errs = append(errs, field.Required(at.Child("groups"), "a rule is for somebody, and this names nobody: write groups or users"))
		}
		errs = append(errs, entries(at.Child("users"), rule.Users, maxPolicyUsers, maxUserLength, "alice")...)
		errs = append(errs, entries(at.Child("groups"), rule.Groups, maxPolicyUsers, maxUserLength, "developers")...)
	}
	return errs
}

func s3apiAccessActions(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, rule := range in.s3apiAccess() {
		at := s3apiAccessPath.Index(i).Child("actions")
		if len(rule.Actions) == 0 {
			errs = append(errs, field.Required(at, "a rule gives its users and groups something that they may do: write at least one of"+
				" read, write, delete and manage"))
		}
		errs = append(errs, setOf(at, rule.Actions,
			v1alpha1.S3APIRead, v1alpha1.S3APIWrite, v1alpha1.S3APIDelete, v1alpha1.S3APIManage)...)
	}
	return errs
}

// s3apiAccessSize keeps the rules to what the gateway's container can be told in its environment: Linux takes 128 KiB in one variable.
func s3apiAccessSize(in Input) field.ErrorList {
	spec := *in.spec()
	told := struct {
		Rules  []v1alpha1.S3APIAccess
		Groups []v1alpha1.AccessGroup
	}{defaults.S3Access(spec), defaults.S3Groups(spec)}
	data, err := json.Marshal(told)
	if err != nil || len(data) <= maxS3RulesAsBytes {
		return nil // Lists of strings can always be written.
	}
	return field.ErrorList{field.Forbidden(s3apiAccessPath, fmt.Sprintf("the rules,"+
		" with spec.accessControl.adminPolicy and those of spec.accessControl.groups that they name, take %d bytes, and the gateway can be"+
		" told %d: name groups that Keycloak knows, in place of their members", len(data), maxS3RulesAsBytes))}
}
