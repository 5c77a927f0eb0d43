package envtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

// foreign is the key of a label and an annotation of somebody else on an object of ours.
const foreign = "example.com/foreign"

// exempt are leaves that nobody can spoil, or that the operator must not put right: expressions for their whole names. A leaf that
// cannot be tried and is not here fails the test, and so does a line here that no leaf needs.
var exempt = map[string]string{
	`ConfigMap\.data\.boot\.json`: "immutable: a change of it is another object",
	`ConfigMap\.immutable`:        "immutable, and so is that it is",

	`StatefulSet\.spec\.(selector|serviceName|podManagementPolicy)`:                 "immutable",
	`StatefulSet\.spec\.template\.metadata\.labels\.(app|artifacts\.zot\.io/store)`: "the selector, which is immutable, asks for it",
	`StatefulSet\.spec\.template\.spec\.volumes\[name="[a-z0-9-]+"\](\.emptyDir)?`:  "a container mounts it, and it has no field to change",

	`StatefulSet\.spec\.template\.spec\.(initC|c)ontainers\[name="[a-z-]+"\]\.env\[name="POD_NAME"\]\.valueFrom\.fieldRef`: "a value comes from one place",

	`Deployment\.spec\.selector`: "immutable",
	`Deployment\.spec\.template\.metadata\.labels\.(app\.kubernetes\.io/name|artifacts\.zot\.io/store)`: "the selector asks for it",

	`Deployment\.spec\.template\.spec\.volumes\[name="[a-z0-9-]+"\](\.emptyDir)?`: "a container mounts it, and it has no field to change",

	`Deployment\.spec\.template\.spec\.containers\[name="s3-gateway"\]`: "a pod has a container",
	`Deployment\.spec\.strategy\.type`:                                  filledIn,

	`Service\.spec\.ports\[port=\d+,protocol="TCP"\]`:                         "a Service has a port",
	`Service\.spec\.loadBalancerClass`:                                        "Kubernetes lets nobody change it",
	`NetworkPolicy\.spec\.policyTypes`:                                        "the API server fills in the same",
	`Route\.spec\.(to\.kind|wildcardPolicy)`:                                  "the API server takes one value",
	`PersistentVolumeClaim\.spec\..*`:                                         "only what is asked for can grow, and what has grown is kept",
	`PersistentVolumeClaim\.metadata\.labels\.app\.kubernetes\.io/managed-by`: byHand,
	`PersistentVolumeClaim\.metadata\.labels\.artifacts\.zot\.io/store`:       byHand,
}

// exemption gives the expression for a leaf and why it is exempt.
func exemption(leaf string) (expression, why string) {
	for expression, why := range exempt {
		if regexp.MustCompile("^" + expression + "$").MatchString(leaf) {
			return expression, why
		}
	}
	return "", ""
}

// byHand is why two labels of a claim are let alone. A claim has no owner reference, as data outlives its store.
const byHand = "these labels say whose the claim is: who changes them takes it away, and the condition says so"

// filledIn is why the strategy of a gateway with a volume is let alone. An apply cannot take away what nobody owns: the condition says
// ApplyFailed, in the API server's words, until somebody removes it.
const filledIn = "where it is another one Kubernetes fills in rollingUpdate, which nobody owns and which forbids Recreate"

var _ = Describe("Contract 4: drift", Label("drift"), func() {
	var stores []*v1alpha1.ZotArtifactStore

	BeforeEach(func(ctx SpecContext) {
		installRoutes()
		installGateways("httproutes", "backendtlspolicies")
		installCertificates()
		installServiceMonitors()
		start(options{})
		stores = fixtureStores(ctx, namespace(ctx))
	})

	It("is put right in every leaf of every object of every fixture, deleted objects come back, and what is others' stays as it is", func(ctx SpecContext) {
		t := &trial{tried: map[string]bool{}, skipped: map[string]string{}}
		began := time.Now()
		for _, store := range stores {
			for _, object := range written(ctx, store) {
				t.object(ctx, store, object)
			}
		}
		AddReportEntry("drift", fmt.Sprintf("%d leaves of %d stores changed and removed, %d writes put right in %s",
			len(t.tried), len(stores), t.mended, time.Since(began).Round(time.Second)), ReportEntryVisibilityAlways)
		Expect(t.failed).To(BeEmpty(), "these leaves were not put right")
		unused, unknown := maps.Clone(exempt), map[string]string{}
		for leaf, why := range t.skipped {
			expression, _ := exemption(leaf)
			if expression == "" {
				unknown[leaf] = why
			}
			delete(unused, expression)
		}
		Expect(unknown).To(BeEmpty(), "leaves that cannot be tried; say in `exempt` why that is as it should be")
		Expect(unused).To(BeEmpty(), "no leaf needs this exemption any more")

		By("deleting one object of each name that there is")
		deleted := map[string]bool{}
		for _, store := range stores {
			for _, object := range written(ctx, store) {
				kind := object.GetKind() + generatedName.ReplaceAllString(strings.TrimPrefix(object.GetName(), store.Name), "-<hash>")
				if !deleted[kind] {
					deleted[kind] = true
					again(ctx, store, object)
				}
			}
		}
		AddReportEntry("drift", fmt.Sprintf("deleted and made again: %v", slices.Sorted(maps.Keys(deleted))), ReportEntryVisibilityAlways)
	})
})

