package envtest

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/zot-artifact-store/operator/controllers"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/resources"
	webhooks "github.com/zot-artifact-store/operator/webhooks/v1alpha1"
)

const (
	agentImage      = "registry.example.com/operator:v1"
	newerAgentImage = "registry.example.com/operator:v2"
)

// operator is one process of the operator, with its own caches and its own memory.
type operator struct {
	manager ctrl.Manager
	cancel  context.CancelFunc
	ended   chan error
	began   mark
}

// options of an operator's process.
type options struct {
	agentImage     string
	leaderElection bool
	namespaces     []string
	// proxy is the way out of the cluster.
	proxy resources.Proxy
	// transport is between the operator and the API server.
	transport func(http.RoundTripper) http.RoundTripper
}

// start runs the operator until the test ends. It is set up as cmd/manager does it.
func start(o options) *operator {
	GinkgoHelper()
	began := requests.mark()
	groups, err := discovery.NewDiscoveryClientForConfig(operatorConfig)
	Expect(err).NotTo(HaveOccurred())
	discovered, err := capabilities.NewDiscovery(groups)
	Expect(err).NotTo(HaveOccurred())
	access := rest.CopyConfig(operatorConfig)
	if o.transport != nil {
		access.Wrap(o.transport)
	}
	mgr, err := ctrl.NewManager(access, ctrl.Options{
		Scheme:  controllers.Scheme(),
		Cache:   controllers.CacheOptions(o.namespaces),
		Client:  controllers.ClientOptions(),
		Metrics: metricsserver.Options{BindAddress: "0"},
		// Processes do not share the names of controllers; these do, as they share a process.
		Controller:                    config.Controller{SkipNameValidation: new(true)},
		LeaderElection:                o.leaderElection,
		LeaderElectionID:              "zot-operator",
		LeaderElectionNamespace:       operatorNamespace,
		LeaderElectionReleaseOnCancel: true,
	})
	Expect(err).NotTo(HaveOccurred())
	if o.agentImage == "" {
		o.agentImage = agentImage
	}
	Expect(controllers.Setup(mgr, controllers.Options{
		AgentImage: o.agentImage, Defaults: defaults.Upstream(), Agents: agents{}, Proxy: o.proxy,
	}, discovered)).To(Succeed())

	ctx, cancel := context.WithCancel(context.Background())
	op := &operator{manager: mgr, cancel: cancel, ended: make(chan error, 1), began: began}
	go func() { op.ended <- mgr.Start(ctx) }()
	DeferCleanup(func() {
		op.stop()
		Expect(requests.operator(began, refused)).To(BeEmpty(), "the operator's role lacks a permission")
		Expect(requests.operator(began, refusedStatus)).To(BeEmpty(), "the API server refuses a status: see the log for what it says")
		Expect(requests.operator(began, deletesClaim)).To(BeEmpty(), "data outlives everything that the operator does")
	})
	Expect(mgr.GetCache().WaitForCacheSync(ctx)).To(BeTrue())
	return op
}

// stop ends the process and waits until it has ended.
func (o *operator) stop() {
	GinkgoHelper()
	if o.cancel == nil {
		return
	}
	o.cancel()
	o.cancel = nil
	Eventually(o.ended, time.Minute).Should(Receive(BeNil()), "the operator ended with an error")
}

// kill ends the process, whatever it says of it: it may have been cut off.
func (o *operator) kill() {
	GinkgoHelper()
	if o.cancel == nil {
		return
	}
	o.cancel()
	o.cancel = nil
	Eventually(o.ended, time.Minute).Should(Receive())
}

// webhooksUser is a user of the webhooks' own.
const webhooksUser = "webhooks"

// permit lets a user do everything with objects of that kind, until the test ends.
func permit(ctx context.Context, user, group, resource string) {
	GinkgoHelper()
	meta := metav1.ObjectMeta{Name: "test-" + user}
	for _, object := range []client.Object{
		&rbacv1.ClusterRole{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{
			{Verbs: []string{"*"}, APIGroups: []string{group}, Resources: []string{resource}},
		}},
		&rbacv1.ClusterRoleBinding{
			ObjectMeta: meta,
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: meta.Name},
			Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}},
		},
	} {
		Expect(admin.Create(ctx, object)).To(Succeed())
		DeferCleanup(func(ctx context.Context) { Expect(admin.Delete(ctx, object)).To(Succeed()) })
	}
}

// letWebhooksRead permits what the webhooks need: to look at volumes.
func letWebhooksRead(ctx context.Context) {
	GinkgoHelper()
	read := []string{"get", "list", "watch"}
	Expect(admin.Create(ctx, &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: webhooksUser},
		Rules: []rbacv1.PolicyRule{
			{Verbs: read, APIGroups: []string{""}, Resources: []string{"persistentvolumeclaims"}},
			{Verbs: read, APIGroups: []string{"storage.k8s.io"}, Resources: []string{"storageclasses"}},
		},
	})).To(Succeed())
	Expect(admin.Create(ctx, &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: webhooksUser},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: webhooksUser},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: webhooksUser}},
	})).To(Succeed())
}

// serveWebhooks serves them apart from the controllers, so that these can stop and start.
func serveWebhooks(user *rest.Config, served envtest.WebhookInstallOptions) {
	GinkgoHelper()
	mgr, err := ctrl.NewManager(user, ctrl.Options{
		Scheme:  controllers.Scheme(),
		Metrics: metricsserver.Options{BindAddress: "0"},
		WebhookServer: webhook.NewServer(webhook.Options{
			Host: served.LocalServingHost, Port: served.LocalServingPort, CertDir: served.LocalServingCertDir,
		}),
	})
	Expect(err).NotTo(HaveOccurred())
	Expect(webhooks.SetupWithManager(mgr, defaults.Upstream())).To(Succeed())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	DeferCleanup(func() {
		cancel()
		Eventually(ended, time.Minute).Should(Receive(BeNil()))
	})
	Eventually(func() error { return mgr.GetWebhookServer().StartedChecker()(nil) }).Should(Succeed())
}
