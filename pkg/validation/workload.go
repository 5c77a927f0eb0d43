package validation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
)

var workloadRules = slices.Concat(memberRules, []Rule{
	{"name-length", nameLength},
	{"name-grammar", nameGrammar},
	{"image-repository", imageRepository},
	{"image-tag", imageTag},
	{"image-digest", imageDigest},
	{"image-pull-policy", imagePullPolicy},
	{"image-pull-secrets", imagePullSecrets},
	{"log-level", logLevel},
	{"resources-sign", resourcesSign},
	{"resources-requests-within-limits", requestsWithinLimits},
	{"resources-memory-limit", memoryLimit},
	{"service-account-annotations", serviceAccountAnnotations},
	{"ca-bundle-source", caBundleSource},
	{"ca-bundle-names", caBundleNames},
})

const (
	maxRepositoryLength = 255
	maxPullSecrets      = 16
	// leastMemory is far below the 130Mi that an idle zot takes: under it nothing but a wrong unit makes sense.
	leastMemory = "64Mi"
)

var (
	storeName = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)
	tagName   = regexp.MustCompile(`^[0-9A-Za-z_][0-9A-Za-z_.-]{0,127}$`)
	// repositoryName is the grammar of image references without tag and digest: an optional host, then lower-case path components.
	repositoryName = regexp.MustCompile(`^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*` +
		`(?::[0-9]{1,5})?/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$`)
)

func nameLength(in Input) field.ErrorList {
	if len(in.New.Name) <= names.MaxStore {
		return nil
	}
	return field.ErrorList{field.Invalid(field.NewPath("metadata", "name"), in.New.Name, "metadata.name is longer than 40 characters:"+
		" the names of the store's pods, Services and ConfigMaps are made from it and would grow past Kubernetes' limits; choose a"+
		" shorter name")}
}

func nameGrammar(in Input) field.ErrorList {
	if storeName.MatchString(in.New.Name) {
		return nil
	}
	return field.ErrorList{field.Invalid(field.NewPath("metadata", "name"), in.New.Name, "metadata.name must start with a letter and"+
		" hold only lower-case letters, digits and '-': the store's Service has the same name; choose another name")}
}

func imageRepository(in Input) field.ErrorList {
	path, got := specPath.Child("image", "repository"), value(in.spec().Image).Repository
	errs := maxLength(path, got, maxRepositoryLength)
	name, _, tagged := strings.Cut(got[strings.LastIndex(got, "/")+1:], ":")
	switch {
	case got == "" || repositoryName.MatchString(got):
	case strings.Contains(got, "@"):
		errs = append(errs, field.Invalid(path, got, "spec.image.repository holds a digest, which has a field of its own: write the"+
			" part before '@' here, the digest under spec.image.digest and the version under spec.image.tag"))
	case tagged:
		errs = append(errs, field.Invalid(path, got, fmt.Sprintf("spec.image.repository holds a tag, and spec.image.tag would be put"+
			" behind it; write %q here and the tag under spec.image.tag", got[:strings.LastIndex(got, "/")+1]+name)))
	default:
		errs = append(errs, field.Invalid(path, got, "spec.image.repository is no image name, so no node could pull it: write host and"+
			" path without scheme, the path in lower case, for example ghcr.io/project-zot/zot"))
	}
	return errs
}

func imageTag(in Input) field.ErrorList {
	got := value(in.spec().Image).Tag
	if got == "" || tagName.MatchString(got) {
		return nil
	}
	return field.ErrorList{field.Invalid(specPath.Child("image", "tag"), got, "spec.image.tag is no tag of an image: a tag has at"+
		" most 128 letters, digits, '_', '.' and '-', and does not start with '.' or '-'; write for example v2.1.20")}
}

func imageDigest(in Input) field.ErrorList {
	got := value(in.spec().Image).Digest
	if got == "" || defaults.IsDigest(got) {
		return nil
	}
	return field.ErrorList{field.Invalid(specPath.Child("image", "digest"), got, "spec.image.digest is no digest of an image, so that"+
		" no node could pull it: write sha256: and 64 digits or lower-case letters from a to f, as crane digest shows them")}
}

