package envtest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// idle is how long nothing may happen.
const idle = 8 * time.Second

var _ = Describe("Contract 3: quiescence", Label("quiescence"), func() {
	var store *v1alpha1.ZotArtifactStore

	BeforeEach(func(ctx SpecContext) { store = filesystemStore(namespace(ctx), "quiet") })

	It("asks for nothing once a store is Ready", func(ctx SpecContext) {
		start(options{})
		began := requests.mark()
		create(ctx, store)
		ready(ctx, store)
		calm(ctx, store)
		AddReportEntry("requests of the operator's user, one store from create to Ready",
			table(requests.operator(began)), ReportEntryVisibilityAlways)

		idling := requests.mark()
		silent(ctx, store, idling, versions(ctx, store))
		Expect(requests.operator(idling, func(r request) bool { return r.Verb != "watch" })).To(BeEmpty())
	})

	It("writes nothing after a restart", func(ctx SpecContext) {
		first := start(options{})
		create(ctx, store)
		ready(ctx, store)
		calm(ctx, store)
		before := versions(ctx, store)
		first.stop()

		began := requests.mark()
		start(options{})
		silent(ctx, store, began, before)
		AddReportEntry("requests of the operator's user after a restart", table(requests.operator(began)), ReportEntryVisibilityAlways)
	})

	It("writes nothing after a restart with a newer agent image: an upgrade of the operator restarts no store", func(ctx SpecContext) {
		first := start(options{})
		create(ctx, store)
		ready(ctx, store)
		calm(ctx, store)
		before := versions(ctx, store)
		first.stop()

		began := requests.mark()
		start(options{agentImage: newerAgentImage})
		silent(ctx, store, began, before)
	})

	It("writes nothing when another replica takes the lead", func(ctx SpecContext) {
		leader := start(options{leaderElection: true})
		Eventually(leader.manager.Elected(), time.Minute).Should(BeClosed())
		create(ctx, store)
		ready(ctx, store)
		standby := start(options{leaderElection: true})
		Consistently(standby.manager.Elected(), time.Second).ShouldNot(BeClosed())
		calm(ctx, store)
		before := versions(ctx, store)

		began := requests.mark()
		leader.stop()
		Eventually(standby.manager.Elected(), time.Minute).Should(BeClosed())
		silent(ctx, store, began, before)
	})
})

// calm waits until the operator has asked for nothing for two seconds: events are sent behind its back.
func calm(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		now := requests.mark()
		cluster{g}.settle(ctx, store)
		g.Consistently(func() []request { return requests.operator(now, acting) }, 2*time.Second).Should(BeEmpty())
	}).Should(Succeed())
}

// silent holds when since the mark the operator has asked for nothing, and for a while longer does not, while nothing moves.
func silent(ctx context.Context, store *v1alpha1.ZotArtifactStore, began mark, before map[string]string) {
	GinkgoHelper()
	Consistently(func() []request { return requests.operator(began, acting) }, idle, 250*time.Millisecond).Should(BeEmpty())
	Expect(versions(ctx, store)).To(Equal(before))
}
