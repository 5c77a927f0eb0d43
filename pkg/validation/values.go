package validation

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

var specPath = field.NewPath("spec")

// spec is the new object's spec, as the user wrote it.
func (in Input) spec() *v1alpha1.ZotArtifactStoreSpec { return &in.New.Spec }

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
	if name == "" || len(validation.IsDNS1123Subdomain(name)) == 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, name, path.String()+" is no name that a Secret can have: write the name of a Secret of"+
		" this namespace, in lower-case letters, digits, '-' and '.', not its content")}
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
