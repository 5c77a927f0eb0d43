#!/usr/bin/env bash
# tool.sh NAME ARGUMENTS... runs a development tool at the version that hack/tools pins.
# tool.sh --path NAME prints where its binary is.
#
# A tool is built once per set of versions into the user's cache folder and is then found there at once. It runs in the working
# directory of the caller, so that it sees the caller's module.
set -euo pipefail

hack=$(cd "$(dirname "$0")" && pwd)
only_path=
if [[ ${1:-} == --path ]]; then
	only_path=1
	shift
fi
name=${1:?usage: tool.sh [--path] NAME [ARGUMENTS...]}
shift

module=$hack/tools tags=
case $name in
actionlint) package=github.com/rhysd/actionlint/cmd/actionlint ;;
controller-gen) package=sigs.k8s.io/controller-tools/cmd/controller-gen ;;
crd-ref-docs) package=github.com/elastic/crd-ref-docs ;;
ginkgo) package=github.com/onsi/ginkgo/v2/ginkgo ;;
gotestsum) package=gotest.tools/gotestsum ;;
kustomize) package=sigs.k8s.io/kustomize/kustomize/v5 ;;
# golangci-lint with kube-api-linter inside; its hundreds of dependencies are kept from the other tools.
golangci-lint) module=$hack/tools/lint package=sigs.k8s.io/kube-api-linter/cmd/golangci-lint-kube-api-linter ;;
# Static, so that it also runs in the image that unpacks bundles.
opm) module=$hack/tools/opm package=github.com/operator-framework/operator-registry/cmd/opm tags=json1,containers_image_openpgp,exclude_graphdriver_btrfs,exclude_graphdriver_devicemapper ;;
*)
	printf 'tool.sh: no tool is named %s; the case in hack/tool.sh lists those that there are\n' "$name" >&2
	exit 2
	;;
esac

# The Go version counts: golangci-lint refuses code that is newer than the compiler that built it.
versions=$(cat "$module/go.mod" "$module/go.sum" <(cd "$module" && go env GOVERSION GOOS GOARCH) | git hash-object --stdin)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/zot-artifact-store/tools/${versions:0:16}
binary=$folder/$name

if [[ ! -x $binary ]]; then
	printf '    building %s (once for this version; golangci-lint takes minutes)\n' "$name" >&2
	SECONDS=0
	mkdir -p "$folder"
	# Two builds at the same time may meet: each has a name of its own until it is whole.
	(cd "$module" && CGO_ENABLED=0 go build -tags "$tags" -o "$binary.$$" "$package") >&2
	mv -f "$binary.$$" "$binary"
	printf '    built %s in %d s\n' "$name" "$SECONDS" >&2
fi

if [[ -n $only_path ]]; then
	printf '%s\n' "$binary"
	exit
fi
exec "$binary" "$@"
