package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/test/e2e/audit"
)

// idle is how long nothing is asked of the operator.
const idle = 2 * time.Minute

var _ = Describe("figures", Label("full"), func() {
	It("measures live changes of a store that nothing else stirs", func(ctx SpecContext) {
		store := newStore(newNamespace(ctx, "latency"), "store")
		store.Spec.AccessControl = everybodyMay("read", "create")
		Expect(env.client.Create(ctx, store)).To(Succeed())
		waitRunning(ctx, store)
		settle(ctx, store)
		before := lifeOf(ctx, store)

		var took []string
		for _, rights := range [][]v1alpha1.AccessAction{{"read"}, {"read", "create"}, {"read"}} {
			// The kubelet looks at each pod from time to time, and at once when something happens to it, as when it has just started.
			pause(ctx, 20*time.Second)
			began := time.Now()
			change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.AccessControl = everybodyMay(rights...) })
			waitUploads(ctx, store, len(rights) == 2)
			took = append(took, fmt.Sprintf("%.1f", time.Since(began).Seconds()))
			waitRunning(ctx, store)
		}
		AddReportEntry("access rule: seconds from apply to effect", fmt.Sprintf("%s (the kubelet looks every %s)",
			strings.Join(took, ", "), kubeletSync(ctx)), ReportEntryVisibilityAlways)
		Expect(lifeOf(ctx, store)).To(Equal(before), "a live change must not restart anything")
	}, NodeTimeout(2*specTimeout))

	It("counts the requests for a store, and weighs the operator and the agent", func(ctx SpecContext) {
		namespace := newNamespace(ctx, "figures")
		began := time.Now()
		store := startStore(ctx, namespace, "store")
		created := requests(began)
		AddReportEntry("create to Ready", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		settle(ctx, store)

		By("doing nothing for " + idle.String())
		began = time.Now()
		pause(ctx, idle)
		idled := requests(began)
		AddReportEntry("memory", memory(ctx, namespace), ReportEntryVisibilityAlways)

		By("restarting the operator")
		began = time.Now()
		restartOperator(ctx)
		pause(ctx, quiet)
		restarted := requests(began)

		if env.auditLog == "" {
			Skip("CLUSTER_AUDIT_LOG names no audit log: requests cannot be counted")
		}
		report("from create to Ready", created, namespace)
		report("idle for "+idle.String(), idled, namespace)
		report("after a restart", restarted, namespace)
		Expect(of(created, namespace)).NotTo(BeEmpty(), "the audit log knows no request of the operator")
		Expect(of(idled, namespace)).To(BeEmpty(), "an idle operator asks for nothing")
		Expect(audit.List(slices.DeleteFunc(of(restarted, namespace), func(r audit.Request) bool { return !r.Write() }))).
			To(BeEmpty(), "a restart writes nothing")
	}, NodeTimeout(2*specTimeout))
})

// pause lets time pass, in which the operator is watched by the apiserver.
func pause(ctx context.Context, duration time.Duration) {
	GinkgoHelper()
	select {
	case <-time.After(duration):
	case <-ctx.Done():
		Fail("interrupted")
	}
}

// requests reads what the operator has asked for since then.
func requests(since time.Time) []audit.Request {
	GinkgoHelper()
	if env.auditLog == "" {
		return nil
	}
	account := fmt.Sprintf("system:serviceaccount:%s:%s", operatorNamespace, operatorAccount)
	found, err := audit.File(env.auditLog, account, since, time.Now())
	Expect(err).NotTo(HaveOccurred())
	return found
}

// of gives the requests for objects of a namespace.
func of(requests []audit.Request, namespace string) []audit.Request {
	var out []audit.Request
	for _, request := range requests {
		if request.Namespace == namespace {
			out = append(out, request)
		}
	}
	return out
}

func report(title string, all []audit.Request, namespace string) {
	store := of(all, namespace)
	var leases, others []audit.Request
	for _, request := range all {
		switch {
		case request.Namespace == namespace:
		case request.Lease():
			leases = append(leases, request)
		default:
			others = append(others, request)
		}
	}
	text := audit.Table(
		audit.Row{Title: "for the store", Requests: store},
		audit.Row{Title: "leader election", Requests: leases},
		audit.Row{Title: "anything else", Requests: others})
	if len(store)+len(others) > 0 {
		text += "for the store:\n" + audit.List(store) + "\nanything else:\n" + audit.List(others)
	}
	AddReportEntry("requests of the operator, "+title, "\n"+text, ReportEntryVisibilityAlways)
}

// memory says what the kubelet has measured of the operator's and the store's containers.
func memory(ctx context.Context, namespace string) string {
	GinkgoHelper()
	var lines []string
	for _, pod := range slices.Concat(operatorPods(ctx), podsOf(ctx, namespace)) {
		raw, err := env.kubernetes.CoreV1().RESTClient().Get().
			AbsPath("/api/v1/nodes", pod.Spec.NodeName, "proxy/stats/summary").DoRaw(ctx)
		Expect(err).NotTo(HaveOccurred(), "ask the kubelet for figures")
		var summary struct {
			Pods []struct {
				PodRef     struct{ Name, Namespace string }
				Containers []struct {
					Name   string
					Memory struct{ RSSBytes, WorkingSetBytes uint64 }
				}
			}
		}
		Expect(json.Unmarshal(raw, &summary)).To(Succeed())
		for _, entry := range summary.Pods {
			if entry.PodRef.Name != pod.Name || entry.PodRef.Namespace != pod.Namespace {
				continue
			}
			for _, c := range entry.Containers {
				if slices.Contains([]string{managerContainer, handover.AgentContainer, handover.ZotContainer}, c.Name) {
					lines = append(lines, fmt.Sprintf("%-14s %6.1f MiB RSS, %6.1f MiB working set (pod %s)",
						c.Name, mebibytes(c.Memory.RSSBytes), mebibytes(c.Memory.WorkingSetBytes), pod.Name))
				}
			}
		}
	}
	Expect(lines).NotTo(BeEmpty(), "the kubelet knows no figures of the pods")
	return "\n" + strings.Join(lines, "\n")
}

func podsOf(ctx context.Context, namespace string) []corev1.Pod {
	GinkgoHelper()
	found := &corev1.PodList{}
	Expect(env.client.List(ctx, found, client.InNamespace(namespace))).To(Succeed())
	return found.Items
}

func mebibytes(bytes uint64) float64 { return float64(bytes) / (1 << 20) }
