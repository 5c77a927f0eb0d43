package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/zot-artifact-store/operator/test/cluster/internal/node"
	"github.com/zot-artifact-store/operator/test/cluster/internal/registry"
)

// runNode is the first process of a node, in namespaces of its own.
func runNode(context.Context, []string) error {
	return node.Run(os.Stdin)
}

// inheritedListener is the descriptor of the socket on the loopback of the host.
const inheritedListener = 3

// serveRegistry serves the registry to the node, and to clients on the host.
func serveRegistry(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("serve-registry takes a folder")
	}
	handler, err := registry.New(args[0], log.New(os.Stderr, "", log.LstdFlags))
	if err != nil {
		return err
	}
	inside, err := net.Listen("tcp", node.Registry)
	if err != nil {
		return fmt.Errorf("listen for the node: %w", err)
	}
	outside, err := net.FileListener(os.NewFile(inheritedListener, "registry"))
	if err != nil {
		return fmt.Errorf("listen for clients on the host: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 2)
	for _, l := range []net.Listener{inside, outside} {
		go func() { ended <- server.Serve(l) }()
	}
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		return nil
	}
}
