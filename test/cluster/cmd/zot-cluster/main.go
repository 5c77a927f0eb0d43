//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// command is one of the things that the program does.
type command struct {
	name, arguments, help string
	run                   func(ctx context.Context, args []string) error
}

// commands returns all commands. Those without help are started by the program itself.
func commands() []command {
	return []command{
		{"up", "[--kubelet-sync=5s] [--etcd-fsync]", "build what is missing and start the cluster; says so when it is up", up},
		{"down", "", "stop the cluster and remove all that belongs to it", down},
		{"build", "[--only=GROUP,...]", "build the binaries: kubernetes, node, dns, storage, tool", buildBinaries},
		{"env", "[--envtest]", "print shell exports for clients of the cluster, or for envtest", environment},
		{"kubeconfig", "", "print the administrator's kubeconfig", kubeconfig},
		{"load", "IMAGE NAME", "put an image (archive or OCI layout) into the cluster's registry under its production name", load},
		{"exec", "COMMAND...", "run a command within the node (its network, mounts and processes)", execute},
		{"node", "", "", runNode},
		{"serve-registry", "", "", serveRegistry},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := dispatch(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "zot-cluster:", err)
		os.Exit(1)
	}
}

func dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		fmt.Fprint(os.Stderr, usage())
		if len(args) == 0 {
			return errors.New("a command is missing")
		}
		return nil
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(ctx, args[1:])
		}
	}
	return fmt.Errorf("no command %q\n%s", args[0], usage())
}

func usage() string {
	var b strings.Builder
	b.WriteString("zot-cluster runs a real single-node Kubernetes cluster in namespaces of its own.\n\n")
	for _, c := range commands() {
		if c.help != "" {
			fmt.Fprintf(&b, "  %-46s %s\n", strings.TrimSpace(c.name+" "+c.arguments), c.help)
		}
	}
	b.WriteString("\nCLUSTER_NAME names the cluster (default zot-cluster), ZOT_CLUSTER_CACHE the folder of binaries and clusters.\n")
	return b.String()
}
