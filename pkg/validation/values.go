package validation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var specPath = field.NewPath("spec")

// value is what a pointer points to, and the zero value if it points to nothing: absent blocks are judged as empty ones.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// text writes a quantity as the user wrote it.
func text(q *resource.Quantity) string {
	c := q.DeepCopy()
	return c.String()
}

// secretName checks a reference to a Secret of the store's namespace. Without a name there is no reference.
func secretName(path *field.Path, name string) field.ErrorList {
	return objectName(path, name, "a Secret", ", not its content")
}

// objectName checks a reference to an object of the store's namespace whose name is a DNS subdomain, as that of most kinds is.
func objectName(path *field.Path, name, kind, hint string) field.ErrorList {
	if name == "" || len(validation.IsDNS1123Subdomain(name)) == 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, name, fmt.Sprintf("%s is no name that %s can have: write the name of %s of this"+
		" namespace, in lower-case letters, digits, '-' and '.'%s", path, kind, kind, hint))}
}

// isHostName says whether a name can be looked up: a DNS name in lower case, without wildcard, and no IP address.
func isHostName(host string) bool {
	if len(validation.IsDNS1123Subdomain(host)) > 0 || isAddress(host) {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if len(label) > validation.DNS1123LabelMaxLength {
			return false
		}
	}
	return true
}

// oneOf checks an enumeration. Absent is fine: there is a default.
func oneOf[T ~string](path *field.Path, got T, want ...T) field.ErrorList {
	if got == "" || slices.Contains(want, got) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, got, want)}
}

// setOf checks a list in which each entry is one of few and stands once.
func setOf[T ~string](path *field.Path, got []T, want ...T) field.ErrorList {
	var errs field.ErrorList
	for i, v := range got {
		if !slices.Contains(want, v) {
			errs = append(errs, field.NotSupported(path.Index(i), v, want))
		}
		if slices.Contains(got[:i], v) {
			errs = append(errs, field.Duplicate(path.Index(i), v))
		}
	}
	return errs
}

// entries checks what the schema says of a set of strings: how many, how long, none empty, none twice.
func entries(path *field.Path, got []string, most, longest int, example string) field.ErrorList {
	errs := atMost(path, len(got), most)
	seen := make(map[string]bool, len(got))
	for i, entry := range got {
		if entry == "" {
			errs = append(errs, field.Invalid(path.Index(i), entry, fmt.Sprintf("an entry of %s is empty, and names nothing: leave it"+
				" out, or write for example %s", path, example)))
		}
		errs = append(errs, maxLength(path.Index(i), entry, longest)...)
		if seen[entry] {
			errs = append(errs, field.Duplicate(path.Index(i), entry))
		}
		seen[entry] = true
	}
	return errs
}

// atMost is the number of entries that the schema allows.
func atMost(path *field.Path, got, most int) field.ErrorList {
	if got <= most {
		return nil
	}
	return field.ErrorList{field.TooMany(path, got, most)}
}

// notEmpty refuses a list that is there without entries: nobody can tell whether "none" or "the default" is meant.
func notEmpty[T any](path *field.Path, got []T, example string) field.ErrorList {
	if got == nil || len(got) > 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, got, fmt.Sprintf("%s is an empty list, which may mean nothing or the default:"+
		" leave it out for the default, or name at least one entry, for example %s", path, example))}
}

// maxLength is the length that the schema allows, in characters.
func maxLength(path *field.Path, got string, limit int) field.ErrorList {
	if len([]rune(got)) <= limit {
		return nil
	}
	return field.ErrorList{field.TooLong(path, got, limit)}
}

// within checks a number's bounds. Absent is fine: there is a default.
func within(path *field.Path, got *int32, least, most int32, why string) field.ErrorList {
	if got == nil || *got >= least && *got <= most {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *got, fmt.Sprintf("%s: write a number from %d to %d, or leave it out", why, least, most))}
}

// shortest is the least that a duration may be, with the reason.
type shortest struct {
	time time.Duration
	why  string
}

// duration checks a length of time. Absent is fine: there is a default.
func duration[T ~string](path *field.Path, got T, least shortest) field.ErrorList {
	if got == "" {
		return nil
	}
	d, err := time.ParseDuration(string(got))
	switch {
	case err != nil || len(got) > maxDurationLength || !durationGrammar.MatchString(string(got)):
		return field.ErrorList{field.Invalid(path, got, "this is no length of time, and zot does not start with it: write a"+
			" number and a unit, which is h, m, s or ms, for example 30m, 24h or 1h30m")}
	case d < least.time:
		return field.ErrorList{field.Invalid(path, got, fmt.Sprintf("%s is less than %s: %s; write %s or more, or leave it out",
			path, least.time, least.why, least.time))}
	}
	return nil
}
