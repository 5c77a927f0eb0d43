#!/usr/bin/env bash
# publish.sh VERSION FOLDER pushes the images of a release, which `make release` has written into FOLDER, to their registry; by the same
# paths to $REGISTRY, if it is set. Who has signed in with docker or podman is signed in here. It prints the digests of what it has pushed as
# lines NAME=DIGEST: operator, gatherer, bundle, catalog; and those of the images of programs for each architecture, as operator_amd64.
#
# A version's tags are pushed once: where one names another image already, nothing more is pushed. The catalog's tag latest moves with each:
# what is yet to prove itself (x.y.z-rc.1) is in channel candidate alone.
set -euo pipefail
version=${1:?usage: publish.sh VERSION FOLDER} folder=$(realpath "${2:?usage: publish.sh VERSION FOLDER}")
cd "$(dirname "$0")/.."
. hack/names.sh
registry=${OPERATOR%%/*}

# Nothing but what is in the list, and that as it is there.
(cd "$folder" && sha256sum --check --strict --quiet SHA256SUMS) >&2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go -C hack/image build -o "$work/image" .

push() { # NAME ARCHIVE IMAGE [--new]
	local pushed
	pushed=$("$work/image" push --archive "$folder/$2" --to "${REGISTRY:-$registry}" --as "$3" "${@:4}")
	printf '%s=%s\n' "$1" "${pushed#*@}"
}

push operator "operator-$version.oci.tar" "$OPERATOR:$version" --new
push gatherer "operator-must-gather-$version.oci.tar" "$OPERATOR-must-gather:v$version" --new
push bundle "operator-bundle-$version.oci.tar" "$OPERATOR-bundle:v$version" --new
push catalog "operator-catalog-$version.oci.tar" "$OPERATOR-catalog:v$version" --new
push latest "operator-catalog-$version.oci.tar" "$OPERATOR-catalog:latest" >/dev/null

for archive in "$folder"/operator{,-must-gather}-"$version"-linux-*.oci.tar; do
	name=operator arch=${archive##*-} arch=${arch%.oci.tar}
	[[ $archive != */operator-must-gather-* ]] || name=gatherer
	digest=$("$work/image" inspect --archive "$archive" --digest)
	printf '%s_%s=%s\n' "$name" "$arch" "$digest"
done