// generatedName is the end of a config map's name.
var generatedName = regexp.MustCompile(`-[0-9a-f]{10}$`)

// again deletes an object and waits for its successor. A claim goes only when the pod that mounts it has gone, and no new pod
// mounts it, as the test gives pods a node only when it wants to.
func again(ctx context.Context, store *v1alpha1.ZotArtifactStore, object *unstructured.Unstructured) {
	GinkgoHelper()
	Expect(admin.Delete(ctx, object)).To(Succeed())
	if object.GetKind() == "PersistentVolumeClaim" {
		for _, pod := range (cluster{NewGomega(Fail)}).pods(ctx, store) {
			Expect(client.IgnoreNotFound(admin.Delete(ctx, &pod, client.GracePeriodSeconds(0)))).To(Succeed())
		}
	}
	Eventually(func(g Gomega) {
		live := &unstructured.Unstructured{}
		live.SetGroupVersionKind(object.GroupVersionKind())
		g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(object), live)).To(Succeed())
		g.Expect(live.GetUID()).NotTo(Equal(object.GetUID()))
		g.Expect(live.GetDeletionTimestamp()).To(BeNil())
	}).WithContext(ctx).WithPolling(10*time.Millisecond).Should(Succeed(), "%s of store %s", describe(object), store.Name)
}

// fixtureStores makes the store of every fixture, and waits until the operator has done what it can for them.
func fixtureStores(ctx context.Context, namespace string) []*v1alpha1.ZotArtifactStore {
	GinkgoHelper()
	var out []*v1alpha1.ZotArtifactStore
	names := map[string]bool{}
	for _, c := range fixtures.All(GinkgoTB()) {
		store := &v1alpha1.ZotArtifactStore{Spec: c.Store.Spec}
		store.Namespace, store.Name = namespace, c.Store.Name
		if names[store.Name] {
			store.Name = c.Name
		}
		names[store.Name] = true
		create(ctx, store)
		out = append(out, store)
	}
	Eventually(func(g Gomega) {
		now := requests.mark()
		for _, store := range out {
			cluster{g}.settle(ctx, store)
			g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
			g.Expect(store.Status.Conditions).NotTo(BeEmpty(), store.Name)
		}
		g.Consistently(func() []request { return requests.operator(now, acting) }, 2*time.Second).Should(BeEmpty())
	}, 2*time.Minute).WithContext(ctx).Should(Succeed())
	return out
}

// written are the objects of a store that the operator writes.
func written(ctx context.Context, store *v1alpha1.ZotArtifactStore) []*unstructured.Unstructured {
	GinkgoHelper()
	var out []*unstructured.Unstructured
	for _, object := range children(ctx, store) {
		if applied(object) {
			out = append(out, object)
		}
	}
	return out
}

// applied is true for an object that the operator keeps as it is to be. What it makes once and never looks at again is not.
func applied(object client.Object) bool {
	return slices.ContainsFunc(object.GetManagedFields(), func(entry metav1.ManagedFieldsEntry) bool {
		return mine(entry.Manager) && entry.Operation == metav1.ManagedFieldsOperationApply
	})
}

// generic reads an object as it is stored.
func generic(ctx context.Context, object client.Object) *unstructured.Unstructured {
	GinkgoHelper()
	gvk, err := admin.GroupVersionKindFor(object)
	Expect(err).NotTo(HaveOccurred())
	out := &unstructured.Unstructured{}
	out.SetGroupVersionKind(gvk)
	Expect(admin.Get(ctx, client.ObjectKeyFromObject(object), out)).To(Succeed())
	return out
}

// trial changes and removes leaves, one at a time, each once over all stores.
type trial struct {
	tried   map[string]bool
	skipped map[string]string
	failed  []string
	mended  int
}

