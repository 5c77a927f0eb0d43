package envtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/labels"
)

// namespace makes one for the test, which goes after it.
func namespace(ctx context.Context) string {
	GinkgoHelper()
	made := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	Expect(admin.Create(ctx, made)).To(Succeed())
	DeferCleanup(func(ctx context.Context) { remove(ctx, made) })
	return made.Name
}

// remove deletes a namespace and what is in it. Nothing here ends namespaces, so its name cannot be used again.
func remove(ctx context.Context, made *corev1.Namespace) {
	GinkgoHelper()
	empty(ctx, made.Name)
	Expect(admin.Delete(ctx, made)).To(Succeed())
}

// empty deletes the stores of a namespace, so that the next test's operator does not look after them, and ends its pods in place of
// their node. It does not wait for the rest.
func empty(ctx context.Context, namespace string) {
	GinkgoHelper()
	Expect(admin.DeleteAllOf(ctx, &v1alpha1.ZotArtifactStore{}, client.InNamespace(namespace))).To(Succeed())
	Eventually(func(g Gomega) {
		stores := &v1alpha1.ZotArtifactStoreList{}
		g.Expect(admin.List(ctx, stores, client.InNamespace(namespace))).To(Succeed())
		g.Expect(stores.Items).To(BeEmpty())
		pods := &corev1.PodList{}
		g.Expect(admin.List(ctx, pods, client.InNamespace(namespace))).To(Succeed())
		for i := range pods.Items {
			g.Expect(client.IgnoreNotFound(admin.Delete(ctx, &pods.Items[i], client.GracePeriodSeconds(0)))).To(Succeed())
		}
		g.Expect(pods.Items).To(BeEmpty())
	}).WithContext(ctx).Should(Succeed())
}

// filesystemStore is the smallest store.
func filesystemStore(namespace, name string) *v1alpha1.ZotArtifactStore {
	return &v1alpha1.ZotArtifactStore{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: v1alpha1.ZotArtifactStoreSpec{
			Storage: &v1alpha1.StorageSpec{Type: v1alpha1.StorageFilesystem, Size: new(resource.MustParse("1Gi"))},
		},
	}
}

// create makes the store and deletes it after the test.
func create(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	Expect(admin.Create(ctx, store)).To(Succeed())
	DeferCleanup(func(ctx context.Context) {
		Expect(client.IgnoreNotFound(admin.Delete(ctx, store))).To(Succeed())
	})
}

// change writes a changed spec as a user does.
func change(ctx context.Context, store *v1alpha1.ZotArtifactStore, how func(*v1alpha1.ZotArtifactStoreSpec)) {
	GinkgoHelper()
	Eventually(func() error {
		if err := admin.Get(ctx, client.ObjectKeyFromObject(store), store); err != nil {
			return err
		}
		how(&store.Spec)
		return admin.Update(ctx, store)
	}).Should(Succeed())
}

// condition reads one condition of the stored object, empty if there is none.
func condition(ctx context.Context, store *v1alpha1.ZotArtifactStore, kind string) metav1.Condition {
	GinkgoHelper()
	Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
	if found := meta.FindStatusCondition(store.Status.Conditions, kind); found != nil {
		return *found
	}
	return metav1.Condition{}
}

// ready waits, with the rest of the cluster at work, until the store is Ready in its present generation.
func ready(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		cluster{g}.settle(ctx, store)
		g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
		found := meta.FindStatusCondition(store.Status.Conditions, v1alpha1.ConditionReady)
		g.Expect(found).NotTo(BeNil(), "no Ready condition yet")
		g.Expect(found.Status).To(Equal(metav1.ConditionTrue), found.Message)
		g.Expect(found.ObservedGeneration).To(Equal(store.Generation))
		g.Expect(store.Status.ObservedGeneration).To(HaveValue(Equal(store.Generation)))
	}).Should(Succeed())
}

