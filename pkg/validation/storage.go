package validation

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

var storageRules = []Rule{
	{"storage-type", storageType},
	{"storage-union", storageUnion},
	{"storage-type-immutable", storageTypeImmutable},
	{"storage-class", storageClass},
	{"storage-class-immutable", storageClassImmutable},
	{"storage-size", storageSize},
	{"storage-size-shrink", storageSizeShrink},
}

// leastSize is below what any volume is made of: under it a unit is missing, as in "20" for "20Gi".
const leastSize = "1Mi"

var storagePath = specPath.Child("storage")

// effectiveStorage has type and size even where the user left them out.
func effectiveStorage(store *v1alpha1.ZotArtifactStore) *v1alpha1.StorageSpec {
	return defaults.Effective(store.Spec, defaults.Upstream()).Storage
}

func storageType(in Input) field.ErrorList {
	return oneOf(storagePath.Child("type"), value(in.spec().Storage).Type,
		v1alpha1.StorageFilesystem, v1alpha1.StorageS3, v1alpha1.StorageAzure, v1alpha1.StorageGCP)
}

func storageUnion(in Input) field.ErrorList {
	storage := value(in.spec().Storage)
	var errs field.ErrorList
	for _, block := range []struct {
		kind    v1alpha1.StorageType
		present bool
	}{
		{v1alpha1.StorageS3, storage.S3 != nil},
		{v1alpha1.StorageAzure, storage.Azure != nil},
		{v1alpha1.StorageGCP, storage.GCP != nil},
	} {
		path := storagePath.Child(string(block.kind))
		message := fmt.Sprintf("type and block disagree: %s must be set when spec.storage.type is %s, and only then", path, block.kind)
		switch wanted := storage.Type == block.kind; {
		case wanted && !block.present:
			errs = append(errs, field.Required(path, message))
		case block.present && !wanted:
			errs = append(errs, field.Forbidden(path, message))
		}
	}
	return errs
}

func storageTypeImmutable(in Input) field.ErrorList {
	if in.Old == nil {
		return nil
	}
	now, before := effectiveStorage(in.New).Type, effectiveStorage(in.Old).Type
	if now == before {
		return nil
	}
	return field.ErrorList{field.Invalid(storagePath.Child("type"), now, "spec.storage.type cannot be changed: artifacts would stay"+
		" behind in the old storage; make a new ZotArtifactStore and copy them")}
}

func storageClass(in Input) field.ErrorList {
	class := value(in.spec().Storage).StorageClassName
	if class == nil || len(validation.IsDNS1123Subdomain(*class)) == 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(storagePath.Child("storageClassName"), *class, "spec.storage.storageClassName is no name that a"+
		" StorageClass can have: write one that `kubectl get storageclass` shows, or leave it out for the cluster's default")}
}

func storageClassImmutable(in Input) field.ErrorList {
	if in.Old == nil {
		return nil
	}
	now, before := value(in.spec().Storage).StorageClassName, value(in.Old.Spec.Storage).StorageClassName
	if value(now) == value(before) {
		return nil
	}
	keep := "leave it out as before"
	if before != nil {
		keep = fmt.Sprintf("write %q as before", *before)
	}
	return field.ErrorList{field.Invalid(storagePath.Child("storageClassName"), value(now), "spec.storage.storageClassName cannot be"+
		" changed: the volume exists and cannot move to another class; "+keep+", or make a new ZotArtifactStore and copy the artifacts")}
}

func storageSize(in Input) field.ErrorList {
	size := value(in.spec().Storage).Size
	if size == nil || size.Cmp(resource.MustParse(leastSize)) >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(storagePath.Child("size"), text(size), fmt.Sprintf("spec.storage.size is %s (without a"+
		" unit: bytes), and no volume is that small: write the size with its unit, for example 20Gi", text(size)))}
}

func storageSizeShrink(in Input) field.ErrorList {
	if in.Old == nil {
		return nil
	}
	now, before := effectiveStorage(in.New), effectiveStorage(in.Old)
	if now.Type != before.Type || now.Size.Cmp(*before.Size) >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(storagePath.Child("size"), text(now.Size), fmt.Sprintf("spec.storage.size cannot shrink:"+
		" Kubernetes can grow a volume but not make it smaller; write %s or more, or make a new ZotArtifactStore and copy the"+
		" artifacts", text(before.Size)))}
}
