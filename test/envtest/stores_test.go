package envtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/labels"
)

// namespace makes one for the test. Nothing empties it: there are no controllers that would.
func namespace(ctx context.Context) string {
	GinkgoHelper()
	made := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	Expect(admin.Create(ctx, made)).To(Succeed())
	return made.Name
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

// kinds of objects that a store has.
func kinds() []client.ObjectList {
	return []client.ObjectList{
		&corev1.PersistentVolumeClaimList{}, &corev1.ServiceAccountList{}, &corev1.ConfigMapList{}, &corev1.ServiceList{},
		&appsv1.StatefulSetList{}, &policyv1.PodDisruptionBudgetList{}, &corev1.PodList{},
	}
}

// children lists what carries the labels of a store.
func children(ctx context.Context, store *v1alpha1.ZotArtifactStore) []client.Object {
	GinkgoHelper()
	var out []client.Object
	for _, list := range kinds() {
		Expect(admin.List(ctx, list, client.InNamespace(store.Namespace), client.MatchingLabels{labels.Store: store.Name})).To(Succeed())
		Expect(meta.EachListItem(list, collect(&out))).To(Succeed())
	}
	return out
}

// versions gives the resource version of everything in the store's namespace, the store and its events included.
func versions(ctx context.Context, store *v1alpha1.ZotArtifactStore) map[string]string {
	GinkgoHelper()
	var objects []client.Object
	for _, list := range append(kinds(), &v1alpha1.ZotArtifactStoreList{}, &eventsv1.EventList{}) {
		Expect(admin.List(ctx, list, client.InNamespace(store.Namespace))).To(Succeed())
		Expect(meta.EachListItem(list, collect(&objects))).To(Succeed())
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
	list := &eventsv1.EventList{}
	Expect(admin.List(ctx, list, client.InNamespace(store.Namespace))).To(Succeed())
	return slices.DeleteFunc(list.Items, func(e eventsv1.Event) bool { return e.Regarding.UID != store.UID })
}

func collect(into *[]client.Object) func(item runtime.Object) error {
	return func(item runtime.Object) error {
		object, ok := item.(client.Object)
		if !ok {
			return fmt.Errorf("%T is no object", item)
		}
		*into = append(*into, object)
		return nil
	}
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