func imagePullPolicy(in Input) field.ErrorList {
	return oneOf(specPath.Child("image", "pullPolicy"), value(in.spec().Image).PullPolicy, "Always", "IfNotPresent", "Never")
}

func imagePullSecrets(in Input) field.ErrorList {
	path, secrets := specPath.Child("image", "pullSecrets"), value(in.spec().Image).PullSecrets
	errs := atMost(path, len(secrets), maxPullSecrets)
	for i, name := range secrets {
		if name == "" {
			errs = append(errs, field.Invalid(path.Index(i), name, "an entry of spec.image.pullSecrets is empty: write the name of a"+
				" Secret of this namespace, or leave the entry out"))
		}
		errs = append(errs, secretName(path.Index(i), name)...)
		if slices.Contains(secrets[:i], name) {
			errs = append(errs, field.Duplicate(path.Index(i), name))
		}
	}
	return errs
}

func logLevel(in Input) field.ErrorList {
	return oneOf(specPath.Child("log", "level"), value(in.spec().Log).Level, "debug", "info", "warn", "error")
}

// amount is one of the four amounts of spec.resources.
type amount struct {
	path     *field.Path
	quantity *resource.Quantity
}

func amounts(path *field.Path, a v1alpha1.ResourceAmounts) [2]amount {
	return [2]amount{{path.Child("cpu"), a.CPU}, {path.Child("memory"), a.Memory}}
}

func resourceAmounts(in Input) (requests, limits [2]amount) {
	r, path := value(in.spec().Resources), specPath.Child("resources")
	return amounts(path.Child("requests"), value(r.Requests)), amounts(path.Child("limits"), value(r.Limits))
}

func resourcesSign(in Input) field.ErrorList {
	requests, limits := resourceAmounts(in)
	var errs field.ErrorList
	for _, a := range slices.Concat(requests[:], limits[:]) {
		if a.quantity != nil && a.quantity.Sign() < 0 {
			errs = append(errs, field.Invalid(a.path, text(a.quantity), a.path.String()+" is negative, which no container can use:"+
				" write an amount such as 500m (CPU) or 512Mi (memory), or leave it out"))
		}
	}
	return errs
}

func requestsWithinLimits(in Input) field.ErrorList {
	requests, limits := resourceAmounts(in)
	var errs field.ErrorList
	for i, request := range requests {
		limit := limits[i]
		if request.quantity == nil || limit.quantity == nil || request.quantity.Cmp(*limit.quantity) <= 0 {
			continue
		}
		errs = append(errs, field.Invalid(request.path, text(request.quantity), fmt.Sprintf("%s is more than %s, which is %s: the"+
			" pod could not be created; lower the request or raise the limit", request.path, limit.path, text(limit.quantity))))
	}
	return errs
}

func memoryLimit(in Input) field.ErrorList {
	_, limits := resourceAmounts(in)
	limit := limits[1]
	if limit.quantity == nil || limit.quantity.Sign() < 0 || limit.quantity.Cmp(resource.MustParse(leastMemory)) >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(limit.path, text(limit.quantity), fmt.Sprintf("%s is less than %s: zot takes about 130Mi"+
		" when it is idle and would be ended as soon as it starts; write at least 256Mi, with its unit, or leave it"+
		" out", limit.path, leastMemory))}
}

func serviceAccountAnnotations(in Input) field.ErrorList {
	return annotations(specPath.Child("serviceAccount", "annotations"), value(in.spec().ServiceAccount).Annotations)
}

func caBundleSource(in Input) field.ErrorList {
	bundle := in.spec().CABundle
	if bundle == nil || (bundle.SecretName == "") != (bundle.ConfigMapName == "") {
		return nil
	}
	return field.ErrorList{field.Invalid(specPath.Child("caBundle"), bundle.SecretName+bundle.ConfigMapName, "spec.caBundle needs one"+
		" place to take the certificates from, not none and not two: set either spec.caBundle.secretName or spec.caBundle.configMapName")}
}

func caBundleNames(in Input) field.ErrorList {
	bundle, path := value(in.spec().CABundle), specPath.Child("caBundle")
	return append(secretName(path.Child("secretName"), bundle.SecretName),
		objectName(path.Child("configMapName"), bundle.ConfigMapName, "a ConfigMap", ", not its content")...)
}
