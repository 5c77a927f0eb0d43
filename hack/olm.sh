#!/usr/bin/env bash
# olm.sh brings Operator Lifecycle Manager onto the test cluster, and into its registry what test/e2e/olm_test.go installs with it: three
# releases of the operator, each with its bundle and with a catalog that ends with it. The first is that of the sources; the second is the
# same under the next version; the third has an image that cannot start. It does not install the operator.
#
# _out/olm-releases has the versions of the three: E2E_OLM of the specs.
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/step.sh
. hack/operand.sh
. hack/images.sh

VERSION=${VERSION:-0.1.0}
NEXT=${VERSION%.*}.$((${VERSION##*.} + 1))
BROKEN=${VERSION%.*}.$((${VERSION##*.} + 2))
PACKAGE=zot-artifact-store-operator

# The programs of OLM, and the one that probes catalogs, once per version in the user's cache folder.
versions=$(cat test/servers/olm/go.mod test/servers/olm/go.sum | git hash-object --stdin)
programs=${XDG_CACHE_HOME:-$HOME/.cache}/zot-artifact-store/olm/${versions:0:16}
module=github.com/operator-framework/operator-lifecycle-manager

build_olm() {
	mkdir -p "$programs.$$"
	CGO_ENABLED=0 go -C test/servers/olm build -trimpath -ldflags '-s -w' -o "$programs.$$/" \
		"$module/cmd/olm" "$module/cmd/catalog" "$module/cmd/copy-content" "$module/util/cpb" github.com/grpc-ecosystem/grpc-health-probe
	mv -T "$programs.$$" "$programs"
}

push() { # ARCHIVE NAME
	"$out/image" push --archive "$1" --to "$CLUSTER_REGISTRY" --as "$2" --insecure
}

# The image of OLM also unpacks bundles, for which it has a cp; opm's serves catalogs and reads bundles.
push_olm() {
	local busybox opm
	hack/debian.sh busybox=busybox-static
	busybox=$(command -v busybox) opm=$(hack/tool.sh --path opm)
	"$out/image" build --name quay.io/operator-framework/olm:v0.38.0 --entrypoint /bin/olm --output "$out/olm.tar" \
		--file "/bin/olm=$programs/olm" --file "/bin/catalog=$programs/catalog" --file "/bin/cpb=$programs/cpb" \
		--file "/bin/copy-content=$programs/copy-content" --file "/bin/cp=$busybox"
	push "$out/olm.tar" quay.io/operator-framework/olm:v0.38.0 >/dev/null
	"$out/image" build --name quay.io/operator-framework/opm:v1.61.0 --entrypoint /bin/opm --output "$out/opm.tar" --file "/bin/opm=$opm" \
		--file "/bin/grpc_health_probe=$programs/grpc-health-probe"
	push "$out/opm.tar" quay.io/operator-framework/opm:v1.61.0 >/dev/null
	rm "$out/olm.tar" "$out/opm.tar"
}

install_olm() {
	local folder
	folder=$(go -C test/servers/olm list -m -f '{{.Dir}}' "$module")/deploy/chart/crds
	kubectl apply --server-side -f "$folder" >/dev/null
	kubectl apply -f test/e2e/testdata/olm.yaml >/dev/null
	kubectl -n olm rollout status deployment/olm-operator deployment/catalog-operator --timeout=120s
}

# make_release VERSION DIGEST [REPLACED] pushes the bundle of a release whose image has this digest, and renders it.
make_release() {
	local folder=$out/release-$1
	rm -rf "$folder" && mkdir -p "$folder"
	printf 'operatorDigest: %s\nzotDigest: ""\ncreatedAt: "2026-01-01T00:00:00Z"\n' "$2" >"$folder/images.yaml"
	hack/tool.sh kustomize build config/olm | sed -e "s#$OPERATOR:$VERSION#$OPERATOR:$1#" -e "s#ghcr.io/project-zot/zot:v2.1.20#$OPERAND_IMAGE#" |
		go run ./hack/bundle --version "$1" --images "$folder/images.yaml" --output "$folder" ${3:+--replaces "$3"}
	"$out/image" build --name "$OPERATOR-bundle:v$1" --dockerfile "$folder/bundle.Dockerfile" --context "$folder" --output "$folder/bundle.tar"
	push "$folder/bundle.tar" "$OPERATOR-bundle:v$1" >"$folder/bundle.ref"
	hack/tool.sh opm render "$folder/bundle" --migrate-level=bundle-object-to-csv-metadata --output=yaml \
		--alpha-image-ref-template="$(head -1 "$folder/bundle.ref")" >"$folder/rendered.yaml"
}

# make_catalog NAME VERSION... pushes a catalog whose channel stable has these releases, each replacing the one before.
make_catalog() {
	local folder=$out/catalog-$1 name=$1 version before='' rendered=()
	shift
	rm -rf "$folder" && mkdir -p "$folder/catalog/$PACKAGE"
	{
		printf 'schema: olm.template.basic\nentries:\n- {schema: olm.package, name: %s, defaultChannel: stable}\n' "$PACKAGE"
		for version in "$@"; do
			printf -- '- {schema: olm.bundle, image: "%s"}\n' "$(head -1 "$out/release-$version/bundle.ref")"
			rendered+=("$out/release-$version/rendered.yaml")
		done
		printf -- '- schema: olm.channel\n  package: %s\n  name: stable\n  entries:\n' "$PACKAGE"
		for version in "$@"; do
			printf '  - {name: %s.v%s, skipRange: "<%s"%s}\n' "$PACKAGE" "$version" "$version" "${before:+, replaces: $PACKAGE.v$before}"
			before=$version
		done
	} >"$folder/template.yaml"
	go run ./hack/catalog --template "$folder/template.yaml" "${rendered[@]}" >"$folder/catalog/$PACKAGE/catalog.yaml"
	hack/tool.sh opm validate "$folder/catalog"
	"$out/image" build --name "$OPERATOR-catalog:$name" --dockerfile catalog/Dockerfile --context "$folder" --output "$folder/catalog.tar"
	push "$folder/catalog.tar" "$OPERATOR-catalog:$name" >"$folder/catalog.ref"
}

releases() {
	local digest next
	digest=$(head -1 "$out/operator-$VERSION.ref") next=$(head -1 "$out/operator-$NEXT.ref")
	make_release "$VERSION" "${digest#*@}"
	make_release "$NEXT" "${next#*@}" "$VERSION"
	# The config agent's image has no /manager.
	"$out/image" build --name "$OPERATOR:$BROKEN" --entrypoint /config-agent --file "/config-agent=$out/$VERSION/config-agent" \
		--output "$out/operator-$BROKEN.tar"
	push_operator "$BROKEN"
	digest=$(head -1 "$out/operator-$BROKEN.ref")
	make_release "$BROKEN" "${digest#*@}" "$NEXT"
	make_catalog first "$VERSION"
	make_catalog second "$VERSION" "$NEXT"
	make_catalog third "$VERSION" "$NEXT" "$BROKEN"
	printf '%s %s %s' "$VERSION" "$NEXT" "$BROKEN" >"$out/olm-releases"
}

step "start the test cluster" hack/cluster.sh up
eval "$(hack/cluster.sh env)"
step "build the image tool" build_tools
[[ -d $programs ]] || step "build Operator Lifecycle Manager (some three minutes, the first time)" build_olm
step "push its images" push_olm
step "install it" install_olm
for version in "$VERSION" "$NEXT"; do
	step "build the operator's image $version" build_operator "$version"
	step "push it" push_operator "$version"
done
step "bring the operand: $OPERAND_TOLD" push_operand
step "make three releases and their catalogs" releases
