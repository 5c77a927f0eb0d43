package component

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/validation"
)

// conflictRetry is when a name that somebody else holds is looked at again: our cache does not hold their object, so no watch
// tells that it is gone.
const conflictRetry = 30 * time.Second

// formerRetry is when the remains of a deleted store of the same name are looked at again.
const formerRetry = 2 * time.Second

// Reconciler runs a component.
type Reconciler[F any] struct {
	Component Component[F]
	// Cached reads from the manager's cache.
	Cached   client.Reader
	Applier  *apply.Applier
	Board    *board.Board
	Defaults defaults.Operator
	// Proxy is the way out of the cluster.
	Proxy resources.Proxy

	// tolerated are the errors in the specs of stores that are acted on all the same, see accepts.
	mutex     sync.Mutex
	tolerated map[client.ObjectKey]tolerated
}

// tolerated belong to one store, and to no other of its name.
type tolerated struct {
	uid  types.UID
	errs field.ErrorList
}

// Reconcile looks at one store.
func (r *Reconciler[F]) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	object := &v1alpha1.ZotArtifactStore{}
	if err := r.Cached.Get(ctx, request.NamespacedName, object); err != nil {
		if apierrors.IsNotFound(err) {
			r.Applier.Forget(request.NamespacedName)
			r.tolerate(request.NamespacedName, tolerated{})
			return ctrl.Result{}, nil
		}
		return ctrl.Result{}, fmt.Errorf("read the store: %w", err)
	}
	if object.DeletionTimestamp != nil {
		// Its objects go with it, by their owner references.
		return ctrl.Result{}, nil
	}
	if errs := validation.Validate(validation.Input{New: object}); !r.accepts(object, errs) {
		r.post(object, r.all(v1alpha1.ReasonInvalidSpec, invalid(errs)))
		return ctrl.Result{}, nil
	}
	verdict, err := r.run(ctx, Store{
		Object: object, Spec: defaults.Effective(object.Spec, r.Defaults), Proxy: r.Proxy,
	})
	if verdict.Conditions != nil {
		r.post(object, verdict)
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: verdict.RequeueAfter}, nil
}

// accepts judges as the webhook does: what was wrong already in a spec that is acted on stays allowed when the spec changes, and what
// is mended is not allowed again.
func (r *Reconciler[F]) accepts(object *v1alpha1.ZotArtifactStore, errs field.ErrorList) bool {
	name := client.ObjectKeyFromObject(object)
	r.mutex.Lock()
	before := r.tolerated[name]
	r.mutex.Unlock()
	if before.uid != object.UID {
		before = tolerated{}
	}
	if len(validation.Added(errs, before.errs)) > 0 && !accepted(object) {
		return false
	}
	r.tolerate(name, tolerated{object.UID, errs})
	return true
}

// tolerate remembers errors; none are not worth it.
func (r *Reconciler[F]) tolerate(store client.ObjectKey, now tolerated) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if len(now.errs) == 0 {
		delete(r.tolerated, store)
		return
	}
	if r.tolerated == nil {
		r.tolerated = map[client.ObjectKey]tolerated{}
	}
	r.tolerated[store] = now
}

