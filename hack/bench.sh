#!/usr/bin/env bash
# bench.sh [FLAG...] measures what stores cost the API server and the operator; test/bench says how and takes the flags. The figures
# are printed and kept in _out/bench.json, logs in _out/bench.
set -euo pipefail
cd "$(dirname "$0")/.."

hack/step.sh "build etcd, kube-apiserver and kube-controller-manager, where missing" hack/cluster.sh build --only=kubernetes
hack/step.sh "build the operator" hack/build.sh
# A binary gets signals itself, which `go run` would swallow.
hack/step.sh "build the bench" go build -o bin/bench ./test/bench
KUBEBUILDER_ASSETS=$(hack/cluster.sh env --envtest)
export KUBEBUILDER_ASSETS
exec bin/bench -manager bin/manager "$@"
