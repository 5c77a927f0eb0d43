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
	setIfEmpty(&spec.Image.Tag, op.ZotImage.Tag)

	setIfNil(&spec.Storage, v1alpha1.StorageSpec{})
	setIfEmpty(&spec.Storage.Type, v1alpha1.StorageFilesystem)
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
// whoever names another kind of storage: there nothing is kept.
func Keep(spec, old *v1alpha1.ZotArtifactStoreSpec, op Operator) {
	if old.Image != nil && old.Image.Tag != "" && repository(spec.Image, op) == repository(old.Image, op) {
		setIfNil(&spec.Image, v1alpha1.ImageSpec{})
		setIfEmpty(&spec.Image.Tag, old.Image.Tag)
	}
	if old.Storage != nil && old.Storage.Size != nil && storageType(spec.Storage) == storageType(old.Storage) {
		setIfNil(&spec.Storage, v1alpha1.StorageSpec{})
		setIfNil(&spec.Storage.Size, old.Storage.Size.DeepCopy())
	}
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
