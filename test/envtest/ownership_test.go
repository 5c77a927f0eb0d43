package envtest

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/zot-artifact-store/operator/pkg/labels"
)

// ours are the field managers of the controllers. None of ours has a name that is not here, and no name of another begins so.
var ours = []string{"zot-storage", "zot-extensions", "zot-networking", "zot-workload", "zot-readiness"}

var _ = Describe("Contract 2: ownership of fields", Label("ownership"), func() {
	It("is disjoint: no field has two of our managers, and none owns anything but the status of the store", func(ctx SpecContext) {
		start(options{})
		store := filesystemStore(namespace(ctx), "owned")
		create(ctx, store)
		ready(ctx, store)

		Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
		for _, entry := range store.ManagedFields {
			if mine(entry.Manager) {
				Expect(entry.Subresource).To(Equal("status"), "%s owns %s of the store", entry.Manager, entry.FieldsV1)
				leaves(entry).Iterate(func(path fieldpath.Path) {
					Expect(path.String()).To(HavePrefix(".status."), "%s owns it", entry.Manager)
				})
			}
		}
		disjoint(store)

		found := children(ctx, store)
		Expect(found).To(HaveLen(9), "claim, account, two config maps, Service, NetworkPolicy, StatefulSet, budget and pod")
		for _, child := range found {
			disjoint(child)
			if !strings.HasSuffix(child.GetName(), "-0") { // The pod is the StatefulSet's.
				Expect(managers(child)).To(ConsistOf("zot-"+child.GetLabels()[labels.Component]), describe(child))
			}
		}
		Expect(managers(store)).To(ConsistOf("zot-readiness"))
	})
})

func mine(manager string) bool { return strings.HasPrefix(manager, "zot-") }

// managers gives those of ours that own something of the object.
func managers(object client.Object) []string {
	var out []string
	for _, entry := range object.GetManagedFields() {
		if mine(entry.Manager) {
			out = append(out, entry.Manager)
		}
	}
	return out
}

// disjoint compares every two of our managers.
func disjoint(object client.Object) {
	GinkgoHelper()
	owned := map[string]*fieldpath.Set{}
	for _, entry := range object.GetManagedFields() {
		if !mine(entry.Manager) {
			continue
		}
		Expect(ours).To(ContainElement(entry.Manager), "an unknown manager of ours on "+describe(object))
		Expect(entry.Operation).To(Equal(metav1.ManagedFieldsOperationApply), "%s on %s", entry.Manager, describe(object))
		fields := leaves(entry)
		for other, theirs := range owned {
			both := fields.Intersection(theirs)
			Expect(both.Empty()).To(BeTrue(), "%s and %s both own of %s: %s", entry.Manager, other, describe(object), both)
		}
		owned[entry.Manager] = fields
	}
}

func leaves(entry metav1.ManagedFieldsEntry) *fieldpath.Set {
	GinkgoHelper()
	set := &fieldpath.Set{}
	Expect(set.FromJSON(entry.FieldsV1.GetRawReader())).To(Succeed())
	return set.Leaves()
}
