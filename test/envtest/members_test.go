package envtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/labels"
	"github.com/zot-artifact-store/operator/pkg/names"
)

var _ = Describe("Several pods", func() {
	It("come and go by way of none: no two of different numbers are ever there at once", func(ctx SpecContext) {
		start(options{})
		store := sharedStore(namespace(ctx), "shared", 1)
		create(ctx, store)
		ready(ctx, store)
		seen := watchRings(ctx, store)

		for _, replicas := range []int32{2, 3, 1, 4, 2} {
			By(fmt.Sprintf("scaling to %d", replicas))
			scaleTo(ctx, store, replicas)
			Eventually(func() string { return condition(ctx, store, v1alpha1.ConditionWorkloadReady).Reason }).
				Should(Equal(v1alpha1.ReasonResizing))
			ready(ctx, store)
			Expect(store.Status.ReadyReplicas).To(HaveValue(Equal(replicas)))
			Expect(cluster{NewGomega(Fail)}.pods(ctx, store)).To(HaveLen(int(replicas)))
			Eventually(func() []string { return memberServices(ctx, store) }).Should(HaveLen(map[bool]int{true: int(replicas)}[replicas > 1]))
		}

		mixed, passages := seen()
		Expect(mixed).To(BeEmpty())
		Expect(passages).To(Equal(5), "how often there was no pod")
	})

	It("change their mind on the way", func(ctx SpecContext) {
		start(options{})
		store := sharedStore(namespace(ctx), "wavering", 2)
		create(ctx, store)
		ready(ctx, store)
		seen := watchRings(ctx, store)

		scaleTo(ctx, store, 3)
		Eventually(func() int32 { return *workload(ctx, store).Spec.Replicas }).Should(BeZero())
		scaleTo(ctx, store, 4)
		// One is gone, the other not yet.
		Eventually(func(g Gomega) {
			for _, pod := range (cluster{g}).pods(ctx, store) {
				g.Expect(pod.DeletionTimestamp).NotTo(BeNil())
			}
		}).Should(Succeed())
		Consistently(func() int32 { return *workload(ctx, store).Spec.Replicas }, "1s").Should(BeZero())
		ready(ctx, store)
		Expect(cluster{NewGomega(Fail)}.pods(ctx, store)).To(HaveLen(4))
		mixed, _ := seen()
		Expect(mixed).To(BeEmpty())
	})

	It("are replaced one by one where their number stays", func(ctx SpecContext) {
		start(options{})
		store := sharedStore(namespace(ctx), "rolling", 3)
		create(ctx, store)
		ready(ctx, store)
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Log = &v1alpha1.LogSpec{Level: "debug"} })
		Eventually(func(g Gomega) {
			leaving, there := 0, (cluster{g}).pods(ctx, store)
			for i := range there {
				if there[i].DeletionTimestamp != nil {
					leaving++
				}
			}
			g.Expect(leaving).To(Equal(1))
		}).Should(Succeed())
		Expect(*workload(ctx, store).Spec.Replicas).To(Equal(int32(3)))
		ready(ctx, store)
	})
})

// sharedStore is fit for several pods.
func sharedStore(namespace, name string, replicas int32) *v1alpha1.ZotArtifactStore {
	store := filesystemStore(namespace, name)
	store.Spec.Replicas = &replicas
	store.Spec.Storage = &v1alpha1.StorageSpec{
		Type: v1alpha1.StorageS3,
		S3:   &v1alpha1.S3StorageSpec{Region: "eu-west-1", Bucket: "artifacts-" + namespace},
		Cache: &v1alpha1.CacheSpec{
			Type: v1alpha1.CacheRedis, Redis: &v1alpha1.RedisCacheSpec{Address: "redis.example.svc:6379"},
		},
	}
	return store
}

// scaleTo does what `kubectl scale` does.
func scaleTo(ctx context.Context, store *v1alpha1.ZotArtifactStore, replicas int32) {
	GinkgoHelper()
	Eventually(func() error {
		scale := &autoscalingv1.Scale{}
		if err := admin.SubResource("scale").Get(ctx, store, scale); err != nil {
			return err
		}
		scale.Spec.Replicas = replicas
		return admin.SubResource("scale").Update(ctx, store, client.WithSubResourceBody(scale))
	}).Should(Succeed())
}

func memberServices(ctx context.Context, store *v1alpha1.ZotArtifactStore) []string {
	GinkgoHelper()
	list := &corev1.ServiceList{}
	Expect(admin.List(ctx, list, client.InNamespace(store.Namespace), client.MatchingLabels{labels.Store: store.Name})).To(Succeed())
	var out []string
	for i := range list.Items {
		if strings.HasPrefix(list.Items[i].Name, strings.TrimSuffix(names.Member(store.Name, 0), "0")) {
			out = append(out, list.Items[i].Name)
		}
	}
	return out
}

// watchRings follows the store's pods from now on, event by event. What it gives ends the watch, and tells when pods of two rings were
// there at once, and how often there was none.
func watchRings(ctx context.Context, store *v1alpha1.ZotArtifactStore) func() (mixed []string, passages int) {
	GinkgoHelper()
	c := watcher()
	mine := []client.ListOption{client.InNamespace(store.Namespace), client.MatchingLabels(labels.Selector(store.Name))}
	first := &corev1.PodList{}
	Expect(c.List(ctx, first, mine...)).To(Succeed())
	there := map[string]string{}
	for i := range first.Items {
		there[first.Items[i].Name] = first.Items[i].Annotations[labels.Ring]
	}
	events, err := c.Watch(ctx, &corev1.PodList{}, append(mine, &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: first.ResourceVersion}})...)
	Expect(err).NotTo(HaveOccurred())
	var mixed []string
	passages := 0
	var following sync.WaitGroup
	var stopped atomic.Bool
	following.Go(func() {
		for event := range events.ResultChan() {
			pod, ok := event.Object.(*corev1.Pod)
			if !ok {
				if !stopped.Load() {
					mixed = append(mixed, fmt.Sprintf("the watch has ended: %+v", event.Object))
				}
				return
			}
			if event.Type == watch.Deleted {
				delete(there, pod.Name)
				if len(there) == 0 {
					passages++
				}
			} else {
				there[pod.Name] = pod.Annotations[labels.Ring]
			}
			var rings []string
			for _, ring := range there {
				rings = append(rings, ring)
			}
			slices.Sort(rings)
			if rings = slices.Compact(rings); len(rings) > 1 {
				mixed = append(mixed, fmt.Sprintf("%s %s: %v", event.Type, pod.Name, there))
			}
		}
	})
	return func() ([]string, int) {
		stopped.Store(true)
		events.Stop()
		following.Wait()
		return mixed, passages
	}
}
