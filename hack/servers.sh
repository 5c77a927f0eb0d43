#!/usr/bin/env bash
# servers.sh [NAME...] builds the servers that stores of the tests talk to, at the versions that test/servers pins, and puts their
# images into the registry of the test cluster under their production names; without a name all of them:
#
#   versitygw     ghcr.io/versity/versitygw:v1.8.0                   an S3 server
#   azurite       mcr.microsoft.com/azure-storage/azurite:3.37.0     a server of Azure Blob Storage: its blob service alone
#   gcs           registry.local/gcs:test                            fake-gcs-server behind TLS, with a token endpoint: test/servers/gcs
#   redis         docker.io/library/redis:7                          Debian's redis-server
#   cert-manager  quay.io/jetstack/cert-manager-controller:v1.19.1   cert-manager: its controllers, its webhook and its CA injector
#   image         registry.local/image:test                          hack/image: a client that pushes and pulls
#   conformance   registry.local/conformance:test                    the OCI distribution conformance suite: a client
#   oidc          registry.local/oidc:test                           test/servers/oidc: a provider in Keycloak's place
#   must-gather   registry.local/must-gather:test                    cmd/must-gather: what `oc adm must-gather` runs
#
# Each client and server is an image of its programs alone. The cluster must be up: `make cluster`.
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/step.sh

export VERSION=${VERSION:-0.1.0}
out=$PWD/_out
mkdir -p "$out"
if [[ -z ${CLUSTER_REGISTRY:-} ]]; then eval "$(hack/cluster.sh env)"; fi

build_tool() { (cd hack/image && CGO_ENABLED=0 go build -o "$out/image" .); }

build_server() { # PACKAGE BINARY [MODULE]
	(cd "${3:-test/servers}" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$out/$2" "$1")
}

# take_server VARIABLE BINARY takes one that tests without a cluster start, too.
take_server() {
	local exports
	hack/backends.sh build
	exports=$(hack/backends.sh env)
	eval "$exports"
	cp "${!1}" "$out/$2"
}

pinned() { # MODULE DEPENDENCY
	(cd "$1" && go list -m -f '{{.Version}}' "$2")
}

# push_server BINARY NAME:TAG [ARGUMENTS of image build...]: the binary is in _out, and the entrypoint.
push_server() {
	"$out/image" build --name "$2" --entrypoint "/$1" --file "/$1=$out/$1" --output "$out/$1.tar" "${@:3}"
	"$out/image" push --archive "$out/$1.tar" --to "$CLUSTER_REGISTRY" --as "$2" --insecure >/dev/null
	rm "$out/$1.tar"
}

# bundle_azurite makes one file of Azurite's blob service, which an image can hold; what is external are other databases than its own.
bundle_azurite() {
	local exports
	hack/debian.sh node=nodejs npm=npm
	hack/backends.sh build
	exports=$(hack/backends.sh env)
	eval "$exports"
	"${BACKENDS_AZURITE%/azurite/dist/*}/.bin/esbuild" "$BACKENDS_AZURITE" --bundle --platform=node --target=node18 --log-level=error \
		--external:{pg,pg-hstore,sqlite3,tedious,mysql2} --outfile="$out/azurite.cjs"
	chmod a-x "$out/azurite.cjs"
	cp "$(command -v node)" "$out/node"
}

# Debian's redis-server is this program under another name; this package starts no service.
find_redis() {
	hack/debian.sh redis-check-rdb=redis-tools
	cp "$(command -v redis-check-rdb)" "$out/redis-server"
}

bring_versitygw() {
	local version
	version=$(pinned test/servers github.com/versity/versitygw)
	take_server BACKENDS_VERSITYGW versitygw
	step "push its image" push_server versitygw "ghcr.io/versity/versitygw:$version"
}

bring_azurite() {
	local version
	version=$(sed -n 's/.*"azurite": "\([0-9.]*\)".*/\1/p' test/servers/azurite/package.json)
	step "bundle Azurite $version, a server of Azure Blob Storage (about a minute, the first time)" bundle_azurite
	step "push its image" push_server node "mcr.microsoft.com/azure-storage/azurite:$version" --libraries --file "/azurite.cjs=$out/azurite.cjs"
}

bring_gcs() {
	take_server BACKENDS_GCS gcs
	step "push its image" push_server gcs registry.local/gcs:test
}

bring_redis() {
	step "find redis" find_redis
	step "push its image" push_server redis-server docker.io/library/redis:7 --libraries
}

bring_cert-manager() {
	local version
	version=$(pinned test/servers/certmanager github.com/cert-manager/cert-manager)
	step "build cert-manager $version (some two minutes, the first time)" build_server . certmanager test/servers/certmanager
	step "push its image" push_server certmanager "quay.io/jetstack/cert-manager-controller:$version"
}

bring_image() {
	step "push the image tool's image" push_server image registry.local/image:test
}

bring_conformance() {
	step "build the conformance suite" build_server github.com/opencontainers/distribution-spec/conformance conformance
	step "push its image" push_server conformance registry.local/conformance:test
}

bring_oidc() {
	step "build the provider with which people sign in" build_server ./cmd/oidc oidc test/servers/oidc
	step "push its image" push_server oidc registry.local/oidc:test
}

bring_must-gather() {
	step "build the image for must-gather" hack/image.sh "$out/must-gather.tar" "$out/must-gather" must-gather
	"$out/image" push --archive "$out/must-gather.tar" --to "$CLUSTER_REGISTRY" --as registry.local/must-gather:test --insecure >/dev/null
	rm "$out/must-gather.tar"
}

(($# > 0)) || set -- versitygw azurite gcs redis cert-manager image conformance oidc must-gather
step "build the image tool" build_tool
for server in "$@"; do
	if ! declare -F "bring_$server" >/dev/null; then
		printf 'servers.sh: no server is named %s; the first lines of this file list them\n' "$server" >&2
		exit 2
	fi
	"bring_$server"
done
