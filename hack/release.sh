#!/usr/bin/env bash
# release.sh writes dist/VERSION, all files of a release; docs/releases.md says what they are. It pushes nothing, and signs nothing.
#
#   VERSION=x.y.z       the release
#   REPLACES=x.y.z      the release of the same channel that it takes the place of (default: what catalog/template.yaml says)
#   ZOT_DIGEST=sha256:  what stores without an image of their own run: the tag in config/manager, held to this digest (default: the
#                       zotDigest of config/olm/images.yaml)
#   SOURCE_DATE_EPOCH   the time that the bundle says it was made at, in seconds (default: that of the commit)
#   SOURCE_COMMIT       the commit of sources that have no git beside them, which then need SOURCE_DATE_EPOCH, too
#
# For tests: ALLOW_DIRTY=1 takes what is not committed, and then writes dist/VERSION-dirty; ARCHITECTURES=amd64 leaves the other one out;
# RELEASE_FOLDER is written instead.
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/step.sh
. hack/names.sh

export VERSION=${VERSION:?run this as: make release VERSION=x.y.z}
read -ra architectures <<<"${ARCHITECTURES:-amd64 arm64}"
# What counts for the bytes is said here, whatever the person who builds has set. Where modules come from, and where they are kept, does not
# count: what `go env -w` says of that stays.
for name in GOPROXY GOSUMDB GOPRIVATE GONOPROXY GONOSUMDB GOMODCACHE GOCACHE; do
	value=$(go env "$name")
	export "$name=$value"
done
export GOENV=off GOWORK=off GOTOOLCHAIN=local GOFIPS140=off GOFLAGS=-mod=readonly GOAMD64=v1 GOARM64=v8.0
unset GOOS GOARCH GOEXPERIMENT
umask 022

work=$(mktemp -d) dirty=''
trap 'rm -rf "$work"' EXIT
mkdir "$work/out"

image() { "$work/image" "$@"; }
release() { "$work/release" "$@"; }

build_tools() {
	go -C hack/image build -o "$work/image" .
	go -C hack/release build -o "$work/release" .
}

# sources says in SOURCE_COMMIT, SOURCE_DATE_EPOCH and dirty what is built, and refuses what is in no commit.
sources() {
	if [[ ! -e .git ]]; then
		: "${SOURCE_COMMIT:?there is no git here: say which commit this is}" "${SOURCE_DATE_EPOCH:?there is no git here: say the time of the commit}"
		return
	fi
	SOURCE_COMMIT=$(git rev-parse HEAD)
	SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
	dirty=$(git status --porcelain --untracked-files=all)
	if [[ -n $dirty && -z ${ALLOW_DIRTY:-} ]]; then
		printf 'release: these are in no commit, so that nobody could build the same again. Commit or remove them:\n%s\n' "$dirty" >&2
		return 1
	fi
}

# settings says in REPLACES and ZOT_DIGEST, by a file, what the release is told.
settings() {
	release check --version "$VERSION" --template catalog/template.yaml --images config/olm/images.yaml \
		${REPLACES:+--replaces "$REPLACES"} ${ZOT_DIGEST:+--zot-digest "$ZOT_DIGEST"} | tee "$work/settings"
}

# programs NAME IMAGE REFERENCE builds an image of hack/image.sh for each architecture, with its bill of materials, and the index of them.
programs() {
	local arch archive archives=() one
	for arch in "${architectures[@]}"; do
		archive=$work/out/$1-$VERSION-linux-$arch.oci.tar
		GOARCH=$arch OPERATOR_IMAGE=$OPERATOR:$VERSION hack/image.sh "$archive" "$work/bin/$1/$arch" "$2"
		one=$(image inspect --archive "$archive" --digest)
		release sbom --version "$VERSION" --image "${3%:*}@$one" --output "${archive%.oci.tar}.cdx.json" "$work/bin/$1/$arch"/*
		archives+=(--archive "$archive")
	done
	image index --name "$3" "${archives[@]}" --output "$work/out/$1-$VERSION.oci.tar" | tee "$work/$1.ref"
}

# data NAME DOCKERFILE CONTEXT builds an image of data alone: the same for each architecture, as nodes refuse an image for another one.
data() {
	local arch archives=()
	for arch in "${architectures[@]}"; do
		image build --name "$OPERATOR-$1:v$VERSION" --dockerfile "$2" --context "$3" --arch "$arch" --output "$work/$1-$arch.tar" >/dev/null
		archives+=(--archive "$work/$1-$arch.tar")
	done
	image index --name "$OPERATOR-$1:v$VERSION" "${archives[@]}" --output "$work/out/operator-$1-$VERSION.oci.tar" | tee "$work/$1.ref"
}

# has FILE TEXT fails where sed has put nothing in.
has() {
	grep -qF -- "$2" "$1" || {
		printf 'release: %s lacks %s: it no longer has the line that this would be put into\n' "${1#"$work"/}" "$2" >&2
		return 1
	}
}

# configuration copies config/ twice with this version: the bundle's, which hack/bundle pins, and install.yaml's, pinned here.
configuration() {
	local kind digest gatherer
	digest=$(<"$work/operator.ref") digest=${digest#*@}
	gatherer=$(<"$work/operator-must-gather.ref") gatherer=${gatherer#*@}
	for kind in bundle install; do
		mkdir "$work/$kind"
		cp -R config "$work/$kind/config"
		sed -i.before -E "s/^( *newTag: ).*/\1$VERSION/" "$work/$kind/config/manager/kustomization.yaml"
		has "$work/$kind/config/manager/kustomization.yaml" "newTag: $VERSION"
	done
	sed -i.before -E "s/^( *)newTag: .*/\1digest: $digest/" "$work/install/config/manager/kustomization.yaml"
	has "$work/install/config/manager/kustomization.yaml" "digest: $digest"
	if [[ -n $ZOT_DIGEST ]]; then
		sed -i.before -E "s#^( *value: ghcr.io/project-zot/zot:[^ @]+)\$#\1@$ZOT_DIGEST#" "$work/install/config/manager/deployment.yaml"
		has "$work/install/config/manager/deployment.yaml" "@$ZOT_DIGEST"
	fi
	TZ=UTC printf 'operatorDigest: %s\nmustGatherDigest: %s\nzotDigest: "%s"\ncreatedAt: "%(%Y-%m-%dT%H:%M:%SZ)T"\n' \
		"$digest" "$gatherer" "$ZOT_DIGEST" "$SOURCE_DATE_EPOCH" >"$work/images.yaml"
}

