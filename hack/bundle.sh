#!/usr/bin/env bash
# bundle.sh [ARGUMENTS...] writes bundle/ and bundle.Dockerfile from config/ and the Go types; the arguments are those of hack/bundle.
# CONFIG is another folder whose config/olm is installed: a release has images of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
hack/tool.sh kustomize build "${CONFIG:-config}/olm" | go run ./hack/bundle --version "${VERSION:?run this as: make bundle}" "$@"
