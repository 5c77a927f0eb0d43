package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/zot-artifact-store/operator/test/cluster/internal/build"
	"github.com/zot-artifact-store/operator/test/cluster/internal/host"
	"github.com/zot-artifact-store/operator/test/cluster/internal/layout"
	"github.com/zot-artifact-store/operator/test/cluster/internal/node"
	"github.com/zot-artifact-store/operator/test/cluster/internal/pki"
	"github.com/zot-artifact-store/operator/test/cluster/internal/progress"
)

// readyTimeout is how long the first pods may take on a busy machine.
const readyTimeout = 3 * time.Minute

// Cluster is one cluster on this machine.
type Cluster struct {
	// Cache holds the binaries.
	Cache layout.Cache
	// Run is the folder of the cluster.
	Run layout.Run
	// Progress tells what happens.
	Progress *progress.Printer
}

// Up brings the cluster up, unless it is. What an earlier run left behind goes first.
func (c *Cluster) Up(ctx context.Context, source string, options Options) error {
	if err := host.RequireRoot(); err != nil {
		return err
	}
	unlock, err := host.Lock(c.Run.Lock)
	if err != nil {
		return err
	}
	defer unlock()

	if up, err := c.alreadyUp(ctx, options); up || err != nil {
		return err
	}
	if err := c.Progress.Step("remains of an earlier run cleared", c.clear); err != nil {
		return err
	}
	installed, err := host.RequirePrograms(ctx)
	if err != nil {
		return err
	}
	if len(installed) > 0 {
		c.Progress.Printf("  installed %v", installed)
	}
	builder := &build.Builder{Source: source, Cache: c.Cache, Progress: c.Progress}
	if err := c.Progress.Step("binaries up to date", func() error { return builder.Build(ctx) }); err != nil {
		return err
	}
	if err := c.start(ctx, options); err != nil {
		return c.explain(err)
	}
	c.Progress.Printf("cluster %s is up after %.1fs", c.Run.Name, c.Progress.Elapsed().Seconds())
	return nil
}

// alreadyUp tells whether the cluster serves. A cluster that runs but does not serve is taken as remains.
func (c *Cluster) alreadyUp(ctx context.Context, options Options) (bool, error) {
	record, err := readRecord(c.Run)
	if err != nil || !record.Node.Alive() {
		return false, nil // nothing that can be used, whatever the reason
	}
	o, err := newObserver(c.Run, record)
	if err != nil {
		return false, nil
	}
	// A busy machine may be slow for a moment, which is no reason to take a cluster away from its user.
	if err := await(ctx, 10*time.Second, o.healthy); err != nil {
		c.Progress.Printf("cluster %s runs but does not serve (%v): it starts anew", c.Run.Name, err)
		return false, ctx.Err()
	}
	c.Progress.Printf("cluster %s is up already", c.Run.Name)
	if record.Options != options {
		c.Progress.Printf("  with other options (%+v): take it down first to change them", record.Options)
	}
	return true, nil
}

// start makes a new cluster.
func (c *Cluster) start(ctx context.Context, options Options) error {
	if err := os.MkdirAll(c.Run.Path("log"), 0o755); err != nil {
		return fmt.Errorf("create folder of the cluster: %w", err)
	}
	if err := host.CreateCgroup(c.Run.Cgroup()); err != nil {
		return err
	}
	d, err := openDoors()
	if err != nil {
		return err
	}
	defer d.close()
	record := Record{Options: options, APIServer: d.apiserver.Addr().String(), Registry: d.registry.Addr().String()}

	err = c.Progress.Step("certificates", func() error {
		return pki.Write(c.Run.PKI(""), c.Run.Kubeconfig(), c.Run.Name, pki.Endpoints{
			Node: node.Address, NodeName: node.Name, Service: node.ServiceAddress,
			Inside: node.APIServer, Outside: "https://" + record.APIServer,
		})
	})
	if err != nil {
		return err
	}
	events, err := c.launch(d, &record)
	if err != nil {
		return err
	}
	if err := c.follow(ctx, events); err != nil {
		return err
	}
	return c.furnish(ctx, record)
}

// furnish puts into the cluster what every cluster has, and waits until it works.
func (c *Cluster) furnish(ctx context.Context, record Record) error {
	o, err := newObserver(c.Run, record)
	if err != nil {
		return err
	}
	if err := c.Progress.Step("images of the node in the registry", func() error { return c.pushImages(ctx, record) }); err != nil {
		return err
	}
	if err := c.Progress.Step("storage classes and cluster DNS applied", func() error { return c.apply(ctx) }); err != nil {
		return err
	}
	for _, wait := range []struct {
		step      string
		component string
		check     func(context.Context) error
	}{
		{"node Ready", "kubelet", o.nodeReady},
		{"default ServiceAccount", "kube-controller-manager", o.accountExists},
		{"cluster DNS available", dnsPod, o.dnsAvailable},
	} {
		err := c.Progress.Step(wait.step, func() error { return await(ctx, readyTimeout, wait.check) })
		if err != nil {
			return &componentError{component: wait.component, err: fmt.Errorf("%s: %w", wait.step, err)}
		}
	}
	return nil
}

// Down takes the cluster down and removes all that belongs to it.
func (c *Cluster) Down(context.Context) error {
	if err := host.RequireRoot(); err != nil {
		return err
	}
	unlock, err := host.Lock(c.Run.Lock)
	if err != nil {
		return err
	}
	defer unlock()
	if err := c.clear(); err != nil {
		return err
	}
	c.Progress.Printf("cluster %s is down after %.1fs", c.Run.Name, c.Progress.Elapsed().Seconds())
	return nil
}

// clear removes the cluster in whatever state it is.
func (c *Cluster) clear() error {
	if err := c.stop(); err != nil {
		return err
	}
	if err := os.RemoveAll(c.Run.Dir); err != nil {
		return fmt.Errorf("remove folder of the cluster: %w", err)
	}
	return nil
}

// stop ends the processes of the cluster and leaves only files.
func (c *Cluster) stop() error {
	record, err := readRecord(c.Run)
	if err != nil && !errors.Is(err, errNotUp) {
		c.Progress.Printf("  %v: its processes cannot be identified", err)
	}
	// The first process of a process namespace takes all others with it, and the last one the mounts and the network.
	if err := record.Node.Kill(30 * time.Second); err != nil {
		return err
	}
	if err := host.RemoveCgroup(c.Run.Cgroup()); err != nil {
		return err
	}
	return host.UnmountBelow(c.Run.Dir)
}

// explain stops a cluster that did not start and points to the cause. The logs stay for the user to read.
func (c *Cluster) explain(err error) error {
	if stopErr := c.stop(); stopErr != nil {
		err = errors.Join(err, stopErr)
	}
	if failed, ok := errors.AsType[*componentError](err); ok {
		for _, path := range c.logs(failed.component) {
			c.Progress.Printf("%s", logTail(path))
		}
	}
	return fmt.Errorf("cluster %s did not come up: %w\nthe logs are in %s", c.Run.Name, err, c.Run.Path("log"))
}
