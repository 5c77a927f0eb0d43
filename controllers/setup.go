package controllers

import (
	"cmp"
	"context"
	"fmt"
	"sync/atomic"

	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/zot-artifact-store/operator/controllers/extensions"
	"github.com/zot-artifact-store/operator/controllers/networking"
	"github.com/zot-artifact-store/operator/controllers/readiness"
	"github.com/zot-artifact-store/operator/controllers/storage"
	"github.com/zot-artifact-store/operator/controllers/workload"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Options are what the controllers need to know about their installation.
type Options struct {
	// AgentImage is the config agent's image of this version of the operator.
	AgentImage string
	// Namespace is the operator's own, empty outside of a cluster.
	Namespace string
	// ClusterDomain is what the names of the cluster's Services end in.
	ClusterDomain string
	// Proxy is the operator's own way out of the cluster, which is that of its stores, too.
	Proxy resources.Proxy
	// Defaults are those of this installation.
	Defaults defaults.Operator
	// Agents is how pods are asked. Nil: over the pod network.
	Agents workload.Agents
	// Gateways is how S3 gateways are asked. Nil: over the pod network.
	Gateways extensions.Gateways
}

// Setup adds the controllers.
func Setup(mgr ctrl.Manager, options Options, discovered *capabilities.Discovery) error {
	if options.Agents == nil {
		options.Agents = workload.NewHTTPAgents()
	}
	if options.Gateways == nil {
		options.Gateways = extensions.NewHTTPGateways()
	}
	domain := cmp.Or(options.ClusterDomain, defaults.ClusterDomain)
	news := &bell{}
	env := component.Environment{
		Board:         board.New(news.ring),
		Defaults:      options.Defaults,
		Capabilities:  discovered,
		APIs:          component.NewAPIs(mgr, discovered),
		Namespace:     options.Namespace,
		ClusterDomain: domain,
		Proxy:         options.Proxy.Completed(domain),
	}
	reporters := []string{storage.Name, workload.Name, networking.Name, extensions.Name}
	setups := []func() error{
		func() error { return storage.SetupWithManager(mgr, env) },
		func() error { return extensions.SetupWithManager(mgr, env, options.AgentImage, options.Gateways) },
		func() error { return networking.SetupWithManager(mgr, env) },
		func() error { return workload.SetupWithManager(mgr, env, options.AgentImage, options.Agents) },
		func() error { return readiness.SetupWithManager(mgr, env, source.Func(news.start), reporters) },
	}
	for _, setup := range setups {
		if err := setup(); err != nil {
			return fmt.Errorf("set up controllers: %w", err)
		}
	}
	return nil
}

// bell wakes the readiness controller when the board has news. Its queue takes requests without blocking, and takes each once.
type bell struct {
	queue atomic.Pointer[workqueue.TypedRateLimitingInterface[reconcile.Request]]
}

// start is called with the queue when the controller starts. What was posted before is not lost: it looks at every store then.
func (b *bell) start(_ context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
	b.queue.Store(&queue)
	return nil
}

func (b *bell) ring(store board.Store) {
	if queue := b.queue.Load(); queue != nil {
		(*queue).Add(reconcile.Request{NamespacedName: store.NamespacedName})
	}
}
