#!/usr/bin/env bash
# bundle.sh [ARGUMENTS...] writes bundle/ and bundle.Dockerfile from config/ and the Go types; the arguments are those of hack/bundle.
set -euo pipefail
cd "$(dirname "$0")/.."
hack/tool.sh kustomize build config/olm | go run ./hack/bundle --version "${VERSION:?run this as: make bundle}" "$@"
