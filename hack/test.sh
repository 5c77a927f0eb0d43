#!/usr/bin/env bash
# test.sh TIER... runs tiers of tests (docs/architecture.md lists them) and ends with the sum over all of them.
#
#   unit      needs nothing: every package but those below, in every module of ours
#   envtest   packages whose tests start a real etcd and kube-apiserver; builds these once
#   compat    the same packages on the API server of every Kubernetes of hack/apiserver.sh, one after the other; builds these once
#   backends  test/backends: stores as processes, without a cluster, on servers that these tests start; brings these servers once
#   cluster   test/e2e against the operator as a pod on a cluster: our own (Linux, root), or KUBECONFIG's with CLUSTER=current
#   release   hack/release.sh, and what it has written: with LABELS=smoke for this machine's architecture; else for both, twice, from two
#             folders, of which one has no git
#   olm       test/e2e's specs of label olm on a cluster of their own (Linux, root), on which Operator Lifecycle Manager installs the operator
#   installs  test/e2e's specs of label installs (Linux, root): each way to install the operator by hand, on a cluster that is made for it,
#             empty, and taken down after it. LABELS=smoke is dist/install.yaml alone; LABELS=default, certmanager or installer names one
#
# LABELS is the Ginkgo label filter of the cluster tier (default: smoke; empty: all, with the measurements of label figures). KEEP=1 leaves the
# cluster running; of tier installs, the last one.
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/modules.sh
. hack/operand.sh

root=$PWD
reports=$root/_out/test
labels=${LABELS-smoke}
# Tests of the unit tier that take minutes belong to `make test-full`.
if [[ $labels != smoke ]]; then export S3_SUITE=1; fi

# run NAME FOLDER ARGUMENTS... runs go test there; what it wrote counts in the sum.
run() {
	local name=$1 folder=$2 format=${FORMAT:-pkgname} gotestsum
	shift 2
	gotestsum=$(hack/tool.sh --path gotestsum)
	mkdir -p "$reports"
	cd "$folder"
	"$gotestsum" --format "$format" --hide-summary=skipped --jsonfile "$reports/$name.json" -- "$@"
}

# packages WHICH prints the packages of the root module of one kind. A package is of the kind envtest when its tests import
# controller-runtime's envtest, or our package around it.
packages() {
	go list -f '{{$p := .ImportPath}}{{range .TestImports}}{{$p}} {{.}}{{"\n"}}{{end}}{{range .XTestImports}}{{$p}} {{.}}{{"\n"}}{{end}}{{$p}} .' ./... |
		awk -v which="$1" '
			$1 ~ /\/test\/(e2e|backends)$/ { next }
			{ seen[$1] = 1 }
			$2 ~ /controller-runtime\/pkg\/envtest$|\/test\/envtest(\/|$)/ || $1 ~ /\/test\/envtest(\/|$)/ { envtest[$1] = 1 }
			END { for (p in seen) if ((p in envtest) == (which == "envtest")) print p }' | sort
}

unit_root() {
	local list
	mapfile -t list < <(packages unit)
	run unit "$root" -timeout=5m "${list[@]}"
}

# unit_module FOLDER runs the tests of a module. Those of the console's form have a browser; those of sign-in where there is a zot to sign
# in to, and wait for what takes its time only where everything is run.
unit_module() {
	local more=()
	if [[ $1 == test/signin && $OPERAND == zot ]]; then
		hack/chromium.sh
		[[ $labels != smoke ]] || more=(-short)
	fi
	if [[ $1 == test/console ]]; then
		hack/chromium.sh
	fi
	# -count=1: Go does not know that zot, and the bundle, are inputs of tests.
	[[ $1 != test/signin && $1 != test/console ]] || more+=(-count=1)
	run "unit-${1//\//-}" "$1" -timeout=10m "${more[@]}" ./...
}

