package e2e

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/test/e2e/forward"
	"github.com/zot-artifact-store/operator/test/e2e/registry"
)

const redisSecret = "redis-credentials"

// repositories are so many that each member of three owns some.
const repositories = 12

var _ = Describe("a store of several pods", Label("full"), func() {
	It("answers at each of them, and heals when one is killed", func(ctx SpecContext) {
		store := startMembers(ctx, newNamespace(ctx, "members"))
		var images []registry.Image
		for i := range repositories {
			images = append(images, push(ctx, store, repository(i), "v1"))
		}
		everywhere := func() {
			GinkgoHelper()
			for member := range 2 {
				Expect(atMember(ctx, store, member, func(address string) error {
					var errs []error
					for _, image := range images {
						errs = append(errs, registry.Pull(ctx, address, image))
					}
					return errors.Join(errs...)
				})).To(Succeed(), "member %d", member)
			}
		}
		everywhere()

		By("killing one")
		began := time.Now()
		victim := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: names.Pod(store.Name, 1)}}
		Expect(env.client.Get(ctx, client.ObjectKeyFromObject(victim), victim)).To(Succeed())
		Expect(env.client.Delete(ctx, victim.DeepCopy(), client.GracePeriodSeconds(0))).To(Succeed())
		Eventually(ctx, func(g Gomega, ctx context.Context) {
			now := &corev1.Pod{}
			g.Expect(env.client.Get(ctx, client.ObjectKeyFromObject(victim), now)).To(Succeed())
			g.Expect(now.UID).NotTo(Equal(victim.UID))
			g.Expect(podReady(now)).To(BeTrue(), describePods(ctx, store.Namespace))
		}).WithTimeout(changeTimeout).WithPolling(interval).Should(Succeed())
		AddReportEntry("pod killed, back after", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		waitRunning(ctx, store)
		everywhere()
	}, NodeTimeout(specTimeout))

	It("loses nothing that it has acknowledged on the way to another number, and no two numbers are there at once", func(ctx SpecContext) {
		store := startMembers(ctx, newNamespace(ctx, "rings"))
		seen := watchMembers(ctx, store)
		pushers := startPushers(ctx, store, 3)
		pushers.wait(ctx, 40)
		for _, replicas := range []int32{3, 2} {
			began := time.Now()
			change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Replicas = &replicas })
			waitRunning(ctx, store)
			Expect(pods(ctx, store)).To(HaveLen(int(replicas)))
			AddReportEntry(fmt.Sprintf("to %d pods, Running after", replicas), time.Since(began).Round(time.Second/10).String(),
				ReportEntryVisibilityAlways)
			pushers.wait(ctx, 40)
		}
		acknowledged, failed := pushers.end()
		walk := seen()
		Expect(walk.mixed).To(BeEmpty(), "pods of two numbers at once")
		Expect(walk.passages).To(Equal(2), "how often there was no pod")
		var lost []string
		for member := range 2 {
			Expect(atMember(ctx, store, member, func(address string) error {
				for tag, image := range acknowledged {
					found, err := registry.Client{}.Resolve(ctx, address, image.Repository, tag)
					if err != nil || found != image.Digest {
						lost = append(lost, fmt.Sprintf("%s:%s at member %d: %s (%v)", image.Repository, tag, member, found, err))
					}
				}
				return nil
			})).To(Succeed())
		}
		AddReportEntry("pushes during 2 -> 3 -> 2", fmt.Sprintf("%d acknowledged, %d failed, %d lost", len(acknowledged), failed, len(lost)),
			ReportEntryVisibilityAlways)
		Expect(lost).To(BeEmpty())
	}, NodeTimeout(specTimeout))

	It("takes a rotated credential one pod after the other, and goes on answering", func(ctx SpecContext) {
		store := startMembers(ctx, newNamespace(ctx, "turns"))
		var images []registry.Image
		for i := range repositories {
			images = append(images, push(ctx, store, repository(i), "v1"))
		}
		before := map[string]int32{}
		for _, pod := range pods(ctx, store) {
			before[pod.Name] = zotOf(&pod).RestartCount
		}
		seen := watchMembers(ctx, store)
		pullers := startPullers(ctx, store, images)
		began := time.Now()
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: redisSecret}}
		Expect(env.client.Get(ctx, client.ObjectKeyFromObject(secret), secret)).To(Succeed())
		putSecret(ctx, secret, redisUser("second"))
		Eventually(ctx, func(g Gomega, ctx context.Context) {
			for _, pod := range pods(ctx, store) {
				g.Expect(zotOf(&pod)).To(And(HaveField("RestartCount", before[pod.Name]+1), HaveField("Ready", true)),
					describePods(ctx, store.Namespace))
			}
		}).WithTimeout(2 * changeTimeout).WithPolling(interval).Should(Succeed())
		AddReportEntry("Secret rotated, both zots back after", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		waitRunning(ctx, store)
		pulled, failures, silent := pullers.end()
		walk := seen()
		AddReportEntry("pulls during the rotation", fmt.Sprintf("%d came, %d did not while their owner was away, %d times no pod answered",
			pulled, len(failures), silent), ReportEntryVisibilityAlways)
		AddReportEntry("failed pulls", strings.Join(failures, "\n"))
		Expect(walk.down).To(BeNumerically("<=", 1), "zots that were down at once")
		Expect(silent).To(BeZero(), "no pod answered")
		for _, image := range images {
			pull(ctx, store, image)
		}
	}, NodeTimeout(specTimeout))
})

func repository(i int) string { return fmt.Sprintf("shared/app%d", i) }

// startMembers starts a store of two pods on an object store and a redis of its own.
func startMembers(ctx context.Context, namespace string) *v1alpha1.ZotArtifactStore {
	GinkgoHelper()
	if !env.zot {
		Skip("several pods are zot's own cluster mode, which the stand-in does not have: give ZOT_BIN")
	}
	needServers("the S3 server, or that of redis,")
	deployServer(ctx, namespace, "redis")
	store := s3Store(namespace)
	prepareS3(ctx, store)
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: redisSecret}, StringData: redisUser("first"),
	}
	Expect(env.client.Create(ctx, secret)).To(Succeed())
	store.Spec.Storage.Size = nil
	store.Spec.Replicas = new(int32(2))
	store.Spec.Storage.Cache = &v1alpha1.CacheSpec{Type: v1alpha1.CacheRedis, Redis: &v1alpha1.RedisCacheSpec{
		Address: "redis." + namespace + ".svc:6379", CredentialsSecret: secret.Name,
	}}
	Expect(env.client.Create(ctx, store)).To(Succeed())
	waitRunning(ctx, store)
	return store
}

// redisUser is one of the users in testdata/redis.yaml.
func redisUser(name string) map[string]string {
	return map[string]string{"username": name, "password": name + "-password"}
}

// atMember opens a way to one pod of the store by its own Service.
func atMember(ctx context.Context, store *v1alpha1.ZotArtifactStore, member int, do func(address string) error) error {
	tunnel, err := forward.Service(ctx, env.config, store.Namespace, names.Member(store.Name, member), registryPort)
	if err != nil {
		return fmt.Errorf("reach member %d: %w", member, err)
	}
	defer tunnel.Close()
	return do(tunnel.Address)
}
