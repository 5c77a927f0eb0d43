#!/usr/bin/env bash
# cluster.sh COMMAND... runs the program of test/cluster, which builds and runs a real Kubernetes node. CLUSTER_NAME names the
# cluster. See `hack/cluster.sh help`.
set -euo pipefail
cd "$(dirname "$0")/.."
source=$PWD/test/cluster

# The program finds its sources from the working directory; as a binary it gets signals itself, which `go run` would swallow.
binary=$PWD/bin/zot-cluster
go -C "$source" build -o "$binary" ./cmd/zot-cluster
cd "$source"
exec "$binary" "$@"