# unit_oldest renders every fixture for the oldest servers that are promised, and decodes what comes out as these servers do.
unit_oldest() {
	export OBJECTS_FOR_OLDEST=$root/_out/objects-for-oldest
	local server
	rm -rf "$OBJECTS_FOR_OLDEST"
	# -count=1: Go knows neither that these files are what the first test is for, nor that they are an input of the second.
	go test -count=1 ./test/compat
	for server in "$OBJECTS_FOR_OLDEST"/*; do
		mkdir "$server/installation"
		hack/tool.sh kustomize build config/legacy >"$server/installation/legacy.yaml"
	done
	run unit-oldest test/compat/types -count=1 -timeout=5m ./...
}

# envtest [VERSION] runs these tests on the API server of the test cluster, or of that Kubernetes.
envtest() {
	local list name=envtest exports
	mapfile -t list < <(packages envtest)
	if (($# > 0)); then
		exports=$(hack/apiserver.sh env "$1")
		eval "$exports"
		name=compat-$KUBERNETES_VERSION
	else
		KUBEBUILDER_ASSETS=$(hack/cluster.sh env --envtest)
		export KUBEBUILDER_ASSETS
	fi
	# One package at a time: each starts API servers, and two of them on two cores make timeouts that mean nothing.
	run "$name" "$root" -timeout=20m -p=1 "${list[@]}"
}

backends() {
	local exports
	exports=$(hack/backends.sh env)
	eval "$exports"
	local more=()
	# How many drawn stores start with their servers: some three minutes for 200. Four tests at a time, as they mostly wait.
	if [[ $labels != smoke ]]; then more=(-booted=200); fi
	# -count=1: Go does not know that the servers are an input of these tests.
	run backends "$root" -timeout=20m -parallel=4 -count=1 ./test/backends "${more[@]}"
}

# The S3 gateway before the same servers.
backends_gateway() {
	local exports
	exports=$(hack/backends.sh env)
	eval "$exports"
	run backends-s3-gateway cmd/s3-gateway -timeout=5m -count=1 -run TestWhatIsBehindIt .
}

# e2e NAME TIMEOUT FILTER runs the specs of these Ginkgo labels on the cluster of KUBECONFIG.
e2e() {
	E2E_OPERAND=zot
	if [[ $OPERAND == stand-in ]]; then
		E2E_OPERAND=stand-in
	fi
	export E2E_OPERAND
	# -count=1: Go does not know that the cluster is an input of these tests.
	FORMAT=standard-verbose run "$1" "$root" "-timeout=$2" -count=1 ./test/e2e -ginkgo.v -ginkgo.no-color "-ginkgo.label-filter=$3"
}

cluster() {
	if [[ $CLUSTER != current ]]; then
		eval "$(hack/cluster.sh env)"
	fi
	if [[ ${UPGRADE_VERSION:-} ]]; then
		E2E_OPERATOR_UPGRADE_IMAGE=$(<"_out/operator-$UPGRADE_VERSION.ref")
	fi
	if [[ $CLUSTER != current && -e _out/operand-next.tag ]]; then
		E2E_OPERAND_UPGRADE_TAG=$(<_out/operand-next.tag)
	fi
	export E2E_OPERATOR_UPGRADE_IMAGE=${E2E_OPERATOR_UPGRADE_IMAGE:-} E2E_OPERAND_UPGRADE_TAG=${E2E_OPERAND_UPGRADE_TAG:-}
	e2e cluster 60m "!olm && !installs${labels:+ && ($labels)}"
}

olm() {
	eval "$(hack/cluster.sh env)"
	E2E_OLM=$(<_out/olm-releases)
	export E2E_OLM
	e2e olm 30m "olm${labels:+ && ($labels)}"
}

# install_ways prints which ways to install the operator are tried: labels of specs.
install_ways() {
	case $labels in
	smoke) echo installer ;;
	default | certmanager | installer) echo "$labels" ;;
	*) echo default certmanager installer ;;
	esac
}

installs() { # WAY
	eval "$(hack/cluster.sh env)"
	E2E_EMPTY=1 e2e "installs-$1" 20m "installs && $1"
}

# release_once makes a release of the sources as they are, for this machine's architecture alone.
release_once() {
	rm -rf _out/release
	ALLOW_DIRTY=1 ARCHITECTURES=$(go env GOARCH) RELEASE_FOLDER=_out/release hack/release.sh
}

# What the second release is told, besides its version: that of the sources with another last number.
release_settings() {
	VERSION=${VERSION:-0.1.0}
	export REPLACES=$VERSION VERSION=${VERSION%.*}.$((${VERSION##*.} + 1))
	ZOT_DIGEST=sha256:$(printf '1%.0s' {1..64})
	export ZOT_DIGEST
}

# release_twice makes one release of one commit in two folders: a clone, and files without git. What is not committed yet, but known to
# git, is taken for a commit. Both have Go's cache of compiled packages: the release workflow builds twice without one.
release_twice() {
	local commit one=$root/_out/release-one two=$root/_out/release/the-second
	commit=$(git stash create)
	commit=${commit:-$(git rev-parse HEAD)}
	release_settings
	rm -rf "$one" "$root/_out/release"
	git clone --quiet --shared --no-checkout . "$one"
	git -C "$one" checkout --quiet "$commit"
	mkdir -p "$two"
	git archive "$commit" | tar -xf - -C "$two"
	"$one/hack/release.sh"
	SOURCE_COMMIT=$commit SOURCE_DATE_EPOCH=$(git log -1 --format=%ct "$commit") "$two/hack/release.sh"
	if ! diff -r "$one/dist/$VERSION" "$two/dist/$VERSION"; then
		printf '    the same commit has given different files\n' >&2
		return 1
	fi
	printf '    the same bytes twice: %s files\n' "$(find "$one/dist/$VERSION" -type f | wc -l)"
}

# release FOLDER VERSION [ARCHITECTURES] looks at a release.
release() {
	local folder
	folder=$(realpath "$1")
	rm -rf _out/release-bundle && mkdir -p _out/release-bundle
	tar -xzf "$folder/bundle-$2.tar.gz" -C _out/release-bundle
	# -count=1: Go does not know that a release is an input of these tests.
	# The folder lies in the tree that it was made from.
	SOURCE_COMMIT=$(git -C "$folder" rev-parse HEAD)
	export SOURCE_COMMIT
	RELEASE_FOLDER=$folder RELEASE_VERSION=$2 ARCHITECTURES=${3:-} run release hack/release -count=1 -run TestMade .
	cd "$root"
	BUNDLE=$root/_out/release-bundle/bundle run release-bundle "$root" -count=1 ./hack/bundle
}

# A step of its own process: `test.sh --step FUNCTION`.
if [[ ${1:-} == --step ]]; then
	shift
	"$@"
	exit
fi

failed=()
begin=$SECONDS
attempt() {
	hack/step.sh "$@" || failed+=("$1")
}

finish() {
	local files=() file name
	if [[ ${own_cluster:-} && -z ${KEEP:-} ]]; then
		hack/step.sh "stop the cluster $CLUSTER_NAME" hack/cluster.sh down || true
	fi
	printf '==> sum\n'
	printf '    %d s; the operand was %s\n' $((SECONDS - begin)) "$OPERAND_TOLD"
	for name in "${failed[@]}"; do
		printf '    FAILED: %s\n' "$name"
	done
	for file in "$reports"/*.json; do
		case $file in
		*/compat-*)
			# A sum of its own: they are the same tests each time.
			name=${file##*/compat-}
			printf '    on Kubernetes %s:\n' "${name%.json}"
			go -C hack/tools run ./testsummary "$file"
			;;
		*) [[ ! -e $file ]] || files+=("$file") ;;
		esac
	done
	((${#files[@]} == 0)) || go -C hack/tools run ./testsummary "${files[@]}"
}

printf '==> test: %s; the operand is %s\n' "$*" "$OPERAND_TOLD"
rm -rf "$reports"
trap finish EXIT
for tier in "$@"; do
	case $tier in
	unit)
		# Beyond the main paths the real zot is tested beside other programs.
		if [[ $labels != smoke && $OPERAND == zot && -z ${TEST_PROGRAMS:-} ]]; then
			attempt "build programs that run beside zot, where missing" hack/programs.sh
			export TEST_PROGRAMS=$root/_out/programs
		fi
		attempt "unit tests" hack/test.sh --step unit_root
		for module in $(own_modules); do
			case $module in
			.) ;;
			test/compat/types) attempt "the objects for the oldest servers" hack/test.sh --step unit_oldest ;;
			*) attempt "unit tests of $module" hack/test.sh --step unit_module "$module" ;;
			esac
		done
		;;
	envtest)
		attempt "build etcd and kube-apiserver, where missing" hack/cluster.sh build --only=kubernetes
		attempt "tests against an API server" hack/test.sh --step envtest
		;;
	compat)
		attempt "build etcd and the newest kube-apiserver, where missing" hack/cluster.sh build --only=kubernetes
		for version in $(hack/apiserver.sh versions); do
			attempt "build Kubernetes $version, where missing" hack/apiserver.sh build "$version"
			attempt "tests against the API server of Kubernetes $version" hack/test.sh --step envtest "$version"
		done
		;;
	backends)
		attempt "bring the servers that stores are kept on, where missing" hack/backends.sh build
		attempt "tests of stores on these servers" hack/test.sh --step backends
		attempt "tests of the S3 gateway before these servers" hack/test.sh --step backends_gateway
		;;
	cluster)
		if [[ ${CLUSTER:=own} != current && ($(uname) != Linux || $EUID != 0) ]]; then
			printf '==> SKIPPED: tests on a cluster. A cluster of our own needs Linux and root; CLUSTER=current takes that of KUBECONFIG.\n'
			continue
		fi
		if [[ $CLUSTER != current ]]; then
			# Not the demo's.
			export CLUSTER_NAME=${CLUSTER_NAME:-zot-test}
			own_cluster=1
			# Beyond the main paths, tests need a second image of the operator for its upgrade, and servers for stores to talk to.
			if [[ $labels != smoke ]]; then
				export UPGRADE_VERSION=${UPGRADE_VERSION:-${VERSION:-0.1.0}-upgrade} E2E_SERVERS=1
			fi
		fi
		export CLUSTER
		attempt "bring the operator onto a cluster" hack/deploy.sh
		if [[ ${E2E_SERVERS:-} ]]; then
			attempt "bring servers for the tests onto it" hack/servers.sh
		fi
		attempt "tests on the cluster, labels: ${labels:-all}" hack/test.sh --step cluster
		;;
	release)
		if [[ $labels == smoke ]]; then
			attempt "make a release for this architecture" hack/test.sh --step release_once
			attempt "tests of what was made" hack/test.sh --step release _out/release "${VERSION:-0.1.0}" "$(go env GOARCH)"
		else
			attempt "make a release for both architectures, twice" hack/test.sh --step release_twice
			(
				release_settings
				failed=()
				attempt "tests of what was made" hack/test.sh --step release "_out/release-one/dist/$VERSION" "$VERSION"
				((${#failed[@]} == 0))
			) || failed+=("tests of what was made")
		fi
		;;
	olm)
		if [[ ${CLUSTER:-own} == current || $(uname) != Linux || $EUID != 0 ]]; then
			printf '==> SKIPPED: tests with Operator Lifecycle Manager. They need a cluster of their own, which needs Linux and root.\n'
			continue
		fi
		(
			failed=()
			export CLUSTER_NAME=zot-olm
			attempt "bring Operator Lifecycle Manager onto a cluster" hack/olm.sh
			if [[ $labels != smoke ]]; then
				export E2E_SERVERS=1
				attempt "bring the image for must-gather" hack/servers.sh must-gather
			fi
			attempt "tests with Operator Lifecycle Manager, labels: ${labels:-all}" hack/test.sh --step olm
			[[ ${KEEP:-} ]] || attempt "stop the cluster $CLUSTER_NAME" hack/cluster.sh down
			((${#failed[@]} == 0))
		) || failed+=("tests with Operator Lifecycle Manager")
		;;
	installs)
		if [[ ${CLUSTER:-own} == current || $(uname) != Linux || $EUID != 0 ]]; then
			printf '==> SKIPPED: tests of the ways to install the operator: %s. Each needs a cluster of its own, which needs Linux and root.\n' \
				"$(install_ways)"
			continue
		fi
		for way in $(install_ways); do
			(
				failed=()
				export CLUSTER_NAME=zot-fresh
				attempt "make an empty cluster" hack/empty.sh
				if [[ $way == certmanager ]]; then
					export E2E_SERVERS=1
					attempt "bring the image of cert-manager for the tests" hack/servers.sh cert-manager
				fi
				attempt "install the operator, and remove it: $way" hack/test.sh --step installs "$way"
				[[ ${KEEP:-} ]] || attempt "stop the cluster $CLUSTER_NAME" hack/cluster.sh down
				((${#failed[@]} == 0))
			) || failed+=("install the operator, and remove it: $way")
		done
		;;
	*)
		printf 'test.sh: no tier is named %s: unit, envtest, compat, backends, cluster, release, olm, installs\n' "$tier" >&2
		exit 2
		;;
	esac
done
((${#failed[@]} == 0))
