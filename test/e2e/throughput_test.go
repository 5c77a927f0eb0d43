package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/pkg/names"
)

// The image that goes both ways: 1 GiB in 64 layers.
const (
	throughputLayers    = 64
	throughputLayerSize = 16 << 20
	throughputTimeout   = 20 * time.Minute
)

// What the operator makes must be as fast as the same zot without it: both are measured on the same server, one after the other, by a
// client in the cluster.
var _ = Describe("1 GiB in 64 layers", Label("figures"), func() {
	for _, backend := range backends {
		It("goes to "+backend.name+" and back as fast as with a zot that is set up by hand", func(ctx SpecContext) {
			needServers("the client")
			namespace := newNamespace(ctx, "throughput")
			store := newStore(namespace, "store")
			backend.prepare(ctx, store)
			storage, environment := backend.byHand(namespace)
			byHand(ctx, namespace, storage, environment)
			Expect(env.client.Create(ctx, store)).To(Succeed())
			waitRunning(ctx, store)

			// Twice each, in turn: the first one of a pair finds a colder machine.
			var ours, theirs [2]passage
			for i := range ours {
				theirs[i] = travel(ctx, namespace, "by-hand", i)
				ours[i] = travel(ctx, namespace, store.Name, i)
			}
			AddReportEntry("1 GiB in 64 layers, "+backend.name, fmt.Sprintf(
				"push %.1f s and pull %.1f s by hand, ratios of the operator's store %.2f and %.2f",
				best(theirs).push, best(theirs).pull, best(ours).push/best(theirs).push, best(ours).pull/best(theirs).pull),
				ReportEntryVisibilityAlways)
		}, NodeTimeout(throughputTimeout))
	}
})

// passage is how many seconds an image needed there and back.
type passage struct{ push, pull float64 }

// byHand starts a zot with that configuration and those variables of its environment.
func byHand(ctx context.Context, namespace string, storage map[string]any, environment map[string]string) {
	GinkgoHelper()
	config, err := json.Marshal(map[string]any{
		"distSpecVersion": "1.1.1", "storage": storage, "log": map[string]any{"level": "warn"},
		"http": map[string]any{"address": "0.0.0.0", "port": "8080", "readTimeout": "0s", "writeTimeout": "0s"},
	})
	Expect(err).NotTo(HaveOccurred())
	meta := metav1.ObjectMeta{Namespace: namespace, Name: "by-hand"}
	Expect(env.client.Create(ctx, &corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"config.json": string(config)}})).To(Succeed())
	Expect(env.client.Create(ctx, &corev1.Secret{ObjectMeta: meta, StringData: environment})).To(Succeed())
	deployServer(ctx, namespace, "by-hand")
}

// travel pushes a new image to a Service of the namespace and pulls it, from a pod.
func travel(ctx context.Context, namespace, service string, turn int) passage {
	GinkgoHelper()
	job := readJob(namespace, "roundtrip")
	job.Name = fmt.Sprintf("%s-%d", service, turn)
	job.Spec.Template.Spec.Containers[0].Args = []string{
		"roundtrip", "--insecure", fmt.Sprintf("--registry=%s:%d", names.Host(namespace, service), registryPort),
		fmt.Sprintf("--repository=throughput/turn-%d", turn),
		fmt.Sprintf("--layers=%d", throughputLayers), fmt.Sprintf("--layer-size=%d", throughputLayerSize),
	}
	printed := runJob(ctx, job)
	Expect(job.Status.Succeeded).To(Equal(int32(1)), printed)
	return passage{push: seconds(printed, pushedLine), pull: seconds(printed, pulledLine)}
}

var (
	pushedLine = regexp.MustCompile(`(?m)^pushed .*\(([0-9.]+) s\)`)
	pulledLine = regexp.MustCompile(`(?m)^pulled .*\(([0-9.]+) s,`)
)

func seconds(printed string, line *regexp.Regexp) float64 {
	GinkgoHelper()
	found := line.FindStringSubmatch(printed)
	Expect(found).To(HaveLen(2), printed)
	out, err := strconv.ParseFloat(found[1], 64)
	Expect(err).NotTo(HaveOccurred())
	return out
}

// best is the least of both ways: what disturbs a measurement only makes it longer.
func best(all [2]passage) passage {
	return passage{push: min(all[0].push, all[1].push), pull: min(all[0].pull, all[1].pull)}
}