bundle() {
	CONFIG=$work/bundle/config hack/bundle.sh --images "$work/images.yaml" --output "$work/bundle" --replaces "$REPLACES"
	release pack --folder "$work/bundle/bundle" --output "$work/out/bundle-$VERSION.tar.gz"
	data bundle "$work/bundle/bundle.Dockerfile" "$work/bundle"
}

catalog() {
	local folder=$work/catalog/catalog/zot-artifact-store-operator
	release template --template catalog/template.yaml --version "$VERSION" --image "$(<"$work/bundle.ref")" \
		--replaces "$REPLACES" >"$work/template.yaml"
	hack/catalog.sh "$work/bundle/bundle" "$(<"$work/bundle.ref")" "$work/template.yaml" "$folder"
	cp "$folder/catalog.yaml" "$work/out/catalog.yaml"
	data catalog catalog/Dockerfile "$work/catalog"
}

check_images() {
	image inspect --archive "$work/out/operator-$VERSION.oci.tar" --check --dockerfile Dockerfile --build-arg "VERSION=$VERSION" >/dev/null
	image inspect --archive "$work/out/operator-must-gather-$VERSION.oci.tar" --check --shell \
		--dockerfile cmd/must-gather/Dockerfile --build-arg "VERSION=$VERSION" >/dev/null
	image inspect --archive "$work/out/operator-bundle-$VERSION.oci.tar" --check \
		--dockerfile "$work/bundle/bundle.Dockerfile" --context "$work/bundle" >/dev/null
	image inspect --archive "$work/out/operator-catalog-$VERSION.oci.tar" --check \
		--dockerfile catalog/Dockerfile --context "$work/catalog" >/dev/null
}

seal() {
	local version
	version=$(go env GOVERSION)
	release seal --folder "$work/out" --version "$VERSION" --commit "$SOURCE_COMMIT" --go-version "${version#go}" \
		--epoch "$SOURCE_DATE_EPOCH" --replaces "$REPLACES" --zot-digest "$ZOT_DIGEST" ${dirty:+--dirty}
	# All of it or nothing: what may take its time goes beside the folder, and then takes its place.
	mkdir -p "$(dirname "$out")"
	beside=$(mktemp -d "$(dirname "$out")/.release.XXXXXX")
	trap 'rm -rf "$beside"' EXIT
	mv "$work/out" "$beside/new"
	[[ ! -e $out ]] || mv "$out" "$beside/old"
	mv "$beside/new" "$out"
	(cd "$out" && ls -l)
}

sources
export SOURCE_COMMIT SOURCE_DATE_EPOCH
out=${RELEASE_FOLDER:-dist/$VERSION${dirty:+-dirty}}
if [[ -n $dirty ]]; then printf '    NOT A RELEASE: ALLOW_DIRTY is set, and files are in no commit. It becomes %s\n' "$out"; fi
step "build the tools" build_tools
step "check version ${VERSION}" settings
. "$work/settings"
step "build the operator's image for ${architectures[*]}" programs operator operator "$OPERATOR:$VERSION"
step "build the image for must-gather" programs operator-must-gather must-gather "$OPERATOR-must-gather:v$VERSION"
step "take the manifests by digest" configuration
step "make the bundle" bundle
step "make the catalog" catalog
step "write install.yaml" hack/installer.sh "$work/out/install.yaml" "$work/install/config"
step "check the images" check_images
step "write provenance and sums into $out" seal
