package main

import (
	"context"
	"fmt"
	"time"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/zot-artifact-store/operator/controllers"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
)

// start runs the process until the context ends.
func start(ctx context.Context, config *rest.Config, o options) error {
	direct(config, o)
	groups, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return fmt.Errorf("set up discovery: %w", err)
	}
	discovered, err := capabilities.NewDiscovery(groups)
	if err != nil {
		return err
	}
	mgr, err := ctrl.NewManager(config, managerOptions(o, ctx.Done()))
	if err != nil {
		return fmt.Errorf("set up the manager: %w", err)
	}
	settings := controllers.Options{
		AgentImage: o.agentImage, Defaults: o.defaults, Namespace: o.namespace, ClusterDomain: clusterDomain(resolverConfig),
		Proxy: o.proxy,
	}
	if err := controllers.Setup(mgr, settings, discovered); err != nil {
		return err
	}
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return fmt.Errorf("add health check: %w", err)
	}
	if o.webhooks {
		if err := serveWebhooks(mgr, o); err != nil {
			return err
		}
		ctx = drained(ctx, drainTime)
	}
	if err := mgr.Start(ctx); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	return nil
}

// managerOptions are those of controller-runtime for a process that is told to end by that channel.
func managerOptions(o options, ending <-chan struct{}) ctrl.Options {
	grace := 20 * time.Second
	return ctrl.Options{
		Scheme: controllers.Scheme(),
		Cache:  controllers.CacheOptions(o.watchNamespaces),
		Client: controllers.ClientOptions(),
		Metrics: metricsserver.Options{
			BindAddress: o.metricsAddress, SecureServing: true, FilterProvider: filters.WithAuthenticationAndAuthorization,
		},
		HealthProbeBindAddress: o.probeAddress,
		WebhookServer: drainingServer{
			Server: webhook.NewServer(webhook.Options{Port: o.webhookPort, CertDir: certificateDir}), ending: ending,
		},
		LeaderElection:                o.leaderElection,
		LeaderElectionID:              "zot-operator",
		LeaderElectionNamespace:       o.namespace,
		LeaderElectionReleaseOnCancel: true,
		GracefulShutdownTimeout:       &grace,
	}
}
