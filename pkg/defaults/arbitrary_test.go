package defaults

import (
	"reflect"

	"k8s.io/apimachinery/pkg/api/resource"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// arbitrary draws any spec, valid or not. It follows the Go types, so that new fields take part by themselves.
func arbitrary(t *rapid.T, label string) v1alpha1.ZotArtifactStoreSpec {
	return rapid.MakeCustom[v1alpha1.ZotArtifactStoreSpec](rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[resource.Quantity](): rapid.Custom(func(t *rapid.T) resource.Quantity {
			return resource.MustParse(rapid.SampledFrom([]string{"0", "-1", "1", "10m", "64Mi", "2Gi", "50Gi", "1Ti"}).Draw(t, "quantity"))
		}).AsAny(),
		reflect.TypeFor[v1alpha1.StorageType](): rapid.SampledFrom([]v1alpha1.StorageType{
			"", v1alpha1.StorageFilesystem, v1alpha1.StorageS3, v1alpha1.StorageAzure, v1alpha1.StorageGCP, "other",
		}).AsAny(),
		reflect.TypeFor[v1alpha1.SigningProvider](): rapid.SampledFrom([]v1alpha1.SigningProvider{
			v1alpha1.SigningCosign, v1alpha1.SigningNotary, v1alpha1.SigningNotation, "other",
		}).AsAny(),
		reflect.TypeFor[string](): rapid.SampledFrom([]string{"", "a", "ghcr.io/project-zot/zot", "v2.1.20"}).AsAny(),
	}}).Draw(t, label)
}

func arbitraryOperator(t *rapid.T) Operator {
	part := rapid.SampledFrom([]string{"mirror.example.com/zot", "ghcr.io/project-zot/zot", "v2.1.20", "v2.1.21"})
	digest := rapid.SampledFrom([]string{"", digestA})
	return Operator{ZotImage: ImageRef{
		Repository: part.Draw(t, "default repository"), Tag: part.Draw(t, "default tag"), Digest: digest.Draw(t, "default digest"),
	}}
}
