package apply

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Ref names an object.
type Ref struct {
	schema.GroupVersionKind
	Namespace, Name string
}

func (r Ref) String() string { return r.Kind + " " + r.Name }

// Outcome is what became of an intent.
type Outcome string

const (
	// Unchanged: the object already was as intended; nothing was sent.
	Unchanged Outcome = "Unchanged"
	// Applied: the intent was sent and taken.
	Applied Outcome = "Applied"
	// Deleted: the object was there and was deleted.
	Deleted Outcome = "Deleted"
	// Foreign: an object of that name belongs to somebody else; it was left alone.
	Foreign Outcome = "Foreign"
	// Failed: the API server could not be reached or refused.
	Failed Outcome = "Failed"
)

// Result is what became of one intent.
type Result struct {
	Ref     Ref
	Outcome Outcome
	// Err is set when Outcome is Failed.
	Err error
}

// Report is what became of all intents of one pass, in their order.
type Report []Result

// Err joins the errors of the report.
func (r Report) Err() error {
	var errs []error
	for _, result := range r {
		if result.Err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", result.Ref, result.Err))
		}
	}
	return errors.Join(errs...)
}

// Foreign gives the objects that belong to somebody else.
func (r Report) Foreign() []Ref {
	var out []Ref
	for _, result := range r {
		if result.Outcome == Foreign {
			out = append(out, result.Ref)
		}
	}
	return out
}
