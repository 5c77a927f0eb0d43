#!/usr/bin/env bash
# build.sh [FOLDER] builds the operator's binaries into FOLDER (default: bin), static, for GOOS and GOARCH (default: this machine's). The
# same sources give the same bytes wherever they lie, with git beside them or without. The Dockerfile runs it, too.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${VERSION:?run this as: make build}"

mkdir -p "${1:-bin}"
folder=$(cd "${1:-bin}" && pwd)
export CGO_ENABLED=0
build() { # NAME MODULE PACKAGE
	go -C "$2" build -trimpath -buildvcs=false -o "$folder/$1" \
		-ldflags "-s -w -X github.com/zot-artifact-store/operator/pkg/version.Version=$VERSION" "$3"
	printf '    %s\n' "${folder#"$PWD"/}/$1"
}
build manager . ./cmd/manager
build config-agent . ./cmd/config-agent
build s3-gateway cmd/s3-gateway .
