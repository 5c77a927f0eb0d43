#!/usr/bin/env bash
# build.sh builds the operator's binaries into bin/, static and the same for the same sources, as the Dockerfile does.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${VERSION:?run this as: make build}"

export CGO_ENABLED=0
root=$PWD
build() { # NAME MODULE PACKAGE
	go -C "$2" build -trimpath -o "$root/bin/$1" \
		-ldflags "-s -w -X github.com/zot-artifact-store/operator/pkg/version.Version=$VERSION" "$3"
	printf '    bin/%s\n' "$1"
}
build manager . ./cmd/manager
build config-agent . ./cmd/config-agent
build s3-gateway cmd/s3-gateway .