// object tries every leaf of an object that no object of its kind had before.
func (t *trial) object(ctx context.Context, store *v1alpha1.ZotArtifactStore, object *unstructured.Unstructured) {
	GinkgoHelper()
	fresh := false
	for path := range owned(object).All() {
		fresh = fresh || !t.tried[leafName(object.GetKind(), path)]
	}
	if !fresh {
		return
	}
	mark := object.DeepCopy()
	mark.SetLabels(with(mark.GetLabels(), foreign, "kept"))
	mark.SetAnnotations(with(mark.GetAnnotations(), foreign, "kept"))
	Expect(admin.Patch(ctx, mark, client.MergeFrom(object), elsewhere)).To(Succeed())
	object = mark
	for path := range owned(object).All() {
		leaf := leafName(object.GetKind(), path)
		if t.tried[leaf] {
			continue
		}
		t.tried[leaf] = true
		if _, why := exemption(leaf); why == byHand || why == filledIn {
			t.skipped[leaf] = why
			continue
		}
		if isKey(path) {
			continue // Another value is another item of the list, and that this one is gone is tried as such.
		}
		why, taken := "", false
		for _, how := range ways(object.Object, path) {
			refusal, ok := t.leaf(ctx, object, path, how)
			taken = taken || ok
			if refusal != "" {
				why = refusal
			}
		}
		if !taken {
			t.skipped[leaf] = why
		}
	}
	after := generic(ctx, object)
	Expect(after.GetUID()).To(Equal(object.GetUID()), "%s of store %s was made anew", describe(object), store.Name)
	Expect(after.GetLabels()).To(HaveKeyWithValue(foreign, "kept"), describe(object))
	Expect(after.GetAnnotations()).To(HaveKeyWithValue(foreign, "kept"), describe(object))
}

func with(set map[string]string, key, value string) map[string]string {
	out := maps.Clone(set)
	if out == nil {
		out = map[string]string{}
	}
	out[key] = value
	return out
}

// way is one to spoil a leaf: by the first of the values that the API server takes, or by removing it.
type way struct {
	values []any
	remove bool
}

func ways(content any, path fieldpath.Path) []way {
	var out []way
	if path[len(path)-1].Key == nil || whole(path) {
		at, _ := find(content, path)
		out = append(out, way{values: others(at)})
	}
	return append(out, way{remove: true, values: []any{nil}})
}

// whole is true for an item of a list that has one owner as a whole.
func whole(path fieldpath.Path) bool {
	return len(path) > 1 && path[len(path)-2].FieldName != nil && *path[len(path)-2].FieldName == "ownerReferences"
}

// leaf spoils a leaf and waits until it is as it was. It gives why that cannot be done, if the API server refuses every way.
func (t *trial) leaf(ctx context.Context, object *unstructured.Unstructured, path fieldpath.Path, how way) (refusal string, taken bool) {
	GinkgoHelper()
	want, found := find(object.Object, path)
	Expect(found).To(BeTrue(), "%s owns %s and has it not", describe(object), path)
	for _, other := range how.values {
		spoiled, err := spoil(ctx, object, func(content any) {
			edit(content, path, func(any) (any, bool) { return other, !how.remove })
		})
		var status apierrors.APIStatus
		if errors.As(err, &status) && !apierrors.IsConflict(err) {
			refusal = err.Error()
			continue
		}
		Expect(err).NotTo(HaveOccurred())
		if at, ok := find(spoiled.Object, path); ok && equality.Semantic.DeepEqual(at, want) {
			refusal = "the API server fills in the same"
			continue
		}
		if t.back(ctx, object, path, want) {
			t.mended++
			return "", true
		}
		t.failed = append(t.failed, fmt.Sprintf("%s %s: %v in place of %v", describe(object), path, other, want))
		Expect(restore(ctx, object)).To(Succeed(), describe(object))
		return "", true
	}
	return refusal, false
}

// spoil writes a changed object as another manager does, and gives what is stored then.
func spoil(ctx context.Context, object *unstructured.Unstructured, how func(content any)) (*unstructured.Unstructured, error) {
	for {
		live := generic(ctx, object)
		how(live.Object)
		err := admin.Update(ctx, live, elsewhere)
		if !apierrors.IsConflict(err) {
			return live, err
		}
	}
}

// restore does in the operator's place what it has not done, for the next leaf.
func restore(ctx context.Context, object *unstructured.Unstructured) error {
	for {
		before := object.DeepCopy()
		before.SetResourceVersion(generic(ctx, object).GetResourceVersion())
		if err := admin.Update(ctx, before, elsewhere); !apierrors.IsConflict(err) {
			return err
		}
	}
}

// back waits until the leaf has its value again.
func (t *trial) back(ctx context.Context, object *unstructured.Unstructured, path fieldpath.Path, want any) bool {
	deadline := time.Now().Add(2 * time.Second)
	for time.Now().Before(deadline) {
		live := &unstructured.Unstructured{}
		live.SetGroupVersionKind(object.GroupVersionKind())
		if err := admin.Get(ctx, client.ObjectKeyFromObject(object), live); err == nil {
			if at, ok := find(live.Object, path); ok && equality.Semantic.DeepEqual(at, want) {
				return true
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	return false
}
