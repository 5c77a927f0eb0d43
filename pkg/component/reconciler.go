package component

import (
	"context"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/validation"
)

// conflictRetry is when a name that somebody else holds is looked at again: our cache does not hold their object, so no watch
// tells that it is gone.
const conflictRetry = 30 * time.Second

// Reconciler runs a component.
type Reconciler[F any] struct {
	Component Component[F]
	// Cached reads from the manager's cache.
	Cached   client.Reader
	Applier  *apply.Applier
	Board    *board.Board
	Defaults defaults.Operator
}

// Reconcile looks at one store.
func (r *Reconciler[F]) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	object := &v1alpha1.ZotArtifactStore{}
	if err := r.Cached.Get(ctx, request.NamespacedName, object); err != nil {
		if apierrors.IsNotFound(err) {
			r.Applier.Forget(request.NamespacedName)
			r.Board.Forget(request.NamespacedName)
			return ctrl.Result{}, nil
		}
		return ctrl.Result{}, fmt.Errorf("read the store: %w", err)
	}
	if object.DeletionTimestamp != nil {
		// Its objects go with it, by their owner references.
		return ctrl.Result{}, nil
	}
	if errs := validation.Validate(validation.Input{New: object}); len(errs) > 0 {
		r.post(object, r.all(v1alpha1.ReasonInvalidSpec, invalid(errs)))
		return ctrl.Result{}, nil
	}
	verdict, err := r.run(ctx, Store{Object: object, Spec: defaults.Effective(object.Spec, r.Defaults)})
	if verdict.Conditions != nil {
		r.post(object, verdict)
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: verdict.RequeueAfter}, nil
}

// run does the steps. Without conditions in the verdict nothing is to be reported: a passing failure to read is no news.
func (r *Reconciler[F]) run(ctx context.Context, store Store) (Verdict, error) {
	facts, err := r.Component.Observe(ctx, r.Cached, store)
	if err != nil {
		return Verdict{}, fmt.Errorf("observe: %w", err)
	}
	plan, err := r.Component.Plan(store, facts)
	if err != nil {
		return r.all(v1alpha1.ReasonInvalidSpec, err.Error()), fmt.Errorf("plan: %w", err)
	}
	report := r.Applier.Apply(ctx, apply.Owner{
		NamespacedName: client.ObjectKeyFromObject(store.Object), UID: store.Object.UID,
	}, plan.Apply, plan.Absent)
	for _, result := range report {
		if result.Outcome != apply.Unchanged {
			log.FromContext(ctx).Info("wrote", "object", result.Ref.String(), "outcome", string(result.Outcome))
		}
	}
	verdict := r.Component.Assess(store, facts, report)
	if foreign := report.Foreign(); len(foreign) > 0 {
		verdict.override(r.main(), v1alpha1.ReasonNameConflict, conflict(foreign))
		verdict.RequeueAfter = conflictRetry
	}
	if err := report.Err(); err != nil {
		if refused(report) {
			verdict.override(r.main(), v1alpha1.ReasonApplyFailed, "The API server refuses an object of this store. "+err.Error())
		}
		return verdict, err
	}
	return verdict, nil
}

// refused tells a refusal, which somebody must look at, from a hiccup, which passes.
func refused(report apply.Report) bool {
	for _, result := range report {
		if apierrors.IsInvalid(result.Err) || apierrors.IsForbidden(result.Err) || apierrors.IsBadRequest(result.Err) {
			return true
		}
	}
	return false
}

func (r *Reconciler[F]) main() string { return r.Component.Identity().Conditions[0] }

// all says the same of every condition of the component.
func (r *Reconciler[F]) all(reason, message string) Verdict {
	var verdict Verdict
	for _, kind := range r.Component.Identity().Conditions {
		verdict.Conditions = append(verdict.Conditions, board.False(kind, reason, message))
	}
	return verdict
}

func (r *Reconciler[F]) post(object *v1alpha1.ZotArtifactStore, verdict Verdict) {
	store := board.Store{NamespacedName: client.ObjectKeyFromObject(object), UID: object.UID}
	r.Board.Post(store, r.Component.Identity().Name, board.Verdict{
		Generation: object.Generation, Conditions: verdict.Conditions, Facts: verdict.Facts,
	})
}

// override replaces a condition of the verdict.
func (v *Verdict) override(kind, reason, message string) {
	for i := range v.Conditions {
		if v.Conditions[i].Type == kind {
			v.Conditions[i] = board.False(kind, reason, message)
		}
	}
}

func invalid(errs field.ErrorList) string {
	messages := make([]string, 0, len(errs))
	for _, err := range errs {
		messages = append(messages, err.Error())
	}
	return "The spec breaks a rule; nothing is changed until it is mended. " + strings.Join(messages, "; ")
}

func conflict(foreign []apply.Ref) string {
	parts := make([]string, 0, len(foreign))
	for _, ref := range foreign {
		parts = append(parts, ref.String())
	}
	return fmt.Sprintf("%s exists in this namespace and does not belong to this store; it is left alone. "+
		"Delete or rename it, or give the store another name.", strings.Join(parts, ", "))
}
