package cluster

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// Environment returns the shell commands that point clients to the cluster.
func (c *Cluster) Environment() (string, error) {
	record, err := c.running()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, v := range [][2]string{
		{"KUBECONFIG", c.Run.Kubeconfig()},
		{"CLUSTER_NAME", c.Run.Name},
		{"CLUSTER_REGISTRY", record.Registry},
		{"CLUSTER_AUDIT_LOG", c.Run.AuditLog()},
		{"CLUSTER_RUN", c.Run.Dir},
	} {
		fmt.Fprintf(&b, "export %s=%s\n", v[0], quote(v[1]))
	}
	fmt.Fprintf(&b, "export PATH=%s:\"$PATH\"\n", quote(c.Cache.Bin()))
	return b.String(), nil
}

// running returns the record of a cluster whose node runs.
func (c *Cluster) running() (Record, error) {
	record, err := readRecord(c.Run)
	if err != nil {
		return Record{}, err
	}
	if !record.Node.Alive() {
		return Record{}, fmt.Errorf("cluster %s: its node has ended: %w", c.Run.Name, errNotUp)
	}
	return record, nil
}

// Exec replaces this process by a command that runs within the node: its network, mounts and processes.
func (c *Cluster) Exec(command []string) error {
	record, err := c.running()
	if err != nil {
		return err
	}
	nsenter, err := exec.LookPath("nsenter")
	if err != nil {
		return fmt.Errorf("enter the node: %w", err)
	}
	path := "PATH=" + c.Cache.Bin() + ":" + os.Getenv("PATH")
	args := append([]string{
		"nsenter", "--target", strconv.Itoa(record.Node.PID), "--net", "--mount", "--pid", "--", "env", path,
		"KUBECONFIG=" + c.Run.PKI("admin.kubeconfig"), "CONTAINERD_NAMESPACE=k8s.io",
	}, command...)
	if err := syscall.Exec(nsenter, args, os.Environ()); err != nil {
		return fmt.Errorf("run nsenter: %w", err)
	}
	return nil
}

// quote makes a word of a shell command.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
