package envtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/google/go-cmp/cmp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// fuse lets a process write so many times. Then it is as if the process had been killed: nothing of it reaches the API server.
type fuse struct {
	left  atomic.Int64
	burnt chan struct{}
	next  http.RoundTripper
}

var errBurnt = errors.New("the test has cut this process off")

func newFuse(writes int64) *fuse {
	f := &fuse{burnt: make(chan struct{})}
	f.left.Store(writes)
	return f
}

func (f *fuse) wrap(next http.RoundTripper) http.RoundTripper {
	f.next = next
	return f
}

// RoundTrip passes a request on, as long as there are writes left. Events do not count: they are sent behind the controllers' back.
func (f *fuse) RoundTrip(request *http.Request) (*http.Response, error) {
	writes := request.Method != http.MethodGet && !strings.Contains(request.URL.Path, "/events")
	if writes && f.left.Add(-1) == -1 {
		close(f.burnt)
	}
	if f.left.Load() < 0 {
		return nil, errBurnt
	}
	return f.next.RoundTrip(request)
}

// interrupted is a store whose operator is cut off after so many writes.
type interrupted struct {
	store  *v1alpha1.ZotArtifactStore
	writes int64
	fuse   *fuse
	op     *operator
}

// many is more writes than any pass makes.
const many = 1 << 30

var _ = Describe("Contract 5: re-entrancy", Label("re-entrancy"), func() {
	It("leads to the same objects and the same status, after whichever write the operator was killed", func(ctx SpecContext) {
		By("letting an operator work undisturbed")
		model := &interrupted{store: filesystemStore(namespace(ctx), "cut"), fuse: newFuse(many)}
		model.run(ctx)
		create(ctx, model.store)
		ready(ctx, model.store)
		calm(ctx, model.store)
		created := many - model.fuse.left.Load()
		first := picture(ctx, model.store)
		model.fuse.left.Store(many)
		change(ctx, model.store, roll)
		ready(ctx, model.store)
		calm(ctx, model.store)
		changed := many - model.fuse.left.Load()
		second := picture(ctx, model.store)
		model.op.stop()

		for name, scenario := range map[string]struct {
			writes int64
			begin  func(*interrupted)
			want   map[string]any
		}{
			"creating a store": {created, func(i *interrupted) {
				i.fuse.left.Store(i.writes)
				create(ctx, i.store)
			}, first},
			"changing a store, so that its pod is replaced": {changed, func(i *interrupted) {
				create(ctx, i.store)
				ready(ctx, i.store)
				i.fuse.left.Store(i.writes)
				change(ctx, i.store, roll)
			}, second},
		} {
			By(fmt.Sprintf("%s: killing an operator after each of up to %d writes", name, scenario.writes))
			var all []*interrupted
			for writes := range scenario.writes {
				i := &interrupted{store: filesystemStore(namespace(ctx), "cut"), writes: writes, fuse: newFuse(many)}
				i.run(ctx)
				scenario.begin(i)
				all = append(all, i)
			}
			for _, i := range all {
				i.cut(ctx)
			}
			By("starting another one")
			op := start(options{})
			for _, i := range all {
				ready(ctx, i.store)
				same(ctx, i, scenario.want)
			}
			By("wiping every status")
			for _, i := range all {
				wipe(ctx, i.store)
			}
			for _, i := range all {
				ready(ctx, i.store)
				same(ctx, i, scenario.want)
			}
			op.stop()
			AddReportEntry("re-entrancy", fmt.Sprintf("%s: %d kills", name, len(all)), ReportEntryVisibilityAlways)
		}
	})
})

// roll is a change that needs other config maps, another Service and another pod.
func roll(spec *v1alpha1.ZotArtifactStoreSpec) {
	spec.Log = &v1alpha1.LogSpec{Level: "debug"}
	spec.HTTP = &v1alpha1.HTTPSpec{Port: new(int32(5000))}
}

// run starts the operator of the store.
func (i *interrupted) run(_ context.Context) {
	GinkgoHelper()
	i.op = start(options{namespaces: []string{i.store.Namespace}, transport: i.fuse.wrap})
}

// cut waits until the operator has been cut off, with the rest of the cluster at work, and ends it. An operator that does with
// fewer writes than the undisturbed one, as it happens to see several changes at once, is ended when it is done.
func (i *interrupted) cut(ctx context.Context) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		select {
		case <-i.fuse.burnt:
			return
		default:
		}
		cluster{g}.settle(ctx, i.store)
		g.Expect(condition(ctx, i.store, v1alpha1.ConditionReady).Status).To(BeEquivalentTo("True"))
		g.Expect(i.store.Status.ObservedGeneration).To(HaveValue(Equal(i.store.Generation)))
	}).WithContext(ctx).Should(Succeed())
	i.op.kill()
}

// same compares what the operator owns of a store with what it owns of the undisturbed one.
func same(ctx context.Context, i *interrupted, want map[string]any) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		cluster{g}.settle(ctx, i.store)
		g.Expect(cmp.Diff(want, picture(ctx, i.store))).To(BeEmpty())
	}).WithContext(ctx).Should(Succeed(), "killed after %d writes", i.writes)
}

// wipe takes the whole status away.
func wipe(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	Eventually(func() error {
		if err := admin.Get(ctx, client.ObjectKeyFromObject(store), store); err != nil {
			return err
		}
		store.Status = v1alpha1.ZotArtifactStoreStatus{}
		return admin.Status().Update(ctx, store, elsewhere)
	}).WithContext(ctx).Should(Succeed())
}

// picture is every leaf that the operator owns of a store and its objects, without what differs between two stores of one spec.
func picture(ctx context.Context, store *v1alpha1.ZotArtifactStore) map[string]any {
	GinkgoHelper()
	out := map[string]any{}
	for _, object := range append(children(ctx, store), generic(ctx, store)) {
		for path := range owned(object).All() {
			if path[len(path)-1].Key != nil && !whole(path) {
				continue // Its fields follow.
			}
			value, _ := find(object.Object, path)
			text := strings.ReplaceAll(fmt.Sprint(value), store.Namespace, "<namespace>")
			text = strings.ReplaceAll(text, string(store.UID), "<uid>")
			if strings.HasSuffix(path.String(), ".lastTransitionTime") || intent(path) {
				text = "<varies>"
			}
			out[describe(object)+" "+leafName("", path)] = text
		}
	}
	return out
}

// intent is true for the annotation with the hash of an intent, which has the owner's UID in it.
func intent(path fieldpath.Path) bool {
	return strings.HasSuffix(path.String(), "artifacts.zot.io/intent")
}
