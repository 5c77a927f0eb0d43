#!/usr/bin/env bash
# must-gather.sh [ARCHIVE [FOLDER]] builds the programs of the image for `oc adm must-gather` into FOLDER (default: bin/must-gather) and packs
# them into ARCHIVE (default: dist/must-gather.tar), an image archive as that of hack/image.sh. GOARCH is the architecture (default: this
# machine's). Its last line is the image by digest.
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/names.sh
: "${VERSION:?say which version it is of}"

archive=${1:-dist/must-gather.tar} folder=${2:-bin/must-gather}
mkdir -p "$(dirname "$archive")" "$folder"
archive=$(cd "$(dirname "$archive")" && pwd)/$(basename "$archive")
folder=$(cd "$folder" && pwd)
arch=${GOARCH:-$(go env GOARCH)}
GOOS=linux GOARCH=$arch hack/build.sh "$folder" must-gather
# The program that packs runs here, whatever it packs for.
unset GOARCH
described=(--dockerfile "$PWD/cmd/must-gather/Dockerfile" --build-arg "VERSION=$VERSION")
go -C hack/image run . build --name "$OPERATOR-must-gather:v$VERSION" "${described[@]}" --arch "$arch" \
	--file "/usr/bin/gather=$folder/gather" --file "/bin/bash=$folder/shell" --file "/bin/sh=$folder/shell" \
	--file "/usr/bin/tar=$folder/shell" --output "$archive"
