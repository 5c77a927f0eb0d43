package validation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

const (
	maxAnnotations = 64
	// appliedBy is where kubectl keeps what was applied last. On an object that is applied by somebody else it says nothing true.
	appliedBy = "kubectl.kubernetes.io/last-applied-configuration"
)

// ownPrefix is that of the labels and annotations by which the operator knows its objects.
var ownPrefix = v1alpha1.GroupVersion.Group + "/"

// annotations checks what is put on an object of the store as the user writes it.
func annotations(path *field.Path, got map[string]string) field.ErrorList {
	errs := atMost(path, len(got), maxAnnotations)
	for _, key := range slices.Sorted(maps.Keys(got)) {
		at := path.Key(key)
		switch {
		// Kubernetes does not care for the case here.
		case len(validation.IsQualifiedName(strings.ToLower(key))) > 0:
			errs = append(errs, field.Invalid(at, key, fmt.Sprintf("%s has a key that no annotation can have, so that the object could"+
				" not be made: write a name of up to 63 letters, digits, '-', '_' and '.', if need be with a domain and '/' before it",
				path)))
		case strings.HasPrefix(strings.ToLower(key), ownPrefix), key == appliedBy:
			errs = append(errs, field.Forbidden(at, fmt.Sprintf("%s holds an annotation with which tools keep account of what they have"+
				" applied, and a wrong one would mislead them: leave it out", path)))
		}
	}
	if err := apivalidation.ValidateAnnotationsSize(got); err != nil {
		errs = append(errs, field.TooLong(path, "", apivalidation.TotalAnnotationSizeLimitB))
	}
	return errs
}
