package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"syscall"

	"github.com/zot-artifact-store/operator/test/cluster/internal/host"
	"github.com/zot-artifact-store/operator/test/cluster/internal/node"
)

// componentError is a failure whose cause is in the log of a component.
type componentError struct {
	component string
	err       error
}

func (e *componentError) Error() string { return e.component + ": " + e.err.Error() }

func (e *componentError) Unwrap() error { return e.err }

// doors are the sockets on the loopback of the host through which clients reach the cluster.
type doors struct {
	apiserver, registry *net.TCPListener
}

func openDoors() (doors, error) {
	var listeners [2]*net.TCPListener
	for i := range listeners {
		l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			return doors{}, fmt.Errorf("listen on the loopback: %w", err)
		}
		listeners[i] = l
	}
	return doors{apiserver: listeners[0], registry: listeners[1]}, nil
}

func (d doors) close() {
	d.apiserver.Close()
	d.registry.Close()
}

// launch starts the node in namespaces of its own, writes the record and returns the stream of the node's events.
func (c *Cluster) launch(d doors, record *Record) (io.ReadCloser, error) {
	events, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("open pipe for events: %w", err)
	}
	defer writer.Close()
	inherited := []*os.File{writer} // descriptors 3, 4 and 5: see package node
	for _, l := range []*net.TCPListener{d.apiserver, d.registry} {
		file, err := l.File()
		if err != nil {
			return nil, fmt.Errorf("hand a socket to the node: %w", err)
		}
		defer file.Close()
		inherited = append(inherited, file)
	}
	output, err := os.OpenFile(c.Run.Log("node"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open log of the node: %w", err)
	}
	defer output.Close()

	cmd := exec.Command(c.Cache.Binary("zot-cluster"), "node")
	cmd.Dir, cmd.Env = c.Run.Dir, nodeEnvironment()
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = output, output, inherited
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid:     true, // the node outlives the terminal
		Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET,
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("open pipe for the configuration of the node: %w", err)
	}
	defer stdin.Close()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the node: %w: this needs the right to make namespaces", err)
	}
	if record.Node, err = host.Identify(cmd.Process.Pid); err != nil {
		return nil, err
	}
	// The node waits for its configuration. It gets that after the record is written: no node runs that is not on record.
	if err := record.write(c.Run); err != nil {
		return nil, err
	}
	config := node.Config{
		Run: c.Run, Bin: c.Cache.Bin(), KubeletSync: record.Options.KubeletSync, EtcdFsync: record.Options.EtcdFsync,
	}
	if err := json.NewEncoder(stdin).Encode(config); err != nil {
		return nil, fmt.Errorf("configure the node: %w", err)
	}
	go func() { _ = cmd.Wait() }() // a node that fails must not stay behind as a zombie of this process
	return events, nil
}

// nodeEnvironment is what the components get of the environment: nothing that changes what they do.
func nodeEnvironment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=/"}
}

// follow reports the events of the starting node until it is ready.
func (c *Cluster) follow(ctx context.Context, events io.ReadCloser) error {
	defer events.Close()
	defer context.AfterFunc(ctx, func() { events.Close() })()
	decoder := json.NewDecoder(events)
	for {
		var e node.Event
		if err := decoder.Decode(&e); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if errors.Is(err, io.EOF) {
				err = errors.New("it ended while it started")
			}
			return &componentError{component: "node", err: err}
		}
		switch {
		case e.Ready:
			return nil
		case e.Error != "":
			return &componentError{component: e.Component, err: errors.New(e.Error)}
		default:
			c.Progress.Done(e.Step, e.Took)
		}
	}
}
