#!/usr/bin/env bash
# apiserver.sh COMMAND is about the API servers that the operator is tested against: one for each Kubernetes that it promises to
# work with, from source, for envtest.
#
#   versions        print the versions, the oldest first, as in 1.34
#   build VERSION   build that server, where missing, into the user's cache folder
#   env VERSION     print shell exports for the tests: KUBEBUILDER_ASSETS and KUBERNETES_VERSION
#
# The newest is the test cluster's own, and so is the etcd of all; hack/cluster.sh build --only=kubernetes makes these. Each older one is
# a program that a module of its own pins: test/compat/kubernetes-*.
set -euo pipefail
cd "$(dirname "$0")/.."

# release MODULE prints what it pins, as in v1.34.4.
release() { go -C "$1" list -m -f '{{.Version}}' k8s.io/kubernetes; }

newest=test/cluster/kubernetes
versions() {
	local module
	for module in test/compat/kubernetes-* "$newest"; do
		release "$module" | sed -E 's/^v([0-9]+\.[0-9]+)\..*/\1/'
	done | sort -V
}

# find VERSION sets module, full and assets (the folder of the binaries; it may not be there yet).
find() {
	module=test/compat/kubernetes-$1
	if [[ -d $module ]]; then
		full=$(release "$module")
		local pinned
		pinned=$(cat "$module/go.mod" "$module/go.sum" <(go env GOVERSION GOOS GOARCH) | git hash-object --stdin)
		assets=${XDG_CACHE_HOME:-$HOME/.cache}/zot-artifact-store/apiserver/$full-${pinned:0:16}
		return
	fi
	module=$newest full=$(release "$newest")
	if [[ $full != "v$1."* ]]; then
		printf 'apiserver.sh: no module pins Kubernetes %s. There are: %s\n' "$1" "$(versions | paste -sd ' ' -)" >&2
		return 2
	fi
	assets=$(hack/cluster.sh env --envtest)
}

build() {
	find "$1"
	if [[ $module == "$newest" || -x $assets/kube-apiserver ]]; then
		printf '    kube-apiserver %s is there\n' "$full"
		return
	fi
	printf '    kube-apiserver %s takes minutes, once for this release\n' "$full"
	local shared new numbers variables=k8s.io/component-base/version
	shared=$(hack/cluster.sh env --envtest)
	mkdir -p "$(dirname "$assets")"
	# Two builds at the same time may meet: each has a folder of its own until it is whole.
	new=$(mktemp -d "$assets.XXXXXX")
	# shellcheck disable=SC2064 # the folder of now
	trap "rm -rf '$new'" EXIT
	IFS=. read -ra numbers <<<"${full#v}"
	CGO_ENABLED=0 go -C "$module" build -trimpath -buildvcs=false -o "$new/" -ldflags "-s -w -X $variables.gitVersion=$full \
		-X $variables.gitMajor=${numbers[0]} -X $variables.gitMinor=${numbers[1]}" tool
	ln -s "$shared/etcd" "$shared/kubectl" "$new/"
	rm -rf "$assets"
	mv "$new" "$assets"
}

env() {
	find "$1"
	if [[ ! -x $assets/kube-apiserver ]]; then
		printf 'apiserver.sh: kube-apiserver %s is not built: run hack/apiserver.sh build %s first\n' "$full" "$1" >&2
		return 1
	fi
	printf 'export KUBEBUILDER_ASSETS=%q KUBERNETES_VERSION=%q\n' "$assets" "$full"
}

case ${1:-} in
versions) versions ;;
build | env) "$1" "${2:?usage: apiserver.sh $1 VERSION, as in 1.34}" ;;
*)
	printf 'usage: apiserver.sh versions | build VERSION | env VERSION\n' >&2
	exit 2
	;;
esac
