package v1alpha1

import (
	"context"
	"encoding/json"
	"fmt"

	admissionv1 "k8s.io/api/admission/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	api "github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/validation"
)

// +kubebuilder:webhook:path=/mutate-artifacts-zot-io-v1alpha1-zotartifactstore,mutating=true,failurePolicy=fail,sideEffects=None,timeoutSeconds=10,groups=artifacts.zot.io,resources=zotartifactstores,verbs=create;update,versions=v1alpha1,name=mzotartifactstore.artifacts.zot.io,admissionReviewVersions=v1
// +kubebuilder:webhook:path=/validate-artifacts-zot-io-v1alpha1-zotartifactstore,mutating=false,failurePolicy=fail,sideEffects=None,timeoutSeconds=10,groups=artifacts.zot.io,resources=zotartifactstores,verbs=create;update,versions=v1alpha1,name=vzotartifactstore.artifacts.zot.io,admissionReviewVersions=v1

// defaultPath is that of the first marker above.
const defaultPath = "/mutate-artifacts-zot-io-v1alpha1-zotartifactstore"

// SetupWithManager serves both webhooks at the paths of the markers above.
func SetupWithManager(mgr ctrl.Manager, operator defaults.Operator) error {
	mgr.GetWebhookServer().Register(defaultPath, defaulting(mgr.GetScheme(), operator))
	err := ctrl.NewWebhookManagedBy(mgr, &api.ZotArtifactStore{}).WithValidator(validator{operator, mgr.GetClient()}).Complete()
	if err != nil {
		return fmt.Errorf("set up webhooks of %s: %w", api.GroupKind, err)
	}
	return nil
}

// defaulting is the first webhook that sees an object.
func defaulting(scheme *runtime.Scheme, operator defaults.Operator) *admission.Webhook {
	hook := admission.WithDefaulter(scheme, defaulter{operator})
	hook.Handler = legible{hook.Handler}
	return hook
}

type defaulter struct{ operator defaults.Operator }

// Default persists the sticky defaults. On an update, values of the stored object come before the operator's.
func (d defaulter) Default(ctx context.Context, store *api.ZotArtifactStore) error {
	if store.DeletionTimestamp != nil {
		return nil
	}
	var old *api.ZotArtifactStore
	if request, err := admission.RequestFromContext(ctx); err == nil && request.Operation == admissionv1.Update {
		if err := json.Unmarshal(request.OldObject.Raw, &old); err != nil {
			return fmt.Errorf("read the stored %s: %w", api.GroupKind, err)
		}
	}
	defaults.Admit(store, old, d.operator)
	return nil
}

type validator struct {
	operator defaults.Operator
	// cached reads claims and StorageClasses.
	cached client.Reader
}

// ValidateCreate asks every rule.
func (v validator) ValidateCreate(_ context.Context, store *api.ZotArtifactStore) (admission.Warnings, error) {
	return verdict(validation.Input{New: store, Operator: v.operator})
}

// ValidateUpdate asks every rule, and those about changes; what is wrong already stays allowed.
func (v validator) ValidateUpdate(ctx context.Context, old, store *api.ZotArtifactStore) (admission.Warnings, error) {
	return verdict(validation.Input{New: store, Old: old, Operator: v.operator, Volumes: v.volumes(ctx, old, store)})
}

// ValidateDelete lets every deletion pass; the webhook is not even registered for it.
func (validator) ValidateDelete(context.Context, *api.ZotArtifactStore) (admission.Warnings, error) {
	return nil, nil
}

func verdict(in validation.Input) (admission.Warnings, error) {
	if errs := validation.Validate(in); len(errs) > 0 {
		// What would surprise about it is no matter before it is mended.
		return nil, apierrors.NewInvalid(api.GroupKind, in.New.Name, errs)
	}
	return validation.Warnings(in), nil
}
