// Package node is the first process of a cluster's node. It runs as process 1 of namespaces of its own (processes, mounts,
// network), prepares them, and starts, watches and restarts the components. Whatever runs in the cluster is a descendant of it
// and every mount lives in its namespace: when it ends, the kernel ends them all.
package node