// accepted is true for a spec that was acted on before: rules that have become stricter since do not stop its healing. The webhook
// tells of them at the next change.
func accepted(object *v1alpha1.ZotArtifactStore) bool {
	if observed := object.Status.ObservedGeneration; observed == nil || *observed != object.Generation {
		return false
	}
	for _, c := range object.Status.Conditions {
		if c.Reason == v1alpha1.ReasonInvalidSpec || c.Reason == v1alpha1.ReasonNotReported {
			return false
		}
	}
	return true
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
	owner := apply.Owner{
		NamespacedName: client.ObjectKeyFromObject(store.Object), UID: store.Object.UID, Paused: defaults.Paused(store.Spec),
	}
	report := r.Applier.Apply(ctx, owner, plan.Apply, plan.Absent)
	if report.InPlace() || owner.Paused {
		report = append(report, r.Applier.Create(ctx, owner, plan.Once)...)
	}
	if report.InPlace() || owner.Paused {
		report = append(report, r.Applier.Apply(ctx, owner, plan.Then, nil)...)
	}
	for _, result := range report {
		if result.Outcome == apply.Applied || result.Outcome == apply.Deleted {
			log.FromContext(ctx).Info("wrote", "object", result.Ref.String(), "outcome", string(result.Outcome))
		}
	}
	verdict := r.Component.Assess(store, facts, report)
	if kept := report.With(apply.Kept); len(kept) > 0 {
		verdict.override(r.main(), v1alpha1.ReasonPaused, fmt.Sprintf(
			"Not as the spec asks for, and left so while spec.paused is true: %s.", list(kept)))
	}
	if former := report.With(apply.Former); len(former) > 0 {
		verdict.override(r.main(), v1alpha1.ReasonProgressing, leftovers(former))
		verdict.LookWithin(formerRetry)
	}
	if foreign := report.With(apply.Foreign); len(foreign) > 0 {
		verdict.override(r.main(), v1alpha1.ReasonNameConflict, conflict(store.Object, foreign))
		verdict.LookWithin(conflictRetry)
	}
	if err := report.Err(); err != nil {
		if refused(report) {
			verdict.override(r.main(), v1alpha1.ReasonApplyFailed, Sentence("The API server refuses an object of this store. "+err.Error()))
		} else {
			verdict.override(r.main(), v1alpha1.ReasonProgressing, "Not everything could be written yet; it is tried again.")
		}
		return verdict, err
	}
	return verdict, nil
}

// refused tells a refusal, which somebody must look at, from a hiccup, which passes.
func refused(report apply.Report) bool {
	for _, result := range report {
		// In the first seconds after the CRD was installed, the API server's own check of owner references does not know it yet.
		// And a namespace on its way out takes nothing new, while its stores are still to go.
		passes := result.Err != nil && strings.Contains(result.Err.Error(), "cannot find RESTMapping") ||
			apierrors.HasStatusCause(result.Err, corev1.NamespaceTerminatingCause)
		refusal := apierrors.IsInvalid(result.Err) || apierrors.IsForbidden(result.Err) || apierrors.IsBadRequest(result.Err)
		if refusal && !passes {
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

// LookWithin asks for another look after that time, unless that is zero or an earlier one is asked for already.
func (v *Verdict) LookWithin(after time.Duration) {
	if after > 0 && (v.RequeueAfter == 0 || after < v.RequeueAfter) {
		v.RequeueAfter = after
	}
}

func invalid(errs field.ErrorList) string {
	messages := make([]string, 0, len(errs))
	for _, err := range errs {
		messages = append(messages, err.Error())
	}
	return Sentence("The spec breaks a rule; nothing is changed until it is mended. " + strings.Join(messages, "; "))
}

// Sentence gives words of others, which may be several lines, the form of a message.
func Sentence(text string) string {
	return strings.TrimSuffix(strings.ReplaceAll(strings.TrimSpace(text), "\n", "; "), ".") + "."
}

// Scheduler gives the words of the scheduler as a sentence. Of a claim that does not exist it says so twice.
func Scheduler(words string) string {
	return Sentence(strings.ReplaceAll(words, "not found. not found", "not found"))
}

// conflict says what to do about objects of somebody else. A volume is never to be deleted for a name: it holds data.
func conflict(store *v1alpha1.ZotArtifactStore, foreign []apply.Ref) string {
	var out []string
	for _, ref := range foreign {
		text := fmt.Sprintf("%s exists in this namespace and does not belong to this store; it is left alone. ", ref)
		if ref.Kind == "PersistentVolumeClaim" {
			text += fmt.Sprintf("If its data is this store's, hand it over: `kubectl label pvc %s -n %s %s=%s %s=%s --overwrite`; "+
				"else give the store another name.",
				ref.Name, ref.Namespace, labels.ManagedBy, labels.Manager, labels.Store, store.Name)
		} else {
			text += "Delete or rename it, or give the store another name."
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func leftovers(former []apply.Ref) string {
	return list(former) + " of a deleted store of this name is still there; waiting until the cluster has removed it."
}

func list(refs []apply.Ref) string {
	names := make([]string, 0, len(refs))
	for _, ref := range refs {
		names = append(names, ref.String())
	}
	return strings.Join(names, ", ")
}
