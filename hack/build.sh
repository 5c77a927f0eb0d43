#!/usr/bin/env bash
# build.sh [FOLDER [IMAGE]] builds the binaries of an image into FOLDER (default: bin), static, for GOOS and GOARCH (default: this machine's).
# IMAGE is operator (default) or must-gather. The same sources give the same bytes wherever they lie, with git beside them or without. The
# Dockerfiles run it, too.
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
case ${2:-operator} in
operator)
	build manager . ./cmd/manager
	build config-agent . ./cmd/config-agent
	build s3-gateway cmd/s3-gateway .
	;;
must-gather)
	build gather cmd/must-gather .
	build shell cmd/must-gather ./shell
	;;
*)
	printf 'build: %s is none of our images: operator, must-gather\n' "$2" >&2
	exit 2
	;;
esac
