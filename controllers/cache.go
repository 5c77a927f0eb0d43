package controllers

import (
	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/component"
	ours "github.com/zot-artifact-store/operator/pkg/labels"
)

// Scheme holds every type that the operator reads or writes.
func Scheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	utilruntime.Must(routev1.Install(scheme))
	utilruntime.Must(gatewayv1.Install(scheme))
	return scheme
}

// CacheOptions limit the cache to what the operator has made itself: a cluster holds far more pods, Services and config maps
// than it could keep. Nothing of anybody else's is read, apart from stores, StorageClasses and the names of the APIs that the
// cluster has. No namespaces means all.
//
// The label is the default and not told kind by kind: a kind that is told must exist when the process starts, and Routes and
// HTTPRoutes need not.
func CacheOptions(namespaces []string) cache.Options {
	options := cache.Options{
		DefaultTransform:            cache.TransformStripManagedFields(),
		DefaultLabelSelector:        labels.SelectorFromSet(labels.Set{ours.ManagedBy: ours.Manager}),
		ReaderFailOnMissingInformer: true,
		ByObject: map[client.Object]cache.ByObject{
			&v1alpha1.ZotArtifactStore{}: {Label: labels.Everything()},
			&storagev1.StorageClass{}:    {Label: labels.Everything()},
			&corev1.Pod{}:                {Transform: stripPod},
			&corev1.Service{}:            {Transform: whole},           // Who owns which port decides what the networking controller does.
			component.APIService():       {Label: labels.Everything()}, // A few dozen, without their content.
		},
	}
	if len(namespaces) > 0 {
		options.DefaultNamespaces = map[string]cache.Config{}
		for _, namespace := range namespaces {
			options.DefaultNamespaces[namespace] = cache.Config{}
		}
	}
	return options
}

// ClientOptions keep Secrets out of the cache whatever anybody adds: reading one would start an informer on all of them. Objects whose
// types the operator does not have are read from the cache as all others are.
func ClientOptions() client.Options {
	return client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}}, Unstructured: true}}
}

// stripPod keeps of a pod what the controllers read. Its spec is a copy of the StatefulSet's template.
func stripPod(object any) (any, error) {
	if pod, ok := object.(*corev1.Pod); ok {
		pod.ManagedFields = nil
		pod.Spec = corev1.PodSpec{}
	}
	return object, nil
}

// whole keeps an object as it is, with the records of who owns its fields.
func whole(object any) (any, error) { return object, nil }
