#!/usr/bin/env bash
# servers.sh builds the servers that stores of the tests talk to, at the versions that test/servers pins, and puts their images
# into the registry of the test cluster under their production names:
#
#   ghcr.io/versity/versitygw:v1.8.0                   an S3 server
#   quay.io/jetstack/cert-manager-controller:v1.19.1   cert-manager: its controllers and its webhook
#
# The cluster must be up: `make cluster`.
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/step.sh

out=$PWD/_out
mkdir -p "$out"
if [[ -z ${CLUSTER_REGISTRY:-} ]]; then eval "$(hack/cluster.sh env)"; fi

build_tool() { (cd hack/image && go build -o "$out/image" .); }

build_server() { # PACKAGE BINARY [MODULE]
	(cd "${3:-test/servers}" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$out/$2" "$1")
}

pinned() { # MODULE DEPENDENCY
	(cd "$1" && go list -m -f '{{.Version}}' "$2")
}

push_server() { # BINARY NAME:TAG
	"$out/image" build --name "$2" --entrypoint "/$1" --file "/$1=$out/$1" --output "$out/$1.tar"
	"$out/image" push --archive "$out/$1.tar" --to "$CLUSTER_REGISTRY" --as "$2" --insecure >/dev/null
}

version=$(pinned test/servers github.com/versity/versitygw)
step "build the image tool" build_tool
step "build versitygw $version, an S3 server (about a minute, the first time)" build_server github.com/versity/versitygw/cmd/versitygw versitygw
step "push its image" push_server versitygw "ghcr.io/versity/versitygw:$version"
version=$(pinned test/servers/certmanager github.com/cert-manager/cert-manager)
step "build cert-manager $version (some two minutes, the first time)" build_server . certmanager test/servers/certmanager
step "push its image" push_server certmanager "quay.io/jetstack/cert-manager-controller:$version"
