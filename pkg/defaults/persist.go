package defaults

import (
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

const (
	// FilesystemSize is the size of the volume that holds artifacts.
	FilesystemSize = "50Gi"
	// MetadataSize is the size of the volume that holds zot's own metadata when artifacts are in an object store.
	MetadataSize = "5Gi"
)

// Persist writes the sticky defaults into spec: image, and storage's type and size.
func Persist(spec *v1alpha1.ZotArtifactStoreSpec, op Operator) {
	setIfNil(&spec.Image, v1alpha1.ImageSpec{})
	setIfEmpty(&spec.Image.Repository, op.ZotImage.Repository)
	// A digest alone says what runs; a tag of ours beside it could be a lie.
	if spec.Image.Tag == "" && spec.Image.Digest == "" {
		spec.Image.Tag = op.ZotImage.Tag
		if spec.Image.Repository == op.ZotImage.Repository {
			spec.Image.Digest = op.ZotImage.Digest
		}
	}

	setIfNil(&spec.Storage, v1alpha1.StorageSpec{})
	setIfEmpty(&spec.Storage.Type, v1alpha1.StorageFilesystem)
	if !OwnClaim(*spec.Storage) {
		return
	}
	size := MetadataSize
	if spec.Storage.Type == v1alpha1.StorageFilesystem {
		size = FilesystemSize
	}
	setIfNil(&spec.Storage.Size, resource.MustParse(size))
}

// Keep is called before Persist when a stored object is replaced. It gives spec the sticky values of old, the stored spec, where
// spec leaves them out: else somebody who replaces an object by the manifest that it was made from would get the zot of a newer
// operator, or a volume of another size.
//
// Whoever names another repository, or returns from one of his own to the operator's, asks for something new, and so does
// whoever names another kind of storage: there nothing is kept. A size is kept only of a volume that the operator makes; of an
// ephemeral store it is a limit, which may go.
func Keep(spec, old *v1alpha1.ZotArtifactStoreSpec, op Operator) {
	if old.Image != nil && repository(spec.Image, op) == repository(old.Image, op) {
		setIfNil(&spec.Image, v1alpha1.ImageSpec{})
		if spec.Image.Tag == "" && spec.Image.Digest == "" {
			spec.Image.Tag, spec.Image.Digest = old.Image.Tag, old.Image.Digest
		}
	}
	if old.Storage != nil && old.Storage.Size != nil && sameVolume(spec.Storage, old.Storage) {
		setIfNil(&spec.Storage, v1alpha1.StorageSpec{})
		setIfNil(&spec.Storage.Size, old.Storage.Size.DeepCopy())
	}
}

// sameVolume says whether the operator makes the volume for both, and for the same kind of storage.
func sameVolume(now, before *v1alpha1.StorageSpec) bool {
	return storageType(now) == storageType(before) && OwnClaim(*before) && (now == nil || OwnClaim(*now))
}

func repository(image *v1alpha1.ImageSpec, op Operator) string {
	if image == nil || image.Repository == "" {
		return op.ZotImage.Repository
	}
	return image.Repository
}

func storageType(s *v1alpha1.StorageSpec) v1alpha1.StorageType {
	if s == nil || s.Type == "" {
		return v1alpha1.StorageFilesystem
	}
	return s.Type
}

func setIfEmpty[T ~string](field *T, value T) {
	if *field == "" {
		*field = value
	}
}

func setIfNil[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}