// kinds of objects that a store has: those that the operator's role lets it create and the cluster serves now, and pods.
func kinds() []schema.GroupVersionKind {
	GinkgoHelper()
	var role rbacv1.ClusterRole
	data, err := os.ReadFile(repository("config", "rbac", "role.yaml"))
	Expect(err).NotTo(HaveOccurred())
	Expect(yaml.UnmarshalStrict(data, &role)).To(Succeed())
	out := []schema.GroupVersionKind{corev1.SchemeGroupVersion.WithKind("Pod")}
	for _, rule := range role.Rules {
		if !slices.Contains(rule.Verbs, "create") {
			continue
		}
		for _, resource := range rule.Resources {
			if resource == "events" || strings.Contains(resource, "/") {
				continue
			}
			kind, err := admin.RESTMapper().KindFor(schema.GroupVersionResource{Group: rule.APIGroups[0], Resource: resource})
			if !meta.IsNoMatchError(err) {
				Expect(err).NotTo(HaveOccurred())
				out = append(out, kind)
			}
		}
	}
	return out
}

// children lists what carries the labels of a store.
func children(ctx context.Context, store *v1alpha1.ZotArtifactStore) []*unstructured.Unstructured {
	GinkgoHelper()
	var out []*unstructured.Unstructured
	for _, kind := range kinds() {
		out = append(out, list(ctx, kind, client.InNamespace(store.Namespace), client.MatchingLabels{labels.Store: store.Name})...)
	}
	return out
}

// list gives no objects of a kind that is not served any more.
func list(ctx context.Context, kind schema.GroupVersionKind, options ...client.ListOption) []*unstructured.Unstructured {
	GinkgoHelper()
	found := &unstructured.UnstructuredList{}
	found.SetGroupVersionKind(kind)
	if err := admin.List(ctx, found, options...); !meta.IsNoMatchError(err) {
		Expect(client.IgnoreNotFound(err)).To(Succeed())
	}
	var out []*unstructured.Unstructured
	for i := range found.Items {
		out = append(out, &found.Items[i])
	}
	return out
}

// versions gives the resource version of everything in the store's namespace, the store and its events included.
func versions(ctx context.Context, store *v1alpha1.ZotArtifactStore) map[string]string {
	GinkgoHelper()
	var objects []*unstructured.Unstructured
	others := []schema.GroupVersionKind{
		v1alpha1.GroupVersion.WithKind(v1alpha1.GroupKind.Kind), eventsv1.SchemeGroupVersion.WithKind("Event"),
	}
	for _, kind := range append(kinds(), others...) {
		objects = append(objects, list(ctx, kind, client.InNamespace(store.Namespace))...)
	}
	out := map[string]string{}
	for _, object := range objects {
		out[describe(object)] = object.GetResourceVersion()
	}
	return out
}

// events gives the store's events.
func events(ctx context.Context, store *v1alpha1.ZotArtifactStore) []eventsv1.Event {
	GinkgoHelper()
	found := &eventsv1.EventList{}
	Expect(admin.List(ctx, found, client.InNamespace(store.Namespace))).To(Succeed())
	return slices.DeleteFunc(found.Items, func(e eventsv1.Event) bool { return e.Regarding.UID != store.UID })
}

func describe(object client.Object) string {
	gvk, err := admin.GroupVersionKindFor(object)
	Expect(err).NotTo(HaveOccurred())
	return gvk.Kind + " " + object.GetName()
}

func decode(data []byte) []*unstructured.Unstructured {
	GinkgoHelper()
	var out []*unstructured.Unstructured
	decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	for {
		content := map[string]any{}
		err := decoder.Decode(&content)
		if errors.Is(err, io.EOF) {
			return out
		}
		Expect(err).NotTo(HaveOccurred())
		if len(content) > 0 {
			out = append(out, &unstructured.Unstructured{Object: maps.Clone(content)})
		}
	}
}
