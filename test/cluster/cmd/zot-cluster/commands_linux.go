package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/zot-artifact-store/operator/test/cluster/internal/build"
	"github.com/zot-artifact-store/operator/test/cluster/internal/cluster"
	"github.com/zot-artifact-store/operator/test/cluster/internal/layout"
	"github.com/zot-artifact-store/operator/test/cluster/internal/progress"
)

// selected returns the cluster that CLUSTER_NAME names. What it does shows on standard error: standard output is for results.
func selected() (*cluster.Cluster, error) {
	cache, err := layout.OpenCache()
	if err != nil {
		return nil, err
	}
	name := os.Getenv("CLUSTER_NAME")
	if name == "" {
		name = layout.DefaultName
	}
	run, err := cache.Run(name)
	if err != nil {
		return nil, err
	}
	return &cluster.Cluster{Cache: cache, Run: run, Progress: progress.NewPrinter(os.Stderr)}, nil
}

func up(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("up", flag.ContinueOnError)
	var options cluster.Options
	flags.DurationVar(&options.KubeletSync, "kubelet-sync", 5*time.Second,
		"how often the kubelet looks at all pods, which bounds how late a changed ConfigMap arrives (production: 1m)")
	flags.BoolVar(&options.EtcdFsync, "etcd-fsync", false, "etcd waits for the disk, as in production: measure performance with it")
	if err := parse(flags, args, 0); err != nil {
		return err
	}
	c, err := selected()
	if err != nil {
		return err
	}
	source, err := layout.FindSource()
	if err != nil {
		return err
	}
	return c.Up(ctx, source, options)
}

func down(ctx context.Context, args []string) error {
	if err := parse(flag.NewFlagSet("down", flag.ContinueOnError), args, 0); err != nil {
		return err
	}
	c, err := selected()
	if err != nil {
		return err
	}
	return c.Down(ctx)
}

func buildBinaries(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	only := flags.String("only", "", "groups to build, separated by commas")
	if err := parse(flags, args, 0); err != nil {
		return err
	}
	cache, err := layout.OpenCache()
	if err != nil {
		return err
	}
	source, err := layout.FindSource()
	if err != nil {
		return err
	}
	var groups []string
	if *only != "" {
		groups = strings.Split(*only, ",")
	}
	printer := progress.NewPrinter(os.Stderr)
	builder := &build.Builder{Source: source, Cache: cache, Progress: printer}
	if err := builder.Build(ctx, groups...); err != nil {
		return err
	}
	printer.Printf("binaries are up to date after %.1fs: %s", printer.Elapsed().Seconds(), cache.Bin())
	return nil
}

func environment(_ context.Context, args []string) error {
	flags := flag.NewFlagSet("env", flag.ContinueOnError)
	envtest := flags.Bool("envtest", false, "print the folder of the binaries for envtest")
	if err := parse(flags, args, 0); err != nil {
		return err
	}
	c, err := selected()
	if err != nil {
		return err
	}
	if *envtest {
		if _, err := os.Stat(c.Cache.Envtest() + "/kube-apiserver"); err != nil {
			return fmt.Errorf("no binaries for envtest: %w: run build --only=kubernetes first", err)
		}
		fmt.Println(c.Cache.Envtest())
		return nil
	}
	exports, err := c.Environment()
	if err != nil {
		return err
	}
	fmt.Print(exports)
	return nil
}

func kubeconfig(_ context.Context, args []string) error {
	if err := parse(flag.NewFlagSet("kubeconfig", flag.ContinueOnError), args, 0); err != nil {
		return err
	}
	c, err := selected()
	if err != nil {
		return err
	}
	content, err := os.ReadFile(c.Run.Kubeconfig())
	if err != nil {
		return fmt.Errorf("cluster %s is not up: %w", c.Run.Name, err)
	}
	_, err = os.Stdout.Write(content)
	return err
}

func load(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	if err := parse(flags, args, 2); err != nil {
		return err
	}
	c, err := selected()
	if err != nil {
		return err
	}
	digest, err := c.Load(ctx, flags.Arg(0), flags.Arg(1))
	if err != nil {
		return err
	}
	fmt.Println(digest)
	return nil
}

func execute(_ context.Context, args []string) error {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return errors.New("exec needs a command")
	}
	c, err := selected()
	if err != nil {
		return err
	}
	return c.Exec(args)
}

func parse(flags *flag.FlagSet, args []string, positional int) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != positional {
		return fmt.Errorf("%s takes %d arguments, got %q", flags.Name(), positional, flags.Args())
	}
	return nil
}
