package validation

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// Volumes are those that the operator has made for a store. One is nil where there is none, or where nobody has looked: what is not
// known is not refused, and a controller tells it later.
type Volumes struct {
	// Registry is that of the pods, S3 that of the S3 gateway.
	Registry, S3 *Volume
}

// Volume is one that exists, as its claim and its StorageClass tell.
type Volume struct {
	Claim string
	// Class is empty for a volume of no StorageClass.
	Class string
	// Grows is false if the class lets no volume grow.
	Grows bool
	// Asks is what the claim asks for. Has is what the volume has.
	Asks, Has resource.Quantity
}

// RegistrySize is the size that the operator makes the pods' volume of, nil where it makes none.
func RegistrySize(store *v1alpha1.ZotArtifactStore) *resource.Quantity {
	spec := defaults.Effective(store.Spec, defaults.Upstream())
	if !defaults.VolumeMade(spec) {
		return nil
	}
	return spec.Storage.Size
}

// S3Size is the size that the operator makes the S3 gateway's volume of, nil where it makes none.
func S3Size(store *v1alpha1.ZotArtifactStore) *resource.Quantity {
	if !defaults.S3APIOn(store.Spec) {
		return nil
	}
	return defaults.Effective(store.Spec, defaults.Upstream()).Extensions.S3API.Storage.Size
}

// s3Class is the StorageClass that is asked for the S3 gateway's volume, empty where none is named or no volume is made.
func s3Class(store *v1alpha1.ZotArtifactStore) string {
	if S3Size(store) == nil {
		return ""
	}
	return value(value(value(value(store.Spec.Extensions).S3API).Storage).StorageClassName)
}

// S3Reclassed says whether another StorageClass is asked for the S3 gateway's volume than before.
func S3Reclassed(now, before *v1alpha1.ZotArtifactStore) bool {
	asked := s3Class(now)
	return asked != "" && asked != s3Class(before)
}

// Resized says whether a size is not what it was: then the rules ask what the volumes are.
func Resized(now, before *resource.Quantity) bool {
	return now != nil && before != nil && now.Cmp(*before) != 0
}

// shrink refuses a size below the one before. There is a way back from a size to which the volume has not grown: to what it has, and to
// what its claim has asked for all the time.
func shrink(path *field.Path, now, before *resource.Quantity, volume *Volume) field.ErrorList {
	if !Resized(now, before) || now.Cmp(*before) > 0 {
		return nil
	}
	least := *before
	if volume != nil {
		for _, size := range []resource.Quantity{volume.Has, volume.Asks} {
			if size.Cmp(least) < 0 {
				least = size
			}
		}
	}
	if now.Cmp(least) >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, text(now), fmt.Sprintf("%s cannot shrink: Kubernetes can grow a volume but not make it"+
		" smaller; write %s or more, or make a new ZotArtifactStore and copy what is in it", path, text(&least)))}
}

// grow refuses a size above the one before, where the volume's class lets none grow.
func grow(path *field.Path, now, before *resource.Quantity, volume *Volume) field.ErrorList {
	if !Resized(now, before) || now.Cmp(*before) < 0 || volume == nil || volume.Grows || now.Cmp(volume.Has) <= 0 {
		return nil
	}
	if volume.Class == "" {
		return field.ErrorList{field.Invalid(path, text(now), fmt.Sprintf("%s cannot grow: the volume of claim %s is of no StorageClass"+
			" that could let it grow; write %s as before, or make a new ZotArtifactStore and copy what is in it",
			path, volume.Claim, text(before)))}
	}
	return field.ErrorList{field.Invalid(path, text(now), fmt.Sprintf("%s cannot grow: StorageClass %s of claim %s does not let volumes"+
		" grow (allowVolumeExpansion); write %s as before, let the class allow it if its provisioner can, or make a new"+
		" ZotArtifactStore and copy what is in it", path, volume.Class, volume.Claim, text(before)))}
}
