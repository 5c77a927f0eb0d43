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
	{"storage-size-grow", storageSizeGrow},
	{"storage-existing-claim", existingClaim},
	{"storage-existing-claim-alone", existingClaimAlone},
	{"storage-existing-claim-immutable", existingClaimImmutable},
	{"storage-ephemeral-alone", ephemeralAlone},
	{"storage-ephemeral-immutable", ephemeralImmutable},
	{"storage-deletion-policy", deletionPolicy},
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
		errs = append(errs, unionMember(storagePath, block.kind, storage.Type == block.kind, block.present)...)
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
	if has := in.Old.Status.Storage; has != nil && has.ClaimName != "" && has.Capacity == nil {
		return nil // Its claim has no volume yet: the status says how it gets the other class.
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

// storageSizeShrink is about volumes that the operator makes: of an ephemeral store the size is a limit, which may go down. What the
// status tells of the volume is known where admission could not look at it.
func storageSizeShrink(in Input) field.ErrorList {
	if in.Old == nil {
		return nil
	}
	now, before := effectiveStorage(in.New), effectiveStorage(in.Old)
	if now.Type != before.Type || !defaults.OwnClaim(*now) || !defaults.OwnClaim(*before) {
		return nil
	}
	volume := in.Volumes.Registry
	if has := value(in.Old.Status.Storage).Capacity; volume == nil && has != nil {
		volume = &Volume{Asks: *has, Has: *has}
	}
	return shrink(storagePath.Child("size"), now.Size, before.Size, volume)
}

func storageSizeGrow(in Input) field.ErrorList {
	if in.Old == nil {
		return nil
	}
	return grow(storagePath.Child("size"), RegistrySize(in.New), RegistrySize(in.Old), in.Volumes.Registry)
}

func existingClaim(in Input) field.ErrorList {
	return objectName(storagePath.Child("existingClaim"), value(in.spec().Storage).ExistingClaim, "a PersistentVolumeClaim", "")
}

// existingClaimAlone refuses what would be said about a volume that the operator does not make.
func existingClaimAlone(in Input) field.ErrorList {
	storage := value(in.spec().Storage)
	if storage.ExistingClaim == "" {
		return nil
	}
	return without(
		unwanted{"ephemeral", defaults.Ephemeral(storage), "spec.storage.ephemeral cannot be used with existingClaim: the one keeps" +
			" artifacts in the pod alone, the other in that claim; remove one of them"},
		unwanted{"size", storage.Size != nil, "spec.storage.size cannot be used with existingClaim: that claim has a size of its own," +
			" which you change there; remove one of them"},
		unwanted{"storageClassName", storage.StorageClassName != nil, "spec.storage.storageClassName cannot be used with" +
			" existingClaim: that claim has a class of its own; remove one of them"},
		unwanted{"deletionPolicy", storage.DeletionPolicy != "", "spec.storage.deletionPolicy cannot be used with existingClaim: a" +
			" claim that the operator has not made is never deleted by it; remove one of them"},
	)
}

func ephemeralAlone(in Input) field.ErrorList {
	storage := value(in.spec().Storage)
	if !defaults.Ephemeral(storage) {
		return nil
	}
	return without(
		unwanted{"storageClassName", storage.StorageClassName != nil, "spec.storage.storageClassName cannot be used with ephemeral:" +
			" there is no volume that could have a class; remove one of them"},
		unwanted{"deletionPolicy", storage.DeletionPolicy != "", "spec.storage.deletionPolicy cannot be used with ephemeral:" +
			" everything is gone with the pod, there is nothing to keep or delete; remove one of them"},
	)
}

// unwanted is a field of spec.storage beside which another one means nothing.
type unwanted struct {
	name    string
	present bool
	message string
}

func without(fields ...unwanted) field.ErrorList {
	var errs field.ErrorList
	for _, f := range fields {
		if f.present {
			errs = append(errs, field.Forbidden(storagePath.Child(f.name), f.message))
		}
	}
	return errs
}

func existingClaimImmutable(in Input) field.ErrorList {
	if in.Old == nil {
		return nil
	}
	now, before := value(in.spec().Storage).ExistingClaim, value(in.Old.Spec.Storage).ExistingClaim
	if now == before {
		return nil
	}
	return field.ErrorList{field.Invalid(storagePath.Child("existingClaim"), now, "spec.storage.existingClaim cannot be changed: the"+
		" artifacts would stay behind in the old volume; make a new ZotArtifactStore and copy them")}
}

func ephemeralImmutable(in Input) field.ErrorList {
	if in.Old == nil {
		return nil
	}
	now, before := defaults.Ephemeral(value(in.spec().Storage)), defaults.Ephemeral(value(in.Old.Spec.Storage))
	if now == before {
		return nil
	}
	return field.ErrorList{field.Invalid(storagePath.Child("ephemeral"), now, "spec.storage.ephemeral cannot be changed: the"+
		" artifacts would stay behind in the old volume; make a new ZotArtifactStore and copy them")}
}

func deletionPolicy(in Input) field.ErrorList {
	return oneOf(storagePath.Child("deletionPolicy"), value(in.spec().Storage).DeletionPolicy,
		v1alpha1.DeletionRetain, v1alpha1.DeletionDelete)
}
