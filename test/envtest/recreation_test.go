package envtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

const (
	// racing is how many stores are deleted and made again at the same time, laps how often each is.
	racing, laps = 4, 12
	// firstPort is the port of the first incarnation; each has its own, so that a status tells of which it is.
	firstPort = 20000
)

var _ = Describe("Contract 7: recreation", Label("recreation"), func() {
	It("brings no news of a deleted store to its successor, and leaves no child of the old one behind", func(ctx SpecContext) {
		start(options{})
		in := namespace(ctx)
		news := watchStores(ctx, in)
		var wait sync.WaitGroup
		for racer := range racing {
			wait.Add(1)
			go func() {
				defer GinkgoRecover()
				defer wait.Done()
				race(ctx, in, racer)
			}()
		}
		wait.Wait()

		By("waiting for the last of each")
		for racer := range racing {
			store := filesystemStore(in, racerName(racer))
			Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), store)).To(Succeed())
			Eventually(func(g Gomega) {
				cluster{g}.settle(ctx, store)
				g.Expect(condition(ctx, store, v1alpha1.ConditionReady).Status).To(Equal(metav1.ConditionTrue))
				for _, child := range children(ctx, store) {
					if owner := metav1.GetControllerOf(child); owner != nil && owner.Kind == v1alpha1.GroupKind.Kind {
						g.Expect(owner.UID).To(Equal(store.UID), describe(child))
					}
				}
			}, time.Minute).WithContext(ctx).Should(Succeed())
		}
		seen := map[string]bool{}
		for _, store := range news.stop() {
			seen[string(store.UID)] = true
			endpoint := store.Status.ServiceEndpoint
			own := fmt.Sprintf(":%d", *store.Spec.HTTP.Port)
			Expect(endpoint == "" || strings.HasSuffix(endpoint, own)).To(BeTrue(),
				"the status of store %s of port %s says %s", store.Name, own, endpoint)
			for _, c := range store.Status.Conditions {
				Expect(c.LastTransitionTime.Time).NotTo(BeTemporally("<", store.CreationTimestamp.Time),
					"%s of store %s changed before the store was made", c.Type, store.Name)
			}
		}
		Expect(seen).To(HaveLen(racing * laps))
	})
})

func racerName(racer int) string { return fmt.Sprintf("racer-%d", racer) }

// race makes and deletes a store, time and again, at moments of which none is like the other. The last one stays.
func race(ctx context.Context, namespace string, racer int) {
	for lap := range laps {
		store := filesystemStore(namespace, racerName(racer))
		store.Spec.HTTP = &v1alpha1.HTTPSpec{Port: new(int32(firstPort + racer*laps + lap))} // #nosec G115 -- small numbers
		Eventually(func() error { return admin.Create(ctx, store) }).WithContext(ctx).WithPolling(2 * time.Millisecond).Should(Succeed())
		if lap == laps-1 {
			return
		}
		pause := time.Duration(rand.IntN(500)) * time.Millisecond // #nosec G404 -- no secret
		for end := time.Now().Add(pause); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			cluster{NewGomega(func(message string, _ ...int) { GinkgoWriter.Println(message) })}.settle(ctx, store)
		}
		how := []metav1.DeletionPropagation{metav1.DeletePropagationBackground, metav1.DeletePropagationForeground}[lap%2]
		Expect(admin.Delete(ctx, store, client.PropagationPolicy(how))).To(Succeed())
		if how == metav1.DeletePropagationForeground { // It waits for the pod, and that for its node.
			Eventually(func(g Gomega) {
				cluster{g}.end(ctx, store)
				g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(store), &v1alpha1.ZotArtifactStore{})).
					To(MatchError(apierrors.IsNotFound, "IsNotFound"))
			}).WithContext(ctx).WithPolling(20 * time.Millisecond).Should(Succeed())
		}
	}
}

// storeWatch collects every state of every store of a namespace.
type storeWatch struct {
	mutex  sync.Mutex
	states []*v1alpha1.ZotArtifactStore
	end    context.CancelFunc
	ended  chan struct{}
}

func watchStores(ctx context.Context, namespace string) *storeWatch {
	GinkgoHelper()
	ctx, cancel := context.WithCancel(ctx)
	w := &storeWatch{end: cancel, ended: make(chan struct{})}
	events, err := watcher().Watch(ctx, &v1alpha1.ZotArtifactStoreList{}, client.InNamespace(namespace))
	Expect(err).NotTo(HaveOccurred())
	go func() {
		defer close(w.ended)
		for event := range events.ResultChan() {
			if store, ok := event.Object.(*v1alpha1.ZotArtifactStore); ok {
				w.mutex.Lock()
				w.states = append(w.states, store)
				w.mutex.Unlock()
			}
		}
	}()
	DeferCleanup(func() { w.stop() })
	return w
}

// stop gives what was seen.
func (w *storeWatch) stop() []*v1alpha1.ZotArtifactStore {
	w.end()
	<-w.ended
	return w.states
}

func watcher() client.WithWatch {
	GinkgoHelper()
	out, err := client.NewWithWatch(adminConfig, client.Options{Scheme: admin.Scheme()})
	Expect(err).NotTo(HaveOccurred())
	return out
}
