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
	// Sent: the intent was sent before and taken, and the cache does not show it yet.
	Sent Outcome = "Sent"
	// Former: the object belongs to a deleted store of the same name and is on its way out.
	Former Outcome = "Former"
	// Deleted: the object was there and was deleted.
	Deleted Outcome = "Deleted"
	// Foreign: an object of that name belongs to somebody else; it was left alone.
	Foreign Outcome = "Foreign"
	// Kept: the object is not as intended, and left so because its store is paused.
	Kept Outcome = "Kept"
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

// With gives the objects of that outcome.
func (r Report) With(outcome Outcome) []Ref {
	var out []Ref
	for _, result := range r {
		if result.Outcome == outcome {
			out = append(out, result.Ref)
		}
	}
	return out
}

// InPlace is true when every intent is, or is being made, true.
func (r Report) InPlace() bool {
	for _, result := range r {
		switch result.Outcome {
		case Foreign, Former, Failed, Kept:
			return false
		case Unchanged, Applied, Sent, Deleted:
		}
	}
	return true
}

// Settled is true when the cache shows the object of that kind as intended: what is read from it is about this intent.
func (r Report) Settled(kind string) bool {
	for _, result := range r {
		if result.Ref.Kind == kind && result.Outcome != Unchanged {
			return false
		}
	}
	return true
}
