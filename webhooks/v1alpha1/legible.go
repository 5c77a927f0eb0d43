package v1alpha1

import (
	"context"
	"net/http"

	admissionv1 "k8s.io/api/admission/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	api "github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/validation"
)

// legible answers for an object that cannot be decoded, which the decoder would refuse without naming the field. Amounts are told
// by us, as the schema has nothing but a regular expression to say about them, and before anything decodes them: one with a large exponent
// costs minutes of computing. All else goes on: the schema, which judges after this webhook, names the field and the type, and should
// it let something pass, the validating webhook cannot decode it and refuses it.
type legible struct{ next admission.Handler }

// Handle answers one request.
func (l legible) Handle(ctx context.Context, request admission.Request) admission.Response {
	if errs := validation.Unreadable(request.Object.Raw); len(errs) > 0 {
		status := apierrors.NewInvalid(api.GroupKind, request.Name, errs).Status()
		return admission.Response{AdmissionResponse: admissionv1.AdmissionResponse{Result: &status}}
	}
	response := l.next.Handle(ctx, request)
	if response.Allowed || response.Result == nil || response.Result.Code != http.StatusBadRequest {
		return response
	}
	return admission.Allowed("")
}
