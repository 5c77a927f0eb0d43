#!/usr/bin/env bash
# build.sh builds the operator's binaries into bin/, static and the same for the same sources, as the Dockerfile does.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${VERSION:?run this as: make build}"

export CGO_ENABLED=0
for name in manager config-agent; do
	go build -trimpath -o "bin/$name" \
		-ldflags "-s -w -X github.com/zot-artifact-store/operator/pkg/version.Version=$VERSION" "./cmd/$name"
	printf '    bin/%s\n' "$name"
done
