package v1alpha1

import (
	"context"
	"errors"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	api "github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// bound is a claim of 10Gi with its volume.
func bound(name, class string) *corev1.PersistentVolumeClaim {
	size := corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("10Gi")}
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "zot-system"},
		Spec:       corev1.PersistentVolumeClaimSpec{StorageClassName: &class, Resources: corev1.VolumeResourceRequirements{Requests: size}},
		Status:     corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimBound, Capacity: size},
	}
}

// TestVolumes: what is known to be impossible is refused, and what is not known is admitted.
func TestVolumes(t *testing.T) {
	sized := func(size string) *api.ZotArtifactStore {
		return store(func(s *api.ZotArtifactStore) {
			s.Spec.Storage = &api.StorageSpec{Size: new(resource.MustParse(size))}
		})
	}
	objects := func(size string) *api.ZotArtifactStore {
		return store(func(s *api.ZotArtifactStore) {
			s.Spec.Extensions = &api.ExtensionsSpec{S3API: &api.S3APISpec{
				Storage: &api.S3APIStorageSpec{Size: new(resource.MustParse(size))},
			}}
		})
	}
	of := func(class string) *api.ZotArtifactStore {
		return store(func(s *api.ZotArtifactStore) {
			s.Spec.Extensions = &api.ExtensionsSpec{S3API: &api.S3APISpec{Storage: &api.S3APIStorageSpec{StorageClassName: &class}}}
		})
	}
	waits := bound("store-data", "slow")
	waits.Status = corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending}
	raised := bound("store-data", "fast")
	raised.Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("20Gi")}
	for name, tc := range map[string]struct {
		claim    *corev1.PersistentVolumeClaim
		old, new *api.ZotArtifactStore
		refused  string
	}{
		"the class lets volumes grow": {bound("store-data", "fast"), sized("10Gi"), sized("20Gi"), ""},
		"it lets none grow": {
			bound("store-data", "slow"), sized("10Gi"), sized("20Gi"),
			"spec.storage.size cannot grow: StorageClass slow of claim store-data does not let volumes grow",
		},
		"it is gone":                  {bound("store-data", "gone"), sized("10Gi"), sized("20Gi"), "StorageClass gone"},
		"something else is changed":   {bound("store-data", "slow"), sized("20Gi"), sized("20Gi"), ""},
		"no volume yet":               {waits, sized("10Gi"), sized("20Gi"), ""},
		"no claim":                    {bound("other", "slow"), sized("10Gi"), sized("20Gi"), ""},
		"back to what the volume has": {raised, sized("20Gi"), sized("10Gi"), ""},
		"below what it has":           {raised, sized("20Gi"), sized("9Gi"), "write 10Gi or more"},
		"the S3 API's volume":         {bound("store-s3-data", "fast"), objects("10Gi"), objects("20Gi"), ""},
		"that of a class without it":  {bound("store-s3-data", "slow"), objects("10Gi"), objects("20Gi"), "claim store-s3-data"},
		"the S3 API's in another class": {
			bound("store-s3-data", "slow"), of("slow"), of("fast"),
			"spec.extensions.s3api.storage.storageClassName cannot be changed: the volume of claim store-s3-data is of StorageClass slow",
		},
		"in the class that it has":      {bound("store-s3-data", "slow"), of("fast"), of("slow"), ""},
		"without a volume yet":          {waits, of("slow"), of("fast"), ""},
		"the other volume of the store": {bound("store-data", "slow"), objects("10Gi"), objects("20Gi"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			cached := fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(tc.claim,
				&storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: "fast"}, AllowVolumeExpansion: new(true)},
				&storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: "slow"}}).Build()
			hook := admission.WithValidator(scheme(t), validator{operator, cached})
			response := hook.Handle(t.Context(), review(t, admissionv1.Update, tc.old, tc.new))
			if response.Allowed != (tc.refused == "") || !response.Allowed && !strings.Contains(response.Result.Message, tc.refused) {
				t.Errorf("allowed %t: %v, want %q", response.Allowed, response.Result, tc.refused)
			}
		})
	}
	broken := interceptor.NewClient(fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).Build(), interceptor.Funcs{
		Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
			return errors.New("the cache is not filled")
		},
	})
	hook := admission.WithValidator(scheme(t), validator{operator, broken})
	if response := hook.Handle(t.Context(), review(t, admissionv1.Update, sized("10Gi"), sized("20Gi"))); !response.Allowed {
		t.Errorf("what admission cannot see is answered with %+v", response.Result)
	}
}
